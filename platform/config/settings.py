"""One settings module, read from the environment (and `.env`). Names and defaults: `.env.example`."""

import secrets
import sys
from pathlib import Path

import django_stubs_ext
import environ
import structlog

from config import environment, limits
from config.environment import ROOT, VAR

# Django looks for every setting here.
from config.limits import *  # noqa: F403
from config.rest_api import *  # noqa: F403

# So that `ModelAdmin[Competition]` and the like, which mypy wants, can be written in classes.
django_stubs_ext.monkeypatch()

# --- where things lie ----------------------------------------------------------------------------------------
UPLOAD_TEMP_DIR = VAR / "tmp"
BEAT_DIR = VAR / "beat"
LABELS_DIR = Path(environment.text("HOLDOUT_LABELS_DIR", str(VAR / "labels")))
DATABASE_DIR = VAR / "database"
MAIL_DIR = VAR / "mail"
MODEL_RUNS_DIR = VAR / "model_runs"
# All are made now: behind the label wall (grading/label_wall.py) a process can add nothing to VAR itself.
_stores = {name: VAR / name for name in ("files", "competition_data", "submissions", "predictions", "archives")}
for folder in (VAR, UPLOAD_TEMP_DIR, BEAT_DIR, DATABASE_DIR, MAIL_DIR, MODEL_RUNS_DIR, LABELS_DIR, *_stores.values()):
    folder.mkdir(mode=0o755 if folder == VAR else 0o700, parents=True, exist_ok=True)
LABELS_DIR.chmod(0o700)


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in `var/secret_key` (mode 0600)."""
    key = environment.text("SECRET_KEY")
    if key:
        return key
    path = VAR / "secret_key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


# --- the site ------------------------------------------------------------------------------------------------
SECRET_KEY = _secret_key()
DEBUG = environment.boolean("DEBUG", False)
# Always by the names of this machine too: health checks ask from here.
ALLOWED_HOSTS = [*environment.names("ALLOWED_HOSTS", []), "localhost", "127.0.0.1", "[::1]"]
BEHIND_TLS_PROXY = environment.boolean("HOLDOUT_BEHIND_TLS_PROXY", False)
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS", ["http://localhost"])
_port = environment.whole_number("PORT", 8000, least=1, most=65535)
_likely_address = f"https://{ALLOWED_HOSTS[0]}" if BEHIND_TLS_PROXY else f"http://localhost:{_port}"
# For the links in letters that no visitor's request has brought about, such as results and reminders.
SITE_ADDRESS = environment.address("HOLDOUT_SITE_ADDRESS", _likely_address, ("http", "https")).rstrip("/")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "accounts",
    "competitions",
    "teams",
    "submissions",
    "leaderboard",
    "grading",
    "pages",
    "api",
    "allauth",
    "allauth.account",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_structlog",
    "simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "pages.body_limit.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pages.maintenance.MaintenanceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "platform" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "platform" / "static"]


def _private_storage(folder: Path) -> dict[str, object]:
    """Files outside every served folder, readable by their owner only."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": folder,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


STORAGES = {
    "default": _private_storage(_stores["files"]),
    "competition_data": _private_storage(_stores["competition_data"]),
    "submissions": _private_storage(_stores["submissions"]),
    "predictions": _private_storage(_stores["predictions"]),
    "archives": _private_storage(_stores["archives"]),
    "labels": _private_storage(LABELS_DIR),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = UPLOAD_TEMP_DIR
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# English is the source, so it needs no catalogue; the browser's wish chooses among these (CONTRIBUTING.md, Languages).
LANGUAGE_CODE = "en"
LOCALE_PATHS = [ROOT / "platform" / "locale"]
LANGUAGES = environment.languages("HOLDOUT_LANGUAGES", LANGUAGE_CODE, LOCALE_PATHS[0])
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- the database --------------------------------------------------------------------------------------------
_database_url = environment.address(
    "DATABASE_URL", f"sqlite:///{DATABASE_DIR / 'db.sqlite3'}", ("sqlite", "postgres", "postgresql")
)
if not environment.text("DATABASE_URL") and (VAR / "db.sqlite3").exists():
    raise environment.WrongSetting(
        f"The database of an earlier version lies in {VAR / 'db.sqlite3'}; it belongs into {DATABASE_DIR}. "
        "Start ./run once, which moves it, or move it with its -wal and -shm files."
    )
DATABASES = {"default": environ.Env.db_url_config(_database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Django's own defaults lose writes to "database is locked" as soon as two processes write.
    # Behind the label wall nothing new can be made beside or above the label store, such as SQLite's -wal file.
    if Path(DATABASES["default"]["NAME"]).resolve().parent in LABELS_DIR.resolve().parents:
        raise environment.WrongSetting(
            f"Wrong setting DATABASE_URL: {DATABASES['default']['NAME']} lies in a folder above the label store "
            f"{LABELS_DIR}; put it into a folder of its own, such as {DATABASE_DIR}."
        )
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- the broker: a doorbell only, it may be emptied at any moment --------------------------------------------
BROKER_DIR = VAR / "broker"
_broker_address_file = BROKER_DIR / "address"


def _broker_url() -> str:
    """REDIS_URL, else the broker that `./run` has started (its address stands in `var/broker/address`), else files."""
    url = environment.address("REDIS_URL", "", ("redis", "rediss", "unix", "filesystem"))
    if not url and _broker_address_file.exists():
        url = _broker_address_file.read_text().strip()
    return url or "filesystem://"


REDIS_URL = _broker_url()
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "scoring"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object]
if REDIS_URL.startswith("filesystem://"):
    _mailbox = BROKER_DIR / "messages"
    for folder in (_mailbox, BROKER_DIR / "control"):
        folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_mailbox),
        "data_folder_out": str(_mailbox),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_timeout": 5,
        "socket_connect_timeout": 3,
        # Ringing gives up quickly, so that no request hangs on a broker that is away: the sweeper rings again.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
        "socket_keepalive": not REDIS_URL.startswith("unix://"),
    }

