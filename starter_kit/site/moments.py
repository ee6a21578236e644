"""Times as people read them, from the ISO 8601 that the site sends."""

from datetime import UTC, datetime


def moment(told: object) -> str:
    """'2026-05-01 12:30 UTC' of an ISO 8601 time; what is none, as it is; empty for None."""
    if told is None:
        return ""
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        return str(told)
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def lasting(seconds: float) -> str:
    """'3 h 12 min', '2 min', '8 s': rounded up to what matters."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = -(-whole // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
