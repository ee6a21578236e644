"""What no message is needed for: every few seconds, look at the rows and repair what a lost bell or worker left."""

from django.conf import settings
from django.db.models import Q

from competitions.models import Solution
from submissions.clock import seconds_from_now
from submissions.dispatch import CHECK_SOLUTIONS, TASKS, ring
from submissions.fairness import WAITS_IN
from submissions.lifecycle import release_expired
from submissions.models import Queue, Submission


def sweep() -> None:
    """Release expired leases; ring again for whatever has waited longer than a sweep takes to come round."""
    release_expired()
    for queue in Queue:
        overdue = Q(waiting_since__lt=seconds_from_now(-settings.SWEEP_SECONDS))
        if Submission.objects.filter(overdue, **WAITS_IN[queue]).exists():
            ring(TASKS[queue], queue)
    if Solution.objects.filter(verdict=Solution.Verdict.WAITING).exists():
        ring(CHECK_SOLUTIONS, Queue.SCORING)
