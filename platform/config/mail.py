"""How letters are sent, and how long they are tried and kept. Part of the settings."""

import environ

from config import environment
from config.environment import VAR

MAIL_DIR = VAR / "mail"
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
_email_url = environment.secret_address(
    "EMAIL_URL", "", ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "dummymail")
)
if _email_url:
    vars().update(environ.Env.email_url_config(_email_url))
    if _email_password := environment.secret("EMAIL_PASSWORD"):
        EMAIL_HOST_PASSWORD = _email_password
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR
