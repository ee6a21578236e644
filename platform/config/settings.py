"""One settings module, read from the environment (and `.env`). Names and defaults: `.env.example`."""

import secrets
from pathlib import Path

import django_stubs_ext
import environ

from config import environment, mail, stores

# Django looks for every setting here.
from config.browser import *  # noqa: F403
from config.browser import BEHIND_TLS_PROXY
from config.environment import ROOT, VAR
from config.limits import *  # noqa: F403
from config.log import *  # noqa: F403
from config.mail import *  # noqa: F403
from config.queues import *  # noqa: F403
from config.rest_api import *  # noqa: F403
from config.sign_in import *  # noqa: F403
from config.stores import *  # noqa: F403

# So that `ModelAdmin[Competition]` and the like, which mypy wants, can be written in classes.
django_stubs_ext.monkeypatch()

# --- where things lie ----------------------------------------------------------------------------------------
UPLOAD_TEMP_DIR = VAR / "tmp"
DATABASE_DIR = VAR / "database"
MODEL_RUNS_DIR = VAR / "model_runs"
# All are made now: behind the label wall (grading/label_wall.py) a process can add nothing to VAR itself.
for folder in (
    VAR,
    UPLOAD_TEMP_DIR,
    DATABASE_DIR,
    mail.MAIL_DIR,
    MODEL_RUNS_DIR,
    *stores.STORE_FOLDERS.values(),
):
    folder.mkdir(mode=0o755 if folder == VAR else 0o700, parents=True, exist_ok=True)
# In a container without labels the folder is empty, and nothing of it can be changed.
if stores.LABELS_DIR.stat().st_mode & 0o777 != 0o700:
    stores.LABELS_DIR.chmod(0o700)


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in `var/secret_key` (mode 0600)."""
    key = environment.secret("SECRET_KEY")
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
# Rate limits count by address: behind a proxy, by the one that it names.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS_PROXY else 0
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS", ["http://localhost"])
_port = environment.whole_number("PORT", 8000, least=1, most=65535)
_likely_address = f"https://{ALLOWED_HOSTS[0]}" if BEHIND_TLS_PROXY else f"http://localhost:{_port}"
# For the links in letters that no visitor's request has brought about, such as results and reminders.
SITE_ADDRESS = environment.address("HOLDOUT_SITE_ADDRESS", _likely_address, ("http", "https")).rstrip("/")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.error_reports.ReporterFilter"
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
    "pages.watchers.WatchersMiddleware",
    "pages.permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Static files are neither timed nor logged.
    "config.request_times.RequestTimesMiddleware",
    "config.request_log.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before whatever answers by itself, so that its answer bears this header too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "pages.busy.BusyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "pages.body_limit.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pages.maintenance.MaintenanceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
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
_database_url = environment.secret_address(
    "DATABASE_URL", f"sqlite:///{DATABASE_DIR / 'db.sqlite3'}", ("sqlite", "postgres", "postgresql")
)
if not environment.secret("DATABASE_URL") and (VAR / "db.sqlite3").exists():
    raise environment.WrongSetting(
        f"The database of an earlier version lies in {VAR / 'db.sqlite3'}; it belongs into {DATABASE_DIR}. "
        "Start ./run once, which moves it, or move it with its -wal and -shm files."
    )
try:
    DATABASES = {"default": environ.Env.db_url_config(_database_url)}
except ValueError as problem:
    raise environment.WrongSetting(
        f"Wrong setting DATABASE_URL: {problem}; expected postgres://user:password@host:5432/name."
    ) from None
# So that the address can be read by all, and the password by those who need it.
if _database_password := environment.secret("DATABASE_PASSWORD"):
    DATABASES["default"]["PASSWORD"] = _database_password
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Django's own defaults lose writes to "database is locked" as soon as two processes write.
    # Behind the label wall nothing new can be made beside or above the label store, such as SQLite's -wal file.
    if Path(DATABASES["default"]["NAME"]).resolve().parent in stores.LABELS_DIR.resolve().parents:
        raise environment.WrongSetting(
            f"Wrong setting DATABASE_URL: {DATABASES['default']['NAME']} lies in a folder above the label store "
            f"{stores.LABELS_DIR}; put it into a folder of its own, such as {DATABASE_DIR}."
        )
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.setdefault("connect_timeout", DATABASE_CONNECT_SECONDS)  # noqa: F405
    if DATABASE_PREPARE_AFTER:  # noqa: F405
        # PostgreSQL plans most queries of a page for longer than it runs them.
        _options |= {"server_side_binding": True, "prepare_threshold": DATABASE_PREPARE_AFTER}  # noqa: F405
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- what is kept beside the database ---------------------------------------------------------------------------
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

# --- what a start makes ----------------------------------------------------------------------------------------
# Whether a start makes the seeded competitions that are missing.
SEED = environment.boolean("HOLDOUT_SEED", True)

# --- who watches the site ----------------------------------------------------------------------------------------
# What Prometheus says to read /metrics. Empty: they are for this machine alone, and only while the site is.
METRICS_TOKEN = environment.secret("HOLDOUT_METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    raise environment.WrongSetting(
        "Wrong setting HOLDOUT_METRICS_TOKEN: it is shorter than 16 characters; make one with "
        "python -c 'import secrets; print(secrets.token_urlsafe(32))'."
    )

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
