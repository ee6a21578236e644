"""Accounts: how people sign in, and what they prove before they change something. Part of the settings."""

from config import limits

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.returning.AccountAdapter"
ACCOUNT_FORMS = {"login": "pages.account_forms.SignInForm"}
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Holdout] "
ACCOUNT_SESSION_REMEMBER = True
# An account has one address. Another one takes its place once it is confirmed; the old one is told of that, as it is
# of every change to password and second factors.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Whoever finds an unlocked screen changes neither address nor second factors, takes no data and deletes nothing.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = limits.REAUTHENTICATION_SECONDS
ACCOUNT_RATE_LIMITS = {"own_data": limits.OWN_DATA_RATE}
MFA_ADAPTER = "accounts.second_factors.MFAAdapter"
MFA_FORMS = {"add_webauthn": "pages.account_forms.AddKeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Holdout"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# A site without a mail server has second factors all the same, and whoever has one can still change the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
