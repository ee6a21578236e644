"""The one short step at the end of a rescore: from here on its version counts, for everybody at once."""

from django.db import transaction

from competitions.models import Competition, Rescore, Solution
from leaderboard.standings import rebuild
from submissions import lifecycle, rescores
from submissions.models import Status, Submission


def activate(rescore: Rescore) -> bool:
    """Let the rescore's version count from now on. False: something has come in that is not scored yet.

    Submissions point to their new evaluations, and the standings are made from them, in the same transaction.
    What waits for its score is graded under the new version; what could not be scored again is queued for it.
    """
    with transaction.atomic():
        # Whoever ends a grading holds the active version: it waits here, and then grades by the new one.
        versions = Solution.objects.select_for_update(no_key=True).order_by("pk")
        list(versions.filter(pk__in=(rescore.before_id, rescore.solution_id)).values_list("pk"))
        rescore = Rescore.objects.select_for_update(no_key=True).get(pk=rescore.pk)
        if rescores.missing(rescore).exists() or not rescores.finished(rescore):
            return False
        Solution.objects.filter(pk=rescore.before_id).update(is_active=False)
        Solution.objects.filter(pk=rescore.solution_id).update(is_active=True)
        # The teams are locked before their submissions, as everywhere.
        rebuild(rescore.competition)
        # And the competition after them: whoever asks for a rescore sees either this one under way, or its version.
        Competition.objects.select_for_update(no_key=True).get(pk=rescore.competition_id)
        lifecycle.take_over(rescore.solution, f"scored again by version {rescore.solution.version} of the solution")
        unreadable = [each["submission"] for each in rescore.left_out]
        for submission in Submission.objects.filter(pk__in=unreadable, status=Status.SCORED):
            lifecycle.regrade(submission)
    return True
