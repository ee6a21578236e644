"""What is logged, and how. Part of the settings."""

import re
import sys

import structlog

from config import environment

LOG_LEVEL = environment.text("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise environment.WrongSetting(
        f"Wrong setting LOG_LEVEL: found {LOG_LEVEL!r}; expected DEBUG, INFO, WARNING or ERROR."
    )
# json: an object a line, for programs; console: for people. Empty: whichever the place is, a terminal or not.
LOG_FORMAT = environment.text("LOG_FORMAT", "console" if sys.stderr.isatty() else "json").lower()
if LOG_FORMAT not in ("json", "console"):
    raise environment.WrongSetting(f"Wrong setting LOG_FORMAT: found {LOG_FORMAT!r}; expected json or console.")
# Addresses whose last part lets somebody in: to a team, out of letters, to a confirmed address or a new password.
_SECRET_PATH = re.compile(
    r"(/(?:team/link|announcements-by-mail|letters/[\w-]+|confirm-email|password/reset/key)/)(?!done/)[^/\s\"']+"
)


def without_secret_paths(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The same event, with such a part of an address left out wherever one stands."""
    return {key: _SECRET_PATH.sub(r"\1…", value) if isinstance(value, str) else value for key, value in event.items()}


# With a plain traceback: no line of a log may show what is in a variable.
_renderer: structlog.typing.Processor = (
    structlog.processors.JSONRenderer()
    if LOG_FORMAT == "json"
    else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback, colors=sys.stderr.isatty())
)
# django-structlog takes what RequestLogMiddleware has looked at.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
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
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                without_secret_paths,
                _renderer,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "WARNING"},
        # What was refused is logged once, with its id, when the request is finished.
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # At DEBUG they log signed addresses and heads with credentials.
        "botocore": {"level": "WARNING"},
        "boto3": {"level": "WARNING"},
        "s3transfer": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
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
