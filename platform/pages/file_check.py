"""What the page tells its script, so that a file is checked before it is sent, and said in the page's language."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from competitions.models import Competition
from competitions.row_ids import public_test_file
from grader.scoring.prediction_format import OutOfRange


def file_check_of(competition: Competition) -> dict[str, Any]:
    """What is expected of a file, where to ask, and the words around the readers' own messages."""
    return {
        "worker": static("site/check/worker.js"),
        "ids": reverse("submit_ids", args=[competition.slug]) if public_test_file(competition) else "",
        "before": reverse("before_upload", args=[competition.slug]),
        "expected": _expected_of(competition),
        "limits": {"maxZipBytes": competition.model_allowance().zip_bytes},
        "words": _words(),
    }


def _expected_of(competition: Competition) -> dict[str, Any]:
    expected = competition.prediction_format()
    lowest, highest = expected.bounds
    return {
        "columns": list(expected.columns),
        "targetColumn": expected.target_column,
        "cure": expected.number_cure,
        "lowest": lowest,
        "highest": highest,
        "lowestShown": f"{lowest:g}",
        "highestShown": f"{highest:g}",
        "clips": expected.out_of_range == OutOfRange.CLIP,
        "integersOnly": expected.integers_only,
        "maxBytes": expected.max_bytes,
        "maxUnpackedBytes": expected.max_unpacked_bytes,
    }


def _words() -> dict[str, str]:
    """{places} are filled in by the script."""
    return {
        "checking": _("Checking…"),
        "rows": _("Rows read: {rows}"),
        "fine": _("Rows: {rows}. Nothing is wrong with this file; the server gives it its score."),
        "fineModel": _("Files in the archive: {files}. Its layout is right; what the model does, the server tells."),
        "refused": _("The server would refuse this file. Problems: {count}."),
        "refusedHint": _("Mend the file and choose it again. You can send it all the same: the server judges."),
        "more": _("Further problems: {count}."),
        "line": _("Line {line}:"),
        "left": _("This file was not checked here; the server does it."),
        "withoutIds": _("The ids could not be compared here; the server does it."),
        "mixed": _("Drop one file, not several."),
        "earlier": _("See that submission"),
        "uploading": _("Uploading"),
        "noAnswer": _("The site does not answer. Try again: should the file have come, you are told so."),
        "otherContent": _("What the site has is not what was sent. Send it again."),
        "size": _("{megabytes} MB"),
        "bytes": _("{bytes} bytes"),
    }
