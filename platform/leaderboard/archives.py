"""Publishing the archive of a competition: when it may be done, and which one everybody gets."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.clock import database_now
from competitions.models import UNFINISHED, Archive, Competition, JobState, Rescore
from config.by_locale import whole
from submissions.dispatch import ARCHIVES, ring_for_job_after_commit
from submissions.models import TERMINAL


class ArchiveRefused(Exception):
    """Why no archive is made, and what to do; for an organizer to read."""


def what_stands_against(competition: Competition) -> list[str]:
    """What keeps an archive from being published, in sentences; empty: nothing does."""
    return list(_against(competition))


def _against(competition: Competition) -> Iterator[str]:
    if not competition.timeline.shows_private(database_now(competition)):
        yield _("Private results are not revealed yet. The archive holds the hidden labels: wait for the reveal.")
    if not competition.solutions.filter(is_active=True).exists():
        yield _("There is no solution that counts, so there is no ranking.")
    if competition.takes_late_submissions:
        yield _(
            "Late submissions are taken, and whoever has the labels can send them. Switch them off first "
            "(takes late submissions, on the competition's page in the admin)."
        )
    waiting = competition.submissions.exclude(status__in=TERMINAL).filter(team__is_rehearsal=False).count()
    if waiting:
        yield ngettext(
            "%(waiting)s submission waits for a score. Wait for it.",
            "%(waiting)s submissions wait for a score. Wait for it.",
            waiting,
        ) % {"waiting": whole(waiting)}
    if competition.rescores.filter(state__in=Rescore.UNDER_WAY).exists():
        yield _("A rescore is under way. Let its version count, or cancel it.")


def ask_for_archive(competition: Competition, by: User | None) -> Archive:
    """The archive that waits or is being made; a new one where there is none. `by` None: a command.

    Raises ArchiveRefused while anything stands against it.
    """
    with transaction.atomic():
        row = Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        refuse_archive(row)
        ring_for_job_after_commit(ARCHIVES)
        waiting = row.archives.filter(state__in=UNFINISHED).first()
        return waiting or Archive.objects.create(competition=row, asked_by=by)


def refuse_archive(competition: Competition) -> None:
    """Raises ArchiveRefused while anything stands against publishing the archive."""
    if against := what_stands_against(competition):
        raise ArchiveRefused(_("No archive was made. %(against)s") % {"against": " ".join(against)})


def latest_archive(competition: Competition) -> Archive | None:
    return competition.archives.first()


def published_archive(competition: Competition, at: datetime) -> Archive | None:
    """What everybody may download: the last that was made. None: there is none, or private results are hidden then."""
    if not competition.timeline.shows_private(at):
        return None
    return competition.archives.filter(state=JobState.DONE).first()
