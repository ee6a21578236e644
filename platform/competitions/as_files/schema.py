"""What stands in competition.yaml: every setting that the admin edits, under the name of its field."""

import difflib
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from competitions.models import Competition

FORMAT_KEY, FORMAT = "holdout", 1
# In the order of the file, which is that of the admin's page.
SETTINGS = (
    "title", "tagline", "notice", "is_published",
    "opens_at", "merger_deadline_at", "entry_deadline_at", "closes_at", "reveals_at", "archived_at",
    "uploads_kept_days", "predictions_kept_days",
    "entry", "allowed_emails", "needs_verified_email", "max_team_size",
    "daily_limit", "limit_window", "total_limit", "pending_limit", "final_selection_count", "takes_late_submissions",
    "max_upload_bytes",
    "takes_predictions", "takes_models", "max_model_bytes", "model_seconds", "model_memory_mib", "tensorflow_version",
    "metric", "metric_k", "decimals", "disclosure", "id_column", "target_column", "cluster_column", "item_column",
    "lowest", "highest", "out_of_range",
    "labels_are_public", "data_needs_joining",
)  # fmt: skip
# Fields of Competition that are no setting of the file, each with the reason.
NOT_SETTINGS = {
    "id": "the database's own number",
    "created_at": "when this site made the row",
    "slug": "says which competition it is, and stands first",
    "organizers": "user names, under a key of their own",
    "expected_solution_sha256": "stands under `solution`",
}
KEYS = (FORMAT_KEY, "slug", *SETTINGS, "organizers", "data", "solution")
DATA_KEYS = ("name", "description", "is_hidden", "size_bytes", "sha256")
SOLUTION_KEYS = ("sha256",)


@dataclass(frozen=True)
class DataEntry:
    """One data file as it is described: two with the same entry are the same."""

    name: str
    description: str
    is_hidden: bool
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Description:
    """What files say of a competition. What they leave out is None, or missing in `values` and `pages`.

    `pages`: kind → text. `solution_sha256` is "" where there is said to be no solution.
    """

    slug: str
    values: Mapping[str, Any]
    organizers: tuple[str, ...] | None
    pages: Mapping[str, str]
    data: tuple[DataEntry, ...] | None
    solution_sha256: str | None


def field_of(name: str) -> models.Field[Any, Any]:
    """The model's field of a setting."""
    field = Competition._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} is no column of a competition")
    return field


def parsed(name: str, found: Any) -> Any:
    """A setting's value from what YAML gives. Raises ValueError with what was expected and found."""
    field = field_of(name)
    if found is None:
        if field.null:
            return None
        if field.empty_strings_allowed and field.blank:
            return ""
        raise ValueError(
            _("nothing stands there; expected %(kind)s. Write one, or take the line out.") % {"kind": _(_kind(field))}
        )
    value = _PARSERS[_kind(field)](found)
    if value is None:
        raise ValueError(_("found %(found)s; expected %(kind)s.") % {"found": shown(found), "kind": _(_kind(field))})
    return value


def written(value: Any) -> Any:
    """A setting's value as it goes into YAML: times in UTC, the rest as it is."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def shown(value: Any) -> str:
    """A value in a sentence or a diff, short."""
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict | list):
        return _("a list") if isinstance(value, list) else _("a table of keys")
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def unknown_key(key: object, known: Collection[str]) -> str:
    """The sentence for a key that means nothing, with the nearest one that does."""
    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    cure = (
        _("Did you mean %(near)r?") % {"near": near[0]}
        if near
        else _("Known are: %(known)s.") % {"known": ", ".join(known)}
    )
    return _("the key %(key)r is not known. %(cure)s") % {"key": str(key)[:60], "cure": cure}


def text_from(found: Any) -> str | None:
    """A text that the database can hold; None: it is none."""
    if not isinstance(found, str) or "\0" in found or any("\ud800" <= character <= "\udfff" for character in found):
        return None
    return found


def count_from(found: Any) -> int | None:
    """A whole number; None: it is none."""
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def truth_from(found: Any) -> bool | None:
    """true or false; None: it is neither."""
    return found if isinstance(found, bool) else None


def moment_from(found: Any) -> datetime | None:
    """An aware time; None: it is none, or says no zone."""
    if not isinstance(found, str) or not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", found):
        return None
    try:
        moment = parse_datetime(found)
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def number_from(found: Any) -> float | None:
    """A finite number; None: it is none. YAML takes 1e-3 for a text, people do not."""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


# In English here, for they are keys as well; each sentence translates them.
TEXT, COUNT = gettext_noop("a text (in quotes, if in doubt)"), gettext_noop("a whole number")
TRUTH, NUMBER = gettext_noop("true or false"), gettext_noop("a number")
MOMENT = gettext_noop("a time in UTC such as 2026-03-01T18:00:00Z")
_PARSERS = {TEXT: text_from, COUNT: count_from, TRUTH: truth_from, NUMBER: number_from, MOMENT: moment_from}


def _kind(field: models.Field[Any, Any]) -> str:
    if isinstance(field, models.BooleanField):
        return TRUTH
    if isinstance(field, models.DateTimeField):
        return MOMENT
    if isinstance(field, models.FloatField):
        return NUMBER
    return COUNT if isinstance(field, models.IntegerField) else TEXT
