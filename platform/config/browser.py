"""What a browser is told: which scripts may run, what a page may reach, how cookies travel. Part of the settings."""

from config import environment, stores

BEHIND_TLS_PROXY = environment.boolean("HOLDOUT_BEHIND_TLS_PROXY", False)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # The vendored stylesheets draw their small signs as data.
        "img-src": ["'self'", "data:"],
        "worker-src": ["'self'"],
        # Large files go straight to the store, where that is set.
        "connect-src": ["'self'", *stores.DIRECT_UPLOAD_ORIGINS],
        "frame-src": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
# A link in a letter or of a team carries its token in its address, which no other site may be told.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# What no page of ours needs, so that none that was broken into can ask for it. Security keys sign in by the last two.
PERMISSIONS_POLICY = ", ".join(
    (
        *(f"{feature}=()" for feature in ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")),
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    )
)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# How long a browser asks for this host by TLS only; 0: it is not told.
HSTS_SECONDS = environment.whole_number("HOLDOUT_HSTS_SECONDS", 31_536_000)
HSTS_INCLUDE_SUBDOMAINS = environment.boolean("HOLDOUT_HSTS_INCLUDE_SUBDOMAINS", False)
HSTS_PRELOAD = environment.boolean("HOLDOUT_HSTS_PRELOAD", False)
if HSTS_PRELOAD and not HSTS_INCLUDE_SUBDOMAINS:
    raise environment.WrongSetting(
        "Wrong setting HOLDOUT_HSTS_PRELOAD: browsers list no host without its subdomains. Set "
        "HOLDOUT_HSTS_INCLUDE_SUBDOMAINS=true too, once all of them answer by TLS, or unset both."
    )
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Who watches the site asks from inside, past the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/?$"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = HSTS_SECONDS
    SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_INCLUDE_SUBDOMAINS
    SECURE_HSTS_PRELOAD = HSTS_PRELOAD
    # `check --deploy` would have both always. They bind hosts beside this one, which only their owner can promise, and
    # what browsers have been told cannot be taken back for HOLDOUT_HSTS_SECONDS.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
