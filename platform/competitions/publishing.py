"""Publishing a competition: the one gate that its page, its files and the seed go through."""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from competitions.clock import database_now
from competitions.launching import data_digest_of, digest_of, latest_audit, latest_check, red_lines
from competitions.models import SHORTEST_REASON, Competition, JobState, LaunchCheck, Level, PublishOverride
from config.by_locale import day_and_time


class PublishingRefused(Exception):
    """Why it was not published, and what to do; for an organizer to read."""


def what_stands_against(competition: Competition) -> list[str]:
    """What keeps it from being published, in sentences; empty: a launch check found nothing red, and is up to date."""
    check = latest_check(competition)
    if check is None:
        return [_("The launch check has not been run.")]
    if not check.is_finished:
        return [_("The launch check has not finished yet.")]
    if check.state == JobState.FAILED:
        return [_("The launch check could not be finished: %(failure)s") % {"failure": check.failure}]
    if check.digest != digest_of(competition):
        return [_("Settings, pages, data or solution have changed since the last launch check.")]
    return [*red_lines(check), *_found_since(check, competition)]


def _found_since(check: LaunchCheck, competition: Competition) -> Iterator[str]:
    """What has become red after a check that is done, though nothing was changed: time passes, audits end."""
    checked_at = check.finished_at
    if checked_at is None:
        return
    now = database_now(competition)
    for ends_at in (competition.closes_at, competition.archived_at):
        if ends_at is not None and checked_at < ends_at <= now:
            yield _("It has ended since the launch check, on %(ends_at)s UTC: set new dates.") % {
                "ends_at": day_and_time(ends_at)
            }
            break
    audit = latest_audit(competition)
    if (
        audit is not None
        and audit.worst == Level.RED
        and audit.finished_at is not None
        and audit.finished_at > checked_at
        and audit.digest == data_digest_of(competition)
    ):
        yield _("The audit, which ended after the launch check, has red findings: read them on the Audit page.")


def publish(competition: Competition, by: User | None, override_reason: str = "") -> None:
    """Let everyone see the competition. `by` None: a command.

    Raises PublishingRefused while anything stands against it, unless `override_reason` says why it is published all
    the same: that is recorded. Publishing twice changes nothing.
    """
    with transaction.atomic():
        row = Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        if not row.is_published:
            if against := what_stands_against(row):
                _override(row, by, override_reason.strip(), against)
            row.is_published = True
            row.save(update_fields=["is_published"])
    competition.is_published = True


def unpublish(competition: Competition) -> None:
    """Back to a draft that only its organizers see. Submissions and scores stay."""
    with transaction.atomic():
        row = Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        if row.is_published:
            row.is_published = False
            row.save(update_fields=["is_published"])
    competition.is_published = False


def _override(competition: Competition, by: User | None, reason: str, against: list[str]) -> None:
    if not reason:
        raise PublishingRefused(
            _(
                "%(competition)s was not published. %(against)s Run the launch check and mend what is red, or "
                "publish all the same and write down why."
            )
            % {"competition": competition.title, "against": " ".join(against)}
        )
    if len(reason) < SHORTEST_REASON:
        raise PublishingRefused(
            _(
                "%(competition)s was not published. The reason has %(count)s characters; write at least "
                "%(least)s, for those who will ask later."
            )
            % {"competition": competition.title, "count": len(reason), "least": SHORTEST_REASON}
        )
    with override(settings.LANGUAGE_CODE):
        # Kept as it is told to everyone later, not in the language of whoever published it.
        kept = what_stands_against(competition)
    PublishOverride.objects.create(competition=competition, by=by, reason=reason, against=kept)
