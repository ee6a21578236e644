"""Numbers and times as the reader's language writes them; in English exactly as `f"{number:,}"` and its like do."""

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, pgettext


def whole(number: float) -> str:
    """A count with its thousands parted: 20,827."""
    return str(number_format(f"{number:.0f}", force_grouping=True))


def decimal(number: float, places: int) -> str:
    """Exactly so many digits after the point: 0.914. Thousands are not parted."""
    return str(number_format(f"{number:.{places}f}"))


def percent(share: float, places: int) -> str:
    """A share of 1 as a percentage with so many digits after the point: 4.50%."""
    return pgettext("a percentage", "%(number)s%%") % {"number": number_format(f"{share:.{places}%}"[:-1])}


def day(moment: date) -> str:
    """A date, or a time's, with the month's name: 01 March 2026. The time's own zone is kept."""
    # Translators: a date, in the letters of Django's `date` filter.
    return date_format(moment, gettext("d F Y"))


def short_time(moment: date) -> str:
    """01 Mar 2026 18:00, for lists."""
    # Translators: a short date and a time of day, in the letters of Django's `date` filter.
    return date_format(moment, gettext("d M Y H:i"))


def brief_day(moment: date) -> str:
    """1 Mar 2026."""
    # Translators: a short date, in the letters of Django's `date` filter.
    return date_format(moment, gettext("j M Y"))


def brief_time(moment: date, *, seconds: bool = False) -> str:
    """1 Mar 2026 18:00, or 18:00:05."""
    if seconds:
        # Translators: a short date and a time of day with seconds, in the letters of Django's `date` filter.
        return date_format(moment, gettext("j M Y H:i:s"))
    # Translators: a short date and a time of day, in the letters of Django's `date` filter.
    return date_format(moment, gettext("j M Y H:i"))


def day_of_the_year(moment: date) -> str:
    """01 March."""
    # Translators: a date without its year, in the letters of Django's `date` filter.
    return date_format(moment, gettext("d F"))


def day_and_time(moment: date | None) -> str:
    """01 March 2026 at 18:00, in the time's own zone, which the sentence names; "" for None."""
    if moment is None:
        return ""
    # Translators: a date and a time of day, in the letters of Django's `date` filter; \\ before what is meant as it is.
    return date_format(moment, gettext("d F Y \\a\\t H:i"))
