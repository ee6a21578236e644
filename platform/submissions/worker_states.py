"""Which queues have workers that live, by what these say of themselves."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.outbox import MAIL_QUEUE
from config.heartbeats import last_beat
from submissions.models import ModelsWorker, Queue

NAMES = {
    Queue.SCORING.value: _("scoring"),
    Queue.MODELS.value: _("models"),
    MAIL_QUEUE: _("mail"),
}
# What the sweeper says after each of its rounds: beat lives, and a scoring worker has heard it.
SWEEP = "sweep"


@dataclass(frozen=True)
class WorkerState:
    """The workers of one queue together. `seen_at` None: none was heard of in the last days."""

    key: str
    name: StrPromise
    seen_at: datetime | None
    is_heard_of: bool


def worker_states(at: datetime) -> tuple[WorkerState, ...]:
    return tuple(_state(queue, at) for queue in NAMES)


def was_lately(seen_at: datetime | None, at: datetime) -> bool:
    """Whether that is less than WORKER_SILENCE_SECONDS ago."""
    return seen_at is not None and (at - seen_at).total_seconds() < settings.WORKER_SILENCE_SECONDS


def _state(queue: str, at: datetime) -> WorkerState:
    is_models = queue == Queue.MODELS
    seen_at = ModelsWorker.objects.aggregate(last=Max("seen_at"))["last"] if is_models else last_beat(queue)
    return WorkerState(queue, NAMES[queue], seen_at, was_lately(seen_at, at))
