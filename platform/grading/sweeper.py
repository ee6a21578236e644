"""What no message is needed for: every few seconds, look at the rows and repair what a lost bell or worker left."""

import time

from django.conf import settings
from django.db.models import Q

from accounts import outbox
from competitions.models import Archive, DataAudit, LaunchCheck, Solution
from config.clock import seconds_from_now
from config.heartbeats import beat
from config.stored_files import remove_left_copies
from grading import commitments
from grading.integrity import looks, similarity
from grading.jobs import at_hand
from leaderboard import certainty, receipts
from submissions import chunked_uploads, reminders
from submissions.dispatch import (
    ARCHIVES,
    AUDITS,
    CERTAINTY,
    CHECK_SOLUTIONS,
    INTEGRITY,
    LAUNCH_CHECKS,
    RESCORE,
    SLICES,
    TASKS,
    ring,
)
from submissions.fairness import WAITS_IN
from submissions.lifecycle import release_expired
from submissions.model_grading import workers_that_run_models
from submissions.models import ModelsWorker, Queue, SliceReport, Submission
from submissions.rescores import waiting_rescores
from submissions.worker_states import SWEEP


def sweep() -> None:
    """Release expired leases, forget silent models workers, ring again for what has waited for a sweep or longer."""
    release_expired()
    ModelsWorker.objects.filter(seen_at__lt=seconds_from_now(-settings.WORKER_SILENCE_SECONDS)).delete()
    _remove_left_uploads()
    remove_left_copies(settings.LEFT_UPLOADS_SECONDS)
    chunked_uploads.clear_away()
    for queue in Queue:
        overdue = Q(waiting_since__lt=seconds_from_now(-settings.SWEEP_SECONDS))
        # Bells for a models worker that is away would only pile up.
        is_heard = queue != Queue.MODELS or workers_that_run_models().exists()
        if is_heard and Submission.objects.filter(WAITS_IN[queue], overdue).exists():
            ring(TASKS[queue], queue)
    receipts.append_waiting(time.monotonic() + settings.RECEIPTS_SWEEP_SECONDS)
    if Solution.objects.filter(verdict=Solution.Verdict.WAITING).exists() or commitments.missing():
        ring(CHECK_SOLUTIONS, Queue.SCORING)
    reminders.post_due(time.monotonic() + settings.REMINDERS_SWEEP_SECONDS)
    outbox.sweep()
    jobs = ((LaunchCheck, LAUNCH_CHECKS), (DataAudit, AUDITS), (SliceReport, SLICES), (Archive, ARCHIVES))
    for model, task in jobs:
        if model._default_manager.filter(at_hand()).exists():
            ring(task, Queue.SCORING)
    if waiting_rescores().exists():
        ring(RESCORE, Queue.SCORING)
    if next(certainty.due(), None) is not None:
        ring(CERTAINTY, Queue.SCORING)
    # When nothing waits for its score; else the bell would only stand in line behind.
    if not looks.something_waits() and (looks.not_looked_at().exists() or similarity.due().exists()):
        ring(INTEGRITY, Queue.SCORING)
    beat(SWEEP)


def _remove_left_uploads() -> None:
    """A web process that was killed in mid-upload leaves a file, which may even hold labels."""
    for path in settings.UPLOAD_TEMP_DIR.glob("*.upload*"):
        try:
            if time.time() - path.stat().st_mtime > settings.LEFT_UPLOADS_SECONDS:
                path.unlink()
        except FileNotFoundError:
            continue