# Rate limits count here; in the database's company, so that signing in works while the broker is away. In a full one
# Django forgets what has not ended yet: a crowd must not undo what somebody has tried too often.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    # What a process may say again for some seconds without asking the database.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"},
    # How often the API was asked, in each web process of its own: a look at it must not write to the database.
    "requests": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "requests",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# --- how long tasks may take, and beat's round ------------------------------------------------------------------
CELERY_TASK_TIME_LIMIT = limits.TURN_SECONDS + limits.GRADING_SECONDS
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "grading.sweep",
        "schedule": limits.SWEEP_SECONDS,
        "options": {"expires": limits.SWEEP_SECONDS, "ignore_result": True},
    }
}

# --- what a start makes ----------------------------------------------------------------------------------------
# Whether a start makes the seeded competitions that are missing.
SEED = environment.boolean("HOLDOUT_SEED", True)

# --- what an operator says --------------------------------------------------------------------------------------
# A sentence for everybody: the site is closed to all but organizers. Empty: it is open.
MAINTENANCE = environment.text("HOLDOUT_MAINTENANCE")
# When it is expected back.
MAINTENANCE_UNTIL = environment.moment("HOLDOUT_MAINTENANCE_UNTIL")
if MAINTENANCE_UNTIL and not MAINTENANCE:
    raise environment.WrongSetting(
        "Wrong setting HOLDOUT_MAINTENANCE_UNTIL: it is set, and HOLDOUT_MAINTENANCE is not. Say there why the site is "
        "closed, or unset both."
    )
# The Markdown of the two pages that only an operator can write.
PRIVACY_PAGE = environment.document("HOLDOUT_PRIVACY_FILE")
TERMS_PAGE = environment.document("HOLDOUT_TERMS_FILE")

# --- accounts ------------------------------------------------------------------------------------------------
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
# Rate limits count by address: behind a proxy, by the one that it names.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS_PROXY else 0
# Seconds for each step of a talk with the mail server.
EMAIL_TIMEOUT = environment.whole_number("HOLDOUT_MAIL_TIMEOUT_SECONDS", 10, least=1)
# A letter's talk has about ten steps: who has not come back after twenty is gone.
MAIL_LEASE_SECONDS = 20 * EMAIL_TIMEOUT
# After this many letters the mail worker's turn ends, and with it the connection.
MAIL_BATCH = environment.whole_number("HOLDOUT_MAIL_BATCH", 50, least=1)
# A refused letter waits this long, twice as long each time, and is given up after so many refusals.
MAIL_PAUSE_SECONDS = environment.whole_number("HOLDOUT_MAIL_PAUSE_SECONDS", 60)
MAIL_MAX_TRIES = environment.whole_number("HOLDOUT_MAIL_MAX_TRIES", 8, least=1)
# What was sent is kept this long, for questions; then the row is deleted.
MAIL_KEPT_DAYS = environment.whole_number("HOLDOUT_MAIL_KEPT_DAYS", 90, least=1)
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "holdout@localhost")
_email_url = environment.address(
    "EMAIL_URL", "", ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "dummymail")
)
if _email_url:
    vars().update(environ.Env.email_url_config(_email_url))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR

# --- what the browser may do ---------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000

# --- the log -------------------------------------------------------------------------------------------------
LOG_LEVEL = environment.text("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise environment.WrongSetting(
        f"Wrong setting LOG_LEVEL: found {LOG_LEVEL!r}; expected DEBUG, INFO, WARNING or ERROR."
    )
_before_rendering: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _before_rendering,
            "processor": (
                structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
            ),
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        *_before_rendering,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
