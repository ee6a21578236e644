"""What works at this moment, as the status page and its JSON say it: made once for everybody, and kept for a while."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import cast

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import outbox
from submissions.answer_times import AnswerTimes, QueueState, Today, answer_times, state_of, today
from submissions.model_grading import why_models_wait
from submissions.models import Kind, Queue
from submissions.worker_states import WorkerState, worker_states

KEPT_AS = "site-status"

_making = Lock()


@dataclass(frozen=True)
class SiteStatus:
    """All of it at one moment. `why_models_wait` "": models are run."""

    at: datetime
    queues: tuple[QueueState, ...]
    workers: tuple[WorkerState, ...]
    why_models_wait: str
    times: tuple[AnswerTimes, ...]
    today: Today


def site_status() -> SiteStatus:
    """As it was found STATUS_SECONDS ago at most; whoever comes while it is made waits for that instead of asking."""
    if (kept := _kept()) is not None:
        return kept
    with _making:
        if (kept := _kept()) is not None:
            return kept
        made = _make(timezone.now())
        caches["process"].set(KEPT_AS, made, settings.STATUS_SECONDS)
    return made


def _kept() -> SiteStatus | None:
    return cast(SiteStatus | None, caches["process"].get(KEPT_AS))


def _make(at: datetime) -> SiteStatus:
    letters = QueueState(outbox.MAIL_QUEUE, _("letters to be sent"), *outbox.waiting())
    return SiteStatus(
        at=at,
        queues=(*(state_of(queue) for queue in Queue), letters),
        workers=worker_states(at),
        why_models_wait=why_models_wait(),
        times=tuple(answer_times(kind, at) for kind in Kind),
        today=today(at),
    )
