"""What works at this moment: the queues, and whether models are graded."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import outbox
from submissions.fairness import WAITS_IN
from submissions.model_grading import why_models_wait, workers_heard_of
from submissions.models import Queue, Submission


@dataclass(frozen=True)
class QueueState:
    """What waits in one queue. `oldest_since` None: nothing does."""

    name: str
    waiting_count: int
    oldest_since: datetime | None


def _state_of(queue: Queue) -> QueueState:
    waiting = Submission.objects.filter(WAITS_IN[queue]).order_by()
    found = waiting.aggregate(count=Count("pk"), oldest=Min("waiting_since"))
    return QueueState(str(queue.label), found["count"], found["oldest"])


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """For everybody; the walls' layers for organizers only."""
    context = {
        "now": timezone.now(),
        "queues": [*(_state_of(queue) for queue in Queue), QueueState("letters to be sent", *outbox.waiting())],
        "why_models_wait": why_models_wait(),
        "workers": workers_heard_of().order_by("name") if request.user.is_staff else [],
    }
    return render(request, "pages/status.html", context)
