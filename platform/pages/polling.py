"""How often a page that waits for something looks again: at once at first, then more and more seldom."""

from datetime import datetime

# Seconds between two looks, by the seconds that it has been waiting.
POLLING = ((3, 0.3), (30, 1), (120, 3))
SLOWEST_POLLING = 10
# The status of an answer that htmx takes for "nothing is new": it swaps nothing and goes on asking.
NOTHING_NEW = 204


def poll_seconds(since: datetime, now: datetime) -> float:
    """Seconds until the next look at what has been waiting since then, or waits for a time that is yet to come."""
    age = (now - since).total_seconds()
    return next((pause for limit, pause in POLLING if 0 <= age < limit), SLOWEST_POLLING)
