"""Asking the scoring worker for a launch check or an audit: one of each at a time and competition."""

from django.db import transaction

from accounts.models import User
from competitions.models import UNFINISHED, Competition, DataAudit, LaunchCheck
from submissions.dispatch import AUDITS, LAUNCH_CHECKS, ring_for_job_after_commit


def ask_for_launch_check(competition: Competition, by: User | None) -> LaunchCheck:
    """The launch check that waits or runs; a new one where there is none. `by` None: a command."""
    with transaction.atomic():
        Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        ring_for_job_after_commit(LAUNCH_CHECKS)
        waiting = competition.launch_checks.filter(state__in=UNFINISHED).first()
        return waiting or LaunchCheck.objects.create(competition=competition, asked_by=by)


def ask_for_audit(competition: Competition, by: User | None) -> DataAudit:
    """The audit that waits or runs; a new one where there is none. `by` None: a command."""
    with transaction.atomic():
        Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        ring_for_job_after_commit(AUDITS)
        waiting = competition.data_audits.filter(state__in=UNFINISHED).first()
        return waiting or DataAudit.objects.create(competition=competition, asked_by=by)
