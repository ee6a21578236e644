"""Whether the broker can be reached. It is a doorbell only: while it is away, what is sent waits for the sweeper."""

import os
from urllib.parse import urlsplit

import redis
from django.conf import settings

from config.queues import BROKER_DIR


def place() -> str:
    """The broker's place without a password."""
    if settings.REDIS_URL.startswith("filesystem://"):
        return f"files in {BROKER_DIR}"
    address = urlsplit(settings.REDIS_URL)
    return address.path if address.scheme == "unix" else f"{address.hostname}:{address.port or 6379}"


def why_away() -> str:
    """What was found when it was asked, or ""; a broker that hangs is given up after READY_TIMEOUT_SECONDS."""
    if settings.REDIS_URL.startswith("filesystem://"):
        return "" if os.access(BROKER_DIR / "messages", os.R_OK | os.W_OK) else "its folder cannot be written"
    seconds = settings.READY_TIMEOUT_SECONDS
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds, retry=None
        ) as client:
            client.ping()
    except (redis.RedisError, OSError) as problem:
        return str(problem) or type(problem).__name__
    return ""
