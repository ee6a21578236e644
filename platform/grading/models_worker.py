"""The models worker: a Celery worker without labels, which reports whether it can run models, and if not, why.

Any Celery worker that listens to the models queue is one. In every other process nothing here happens by itself.
"""

from dataclasses import asdict
from threading import Event, Thread
from typing import Any

import structlog
from celery.signals import worker_init, worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from competitions.models import Competition
from grader.model_runner import capi
from grader.model_runner.walls import walls_of_this_machine
from grading.label_wall import labels_within_reach
from submissions.model_grading import workers_that_run_models
from submissions.models import ModelsWorker, Queue

log = structlog.get_logger(__name__)

_ended = Event()
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
    """Say what this worker is and can do."""
    ModelsWorker.objects.update_or_create(
        name=_name,
        defaults={
            "seen_at": Now(),
            "reason_it_is_off": why_off()[:500],
            "layers": [asdict(layer) for layer in walls_of_this_machine().layers],
            "tensorflow_version": tensorflow_version(),
        },
    )


def switch_off(reason: str) -> None:
    """Run no more models until this worker is started again."""
    log.error("models_switched_off", worker=_name, reason=reason)
    ModelsWorker.objects.filter(name=_name).update(reason_it_is_off=reason[:500])


def is_on() -> bool:
    """Whether this worker may take a model now."""
    return not labels_within_reach() and workers_that_run_models().filter(name=_name).exists()


def freeze_version(competition: Competition) -> None:
    """The first run settles which TensorFlow the competition's models are run with."""
    Competition.objects.filter(pk=competition.pk, tensorflow_version="").update(tensorflow_version=tensorflow_version())


@worker_init.connect
def _first_report(sender: Any, **_: Any) -> None:
    if Queue.MODELS.value in sender.app.amqp.queues.consume_from:
        begin(sender.hostname)
        # What is open now would be shared by every process of the pool.
        connection.close()


@worker_ready.connect
def _go_on_reporting(**_: Any) -> None:
    if _name:
        Thread(target=_report_until_the_end, name="models-worker-report", daemon=True).start()


def _report_until_the_end() -> None:
    while not _ended.wait(settings.SWEEP_SECONDS):
        try:
            if not ModelsWorker.objects.filter(name=_name).update(seen_at=Now()):
                report()
        except DatabaseError as problem:
            log.warning("models_worker_not_reported", problem=str(problem))
    connection.close()


@worker_shutdown.connect
def _last_report(**_: Any) -> None:
    if _name:
        _ended.set()
        ModelsWorker.objects.filter(name=_name).delete()
