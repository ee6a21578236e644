"""What retention has removed of a submission, in words, and what can be done no more without it."""

from django.db.models import Q
from django.utils.translation import gettext as _

from config.by_locale import day
from submissions.models import Kind, Submission

# Neither kept predictions nor what they could be read from: the answers of a model are predictions too.
CANNOT_BE_READ = Q(predictions_removed_at__isnull=False) & (
    Q(upload_removed_at__isnull=False) | Q(kind=Kind.SAVED_MODEL)
)


def why_no_upload(submission: Submission) -> str:
    """Why the file that was sent can be had no more, as a sentence or two; "": it can."""
    if submission.upload_removed_at is None:
        return ""
    return _(
        "The file was removed on %(day)s, as its organizers have set for the time after archiving. Its score and its "
        "place on the board stay."
    ) % {"day": day(submission.upload_removed_at)}


def why_no_predictions(submission: Submission) -> str:
    """Why nothing can be reckoned from it any more, as a sentence; "": it can."""
    if submission.predictions_removed_at is None:
        return ""
    return _(
        "Its kept predictions were removed on %(day)s, as its organizers have set for the time after archiving."
    ) % {"day": day(submission.predictions_removed_at)}
