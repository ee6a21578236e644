"""Whether SavedModels are graded now, and if not, why: from what the models workers report of themselves."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from competitions.models import Competition
from config.clock import seconds_from_now
from submissions.models import Kind, ModelRun, ModelsWorker, Status, Submission


def workers_heard_of() -> QuerySet[ModelsWorker]:
    """The models workers that have reported in the last WORKER_SILENCE_SECONDS."""
    return ModelsWorker.objects.filter(seen_at__gt=seconds_from_now(-settings.WORKER_SILENCE_SECONDS))


def workers_that_run_models() -> QuerySet[ModelsWorker]:
    """Those among them whose walls are enough."""
    return workers_heard_of().filter(reason_it_is_off="")


def runs_with(tensorflow_version: str) -> Q:
    """Submissions of competitions that are run with that version, or have not settled on one yet."""
    return Q(competition__tensorflow_version__in=("", tensorflow_version))


def why_models_wait(competition: Competition | None = None) -> str:
    """Why no SavedModel (of this competition) is graded now, as the end of a sentence; "" when they are."""
    running = workers_that_run_models()
    if running.exists():
        wanted = competition.tensorflow_version if competition else ""
        if not wanted or running.filter(tensorflow_version=wanted).exists():
            return ""
        found = ", ".join(sorted(set(running.values_list("tensorflow_version", flat=True))))
        return _(
            "this competition's models are run with TensorFlow %(wanted)s, and the workers here have %(found)s"
        ) % {"wanted": wanted, "found": found}
    off = workers_heard_of().first()
    return off.reason_it_is_off if off else _("no models worker has been heard of")


def why_it_waits(submission: Submission) -> str:
    """Why no model of its competition is run now; "" for a file, for one that does not wait, or when they are."""
    if submission.kind != Kind.SAVED_MODEL or submission.status != Status.QUEUED:
        return ""
    return why_models_wait(submission.competition)


@dataclass(frozen=True)
class RunsTold:
    """What a model's owner may know of its runs: the last one on public rows, and a warning; never the hidden log."""

    public_run: ModelRun | None = None
    warning: str = ""


def runs_told(submission: Submission) -> RunsTold:
    """Of a prediction file: nothing."""
    if submission.kind != Kind.SAVED_MODEL:
        return RunsTold()
    runs = list(submission.model_runs.all())
    return RunsTold(
        public_run=next((run for run in reversed(runs) if run.is_public_sample), None),
        warning=next((run.warning for run in runs if run.warning), ""),
    )
