"""Publishing a competition: the one gate that its page, its files and the seed go through."""

from django.db import transaction

from accounts.models import User
from competitions.launching import digest_of, latest_check, red_lines
from competitions.models import SHORTEST_REASON, Competition, JobState, PublishOverride


class PublishingRefused(Exception):
    """Why it was not published, and what to do; for an organizer to read."""


def what_stands_against(competition: Competition) -> list[str]:
    """What keeps it from being published, in sentences; empty: a launch check found nothing red, and is up to date."""
    check = latest_check(competition)
    if check is None:
        return ["The launch check has not been run."]
    if not check.is_finished:
        return ["The launch check has not finished yet."]
    if check.state == JobState.FAILED:
        return [f"The launch check could not be finished: {check.failure}"]
    if check.digest != digest_of(competition):
        return ["Settings, pages, data or solution have changed since the last launch check."]
    return red_lines(check)


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
            f"{competition.title} was not published. {' '.join(against)} "
            "Run the launch check and mend what is red, or publish all the same and write down why."
        )
    if len(reason) < SHORTEST_REASON:
        raise PublishingRefused(
            f"{competition.title} was not published. The reason has {len(reason)} characters; "
            f"write at least {SHORTEST_REASON}, for those who will ask later."
        )
    PublishOverride.objects.create(competition=competition, by=by, reason=reason, against=against)
