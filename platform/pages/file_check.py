"""What the submit page tells its scripts, so that a file is checked before it is sent."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse

from competitions.models import Competition
from competitions.row_ids import public_test_file
from grader.scoring.browser_format import browser_format
from pages.upload_words import check_words, upload_words


def file_check_of(competition: Competition) -> dict[str, Any]:
    """What is expected of a file, where to ask, and the words around the readers' own messages."""
    return {
        "worker": static("site/check/worker.js"),
        "ids": reverse("submit_ids", args=[competition.slug]) if public_test_file(competition) else "",
        "before": reverse("before_upload", args=[competition.slug]),
        "takesPredictions": competition.takes_predictions,
        "takesModels": competition.takes_models,
        "expected": browser_format(competition.prediction_format()),
        "limits": {"maxZipBytes": competition.model_allowance().zip_bytes},
        "words": {**check_words(), **upload_words()},
    }
