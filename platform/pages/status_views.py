"""What works at this moment: the queues, the workers, how long answers take, and whether models are graded."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages.site_status import site_status
from submissions.answer_times import AnswerTimes
from submissions.model_grading import workers_heard_of


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """For everybody; the walls' layers for organizers only."""
    context = {
        "site": site_status(),
        "hours": settings.STATUS_HOURS,
        "silence_seconds": settings.WORKER_SILENCE_SECONDS,
        "models_workers": workers_heard_of().order_by("name") if request.user.is_staff else [],
    }
    return render(request, "pages/status.html", context)


@require_safe
def status_file(_request: HttpRequest) -> JsonResponse:
    """The same as JSON: times in UTC, durations in seconds; null where nothing waits or too little is known."""
    site = site_status()
    content = {
        "at": _time(site.at),
        "queues": [
            {
                "queue": queue.key,
                "waiting": queue.waiting_count,
                "oldest_since": _time(queue.oldest_since),
                "oldest_seconds": _seconds_since(queue.oldest_since, site.at),
            }
            for queue in site.queues
        ],
        "workers": [
            {"queue": worker.key, "last_heard_of": _time(worker.seen_at), "is_heard_of": worker.is_heard_of}
            for worker in site.workers
        ],
        "model_grading": {"is_on": not site.why_models_wait, "why_not": site.why_models_wait or None},
        "upload_to_score": [_times(times) for times in site.times],
        "today": {
            "scored": site.today.scored,
            "rejected": site.today.rejected,
            "failed": site.today.failed,
            "unfinished": site.today.unfinished,
        },
    }
    answer = JsonResponse(content, json_dumps_params={"indent": 1})
    answer["Cache-Control"] = f"public, max-age={settings.STATUS_SECONDS}"
    return answer


def _times(times: AnswerTimes) -> dict[str, object]:
    return {
        "kind": times.kind.value,
        "hours": settings.STATUS_HOURS,
        "count": times.count,
        "p50_seconds": _rounded(times.p50),
        "p95_seconds": _rounded(times.p95),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _seconds_since(moment: datetime | None, at: datetime) -> float | None:
    # One that waits for a time that is yet to come has not waited at all.
    return None if moment is None else round(max(0.0, (at - moment).total_seconds()), 1)
