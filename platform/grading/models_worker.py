"""The models worker: a Celery worker without labels, which reports whether it can run models, and if not, why.

Any Celery worker that listens to the models queue is one. In every other process nothing here happens by itself.
"""

from dataclasses import asdict
from threading import Event, Thread
from time import monotonic
from typing import Any

import structlog
from celery.signals import worker_init, worker_ready, worker_shutting_down
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import Error, connection
from django.db.models.functions import Now

from competitions.models import Competition, label_storage
from grader.model_runner import capi
from grader.model_runner.child_process import is_stopping, stop_children
from grader.model_runner.walls import walls_of_this_machine
from grading.label_wall import labels_within_reach
from submissions.model_grading import workers_that_run_models
from submissions.models import ModelsWorker, Queue

log = structlog.get_logger(__name__)

_ended = Event()
_looked_at = 0.0
# Set once, before the pool's processes are forked; "" in any process that belongs to no models worker.
_name = ""


def tensorflow_version() -> str:
    """The version of the installed wheel; "" when there is none."""
    try:
        return capi.installed_version()
    except capi.NoTensorFlow:
        return ""


def why_off() -> str:
    """Why no model may be run by this process, as the end of a sentence; "" when all is in place."""
    if reason := walls_of_this_machine().reason:
        return reason.rstrip(".")
    try:
        capi.library_path()
    except capi.NoTensorFlow as problem:
        return str(problem).rstrip(".")
    if labels_within_reach():
        if not isinstance(label_storage(), FileSystemStorage):
            return (
                "this worker could read the label bucket, or the store does not say that it may not: give it no "
                "HOLDOUT_S3_LABELS_ACCESS_KEY, and a policy without that bucket, as docs/stores.md has it"
            )
        return (
            "this worker could read the label store, and nothing here can keep it out (no Landlock): "
            "run it where the labels are not, as docker-compose.yml does"
        )
    return ""


def begin(name: str) -> None:
    """This process belongs to the models worker of that name from now on."""
    global _name
    _name = name
    report()


def report() -> None:
    """Say what this worker is and can do, as it is found now."""
    global _looked_at
    _looked_at = monotonic()
    walls_of_this_machine.cache_clear()
    ModelsWorker.objects.update_or_create(
        name=_name,
        defaults={
            "seen_at": Now(),
            "reason_it_is_off": why_off()[:500],
            "layers": [asdict(layer) for layer in walls_of_this_machine().layers],
            "tensorflow_version": tensorflow_version(),
        },
    )


def go_on_reporting() -> None:
    """Say that this worker lives; where it is off, look every WALLS_RETRY_SECONDS whether that has changed."""
    try:
        is_on = ModelsWorker.objects.filter(name=_name, reason_it_is_off="").update(seen_at=Now())
        if not is_on and monotonic() - _looked_at < settings.WALLS_RETRY_SECONDS:
            is_on = ModelsWorker.objects.filter(name=_name).update(seen_at=Now())
        if not is_on:
            report()
    except Error as problem:
        # The next round comes with a new connection.
        connection.close()
        log.warning("models_worker_not_reported", problem=str(problem))


def switch_off(reason: str) -> None:
    """Run no more models until the next look finds everything in place."""
    log.error("models_switched_off", worker=_name, reason=reason)
    walls_of_this_machine.cache_clear()
    ModelsWorker.objects.filter(name=_name).update(reason_it_is_off=reason[:500])


def is_on() -> bool:
    """Whether this worker may take a model now."""
    return not is_stopping() and not labels_within_reach() and workers_that_run_models().filter(name=_name).exists()


def is_run_with_ours(competition: Competition) -> bool:
    """Whether the competition's models are run with this worker's TensorFlow. Its first run settles the version."""
    ours = tensorflow_version()
    Competition.objects.filter(pk=competition.pk, tensorflow_version="").update(tensorflow_version=ours)
    return Competition.objects.filter(pk=competition.pk, tensorflow_version=ours).exists()


@worker_init.connect
def _first_report(sender: Any, **_: Any) -> None:
    if Queue.MODELS.value in sender.app.amqp.queues.consume_from:
        begin(sender.hostname)
        # What is open now would be shared by every process of the pool.
        connection.close()


@worker_ready.connect
def _report_from_now_on(**_: Any) -> None:
    if _name:
        Thread(target=_report_until_the_end, name="models-worker-report", daemon=True).start()


def _report_until_the_end() -> None:
    while not _ended.wait(settings.SWEEP_SECONDS):
        go_on_reporting()
    connection.close()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    """A stop takes seconds, not as long as a model may run: what runs now is put back, with no try counted."""
    if _name:
        stop_children()
        _ended.set()
        ModelsWorker.objects.filter(name=_name).delete()
