"""What the settings say of the site: its key, its names, its letters, and Django's own checks of a deployment."""

from collections.abc import Iterator
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.mail import get_connection
from django.http.request import validate_host

from accounts import outbox
from config import environment, listening
from config.environment import VAR, WrongSetting
from grading.doctor.finding import Finding, bad, doubtful, well

KEY_CHARACTERS = 50


def is_public() -> bool:
    """Whether the site has a name by which other machines know it."""
    return settings.BEHIND_TLS_PROXY or not set(settings.ALLOWED_HOSTS) <= listening.OUR_NAMES


def settings_found() -> Iterator[Finding]:
    if settings.DEBUG:
        yield bad("settings", "DEBUG is on: whoever meets an error reads our code and settings", "Unset DEBUG.")
    else:
        yield well("settings", f"read; everything is written to {VAR}")
    yield _secret_key()
    yield _address()
    yield from _listening()
    yield _metrics()
    yield _deployment()


def _secret_key() -> Finding:
    key = settings.SECRET_KEY
    if len(key) < KEY_CHARACTERS or len(set(key)) < 10:
        found = f"it has {len(key)} characters, {len(set(key))} different ones"
        return bad("secret key", found, f"Give SECRET_KEY {KEY_CHARACTERS} random ones, or unset it: one is made.")
    kept = VAR / "secret_key"
    if not environment.text("SECRET_KEY") and kept.stat().st_mode & 0o077:
        return bad("secret key", f"others may read {kept}", f"chmod 600 {kept}")
    return well("secret key", "long and random" if environment.text("SECRET_KEY") else f"made here, in {kept}")


def _address() -> Finding:
    """The links of letters must lead to a name that the site answers to."""
    address = urlsplit(settings.SITE_ADDRESS)
    name = listening.in_url(address.hostname or "")
    if not validate_host(name, settings.ALLOWED_HOSTS):
        found = f"{settings.SITE_ADDRESS} is not answered: ALLOWED_HOSTS has no {name}"
        return bad("site address", found, f"Add {name} to ALLOWED_HOSTS, or correct HOLDOUT_SITE_ADDRESS.")
    if is_public() and name in listening.OUR_NAMES:
        found = f"letters lead to {settings.SITE_ADDRESS}, where only this machine finds the site"
        return doubtful("site address", found, "Set HOLDOUT_SITE_ADDRESS to the address that visitors use.")
    if address.scheme == "https" and not settings.BEHIND_TLS_PROXY:
        found = f"{settings.SITE_ADDRESS} is https, and cookies are not for https alone"
        return doubtful("site address", found, "Set HOLDOUT_BEHIND_TLS_PROXY=true.")
    return well("site address", f"{settings.SITE_ADDRESS}; answers to {', '.join(settings.ALLOWED_HOSTS)}")


def _listening() -> Iterator[Finding]:
    try:
        host = listening.host()
    except WrongSetting as problem:
        yield bad("listening", str(problem), "Correct HOLDOUT_HOST.")
        return
    port = environment.whole_number("PORT", 8000, least=1, most=65535)
    sentences = listening.what_others_need(host, port, settings.ALLOWED_HOSTS)
    if sentences and not settings.BEHIND_TLS_PROXY:
        yield doubtful("listening", f"on {host}, which other machines can reach", " ".join(sentences))


def _metrics() -> Finding:
    if settings.METRICS_TOKEN:
        return well("metrics", "for whoever has HOLDOUT_METRICS_TOKEN")
    if is_public():
        return doubtful("metrics", "nobody can read /metrics", "Set HOLDOUT_METRICS_TOKEN, and give it to Prometheus.")
    return well("metrics", "for this machine alone")


def _deployment() -> Finding:
    """`manage.py check --deploy` matters to a site that others reach."""
    found = run_checks(tags=[Tags.security], include_deployment_checks=True)
    if not found:
        return well("deploy checks", "Django finds nothing")
    names = ", ".join(sorted(str(message.id) for message in found))
    if not is_public():
        return well("deploy checks", f"for a site of this machine alone they do not matter ({names})")
    return doubtful("deploy checks", f"Django warns: {names}", "Read them: manage.py check --deploy.")


def mail_found() -> Finding:
    """Whether letters can be handed to a mail server now."""
    if not outbox.reaches_people():
        found = "no mail server: letters, such as for a new password, are kept and not sent"
        return doubtful("mail", found, "Set EMAIL_URL.") if is_public() else well("mail", found)
    connection = get_connection()
    place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        connection.open()
        connection.close()
    except (OSError, SMTPException) as problem:
        return bad("mail", f"{place} cannot be used: {problem}", "Start the mail server, or correct EMAIL_URL.")
    return well("mail", f"{place} takes letters")
