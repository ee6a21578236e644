"""Numbers and times as the reader's language writes them; in English exactly as `f"{number:,}"` and its like do."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext, pgettext

# Lists show the same numbers and times again and again; to write one down takes as long as all else in its line.
KEPT = 10_000


def whole(number: float) -> str:
    """A count with its thousands parted: 20,827."""
    return str(number_format(f"{number:.0f}", force_grouping=True))


def decimal(number: float, places: int) -> str:
    """Exactly so many digits after the point: 0.914. Thousands are not parted."""
    return _number(f"{number:.{places}f}", get_language())


def percent(share: float, places: int) -> str:
    """A share of 1 as a percentage with so many digits after the point: 4.50%."""
    return pgettext("a percentage", "%(number)s%%") % {"number": number_format(f"{share:.{places}%}"[:-1])}


def day(moment: date) -> str:
    """A date, or a time's, with the month's name: 01 March 2026. The time's own zone is kept."""
    # Translators: a date, in the letters of Django's `date` filter.
    return _written(moment, gettext("d F Y"))


def short_time(moment: date) -> str:
    """01 Mar 2026 18:00, for lists."""
    # Translators: a short date and a time of day, in the letters of Django's `date` filter.
    return _written(moment, gettext("d M Y H:i"))


def brief_day(moment: date) -> str:
    """1 Mar 2026."""
    # Translators: a short date, in the letters of Django's `date` filter.
    return _written(moment, gettext("j M Y"))


def brief_time(moment: date, *, seconds: bool = False) -> str:
    """1 Mar 2026 18:00, or 18:00:05."""
    if seconds:
        # Translators: a short date and a time of day with seconds, in the letters of Django's `date` filter.
        return _written(moment, gettext("j M Y H:i:s"))
    # Translators: a short date and a time of day, in the letters of Django's `date` filter.
    return _written(moment, gettext("j M Y H:i"))


def day_of_the_year(moment: date) -> str:
    """01 March."""
    # Translators: a date without its year, in the letters of Django's `date` filter.
    return _written(moment, gettext("d F"))


def day_and_time(moment: date | None) -> str:
    """01 March 2026 at 18:00, in the time's own zone, which the sentence names; "" for None."""
    if moment is None:
        return ""
    # Translators: a date and a time of day, in the letters of Django's `date` filter; \\ before what is meant as it is.
    return _written(moment, gettext("d F Y \\a\\t H:i"))


def _written(moment: date, form: str) -> str:
    # Two times are equal in all zones, and each is written in its own.
    zone = moment.tzinfo if isinstance(moment, datetime) else None
    return _date(moment, zone, form, get_language())


@lru_cache(maxsize=KEPT)
def _date(moment: date, zone: tzinfo | None, form: str, language: str) -> str:
    """`zone` and `language` tell apart what is kept."""
    return date_format(moment, form)


@lru_cache(maxsize=KEPT)
def _number(number: str, language: str) -> str:
    """`language` tells apart what is kept."""
    return str(number_format(number))
