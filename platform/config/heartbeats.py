"""Whether the workers live: each says so every few seconds, and whoever asks is told when it last did."""

from datetime import UTC, datetime

from django.core.cache import cache
from django.utils import timezone

KEPT_SECONDS = 7 * 86_400


def beat(queue: str) -> None:
    """A worker of that queue lives now."""
    cache.set(_key(queue), timezone.now().timestamp(), KEPT_SECONDS)


def last_beat(queue: str) -> datetime | None:
    """When a worker of that queue was last heard of; None: not in the last week."""
    found = cache.get(_key(queue))
    return None if found is None else datetime.fromtimestamp(found, UTC)


def _key(queue: str) -> str:
    return f"heartbeat.{queue}"
