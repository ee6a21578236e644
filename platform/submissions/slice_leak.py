"""What slice reports give away beside the scores: a sentence for the organizers' leak meter."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.models import Competition, JobState
from config.by_locale import decimal, percent
from grader.scoring.leak_meter import ACCOUNTS
from grader.scoring.slices import Slice, gain_at_most, labels_at_most, largest_loss
from submissions.models import SliceReport
from submissions.slice_reports import why_no_slices


def slice_leak_in_words(competition: Competition, label_count: int) -> str:
    """What all reports of an account come to, on top of its scores; "" where nobody can ask for one.

    `label_count`: how many different labels there are. Slices are the same for all files, so the newest report says
    how many numbers each has.
    """
    if why_no_slices(competition):
        return ""
    report_count = settings.SLICES_IN_ALL
    solution = competition.solutions.filter(is_active=True).first()
    made = SliceReport.objects.filter(competition=competition, state=JobState.DONE, evaluation__solution=solution)
    newest = made.first()
    expected = competition.prediction_format()
    most = largest_loss(competition.scored_by, expected.lowest, expected.highest)
    if solution is None or newest is None or newest.slices is None or most is None:
        return ngettext(
            "A team may ask %(report_count)s times where a file errs. Nobody has yet: what that gives away "
            "stands here once a report has been made.",
            "A team may ask %(report_count)s times where a file errs. Nobody has yet: what that gives away "
            "stands here once a report has been made.",
            report_count,
        ) % {"report_count": report_count}
    slices = [Slice(**one) for one in newest.slices]
    one, many = (
        gain_at_most(reports, len(slices), solution.public_count or 1)
        for reports in (report_count, report_count * ACCOUNTS)
    )
    return _(
        "A team may ask %(report_count)s times where a file that has a score errs. A report has "
        "%(slice_count)s numbers, too coarse to spell out a label; by whatever attack it tells "
        "%(labels_at_most)s labels at most. The reports of one account that knows nothing lower the public "
        "score by up to %(one)s, those of %(accounts)s accounts by up to %(many)s, on top of what the "
        "scores tell. Fewer reports (HOLDOUT_SLICES_IN_ALL) or more public rows make that less."
    ) % {
        "report_count": report_count,
        "slice_count": len(slices),
        "labels_at_most": decimal(labels_at_most(slices, most, label_count), 1),
        "one": percent(one, 1),
        "accounts": ACCOUNTS,
        "many": percent(many, 1),
    }
