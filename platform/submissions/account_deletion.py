"""Deleting one's account: nothing says any more who it was, and every score, rank and receipt stays."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.erasure import erase, name_of_deleted
from accounts.models import User
from competitions.access import organized_alone_by
from competitions.models import Competition
from submissions.chunked_uploads import abandon
from submissions.models import ChunkedUpload, Submission
from teams.deleted_people import Left, hold_places_of, left_by, take_name_off_teams


class DeletionRefused(Exception):
    """Why an account stays, and what to do first; for its owner to read."""


@dataclass(frozen=True)
class Consequences:
    """What deleting an account would do. `refusal`: why it cannot be done yet; "" when it can."""

    name_afterwards: str
    teams: list[Left]
    sent_count: int
    refusal: str


def consequences(user: User) -> Consequences:
    """What the person reads before they decide."""
    return Consequences(
        name_afterwards=name_of_deleted(user),
        teams=left_by(user),
        sent_count=Submission.objects.filter(submitted_by=user).count(),
        refusal=_refusal(user),
    )


def delete_account(user: User) -> str:
    """Delete the account of `user`, for good. Returns the name under which what it has sent stays.

    Raises DeletionRefused for the only organizer of a competition, and for the only superuser.
    """
    with transaction.atomic():
        # On PostgreSQL this row, and on SQLite the transaction: twice at once is once.
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.deleted_at:
            return user.username
        if refusal := _refusal(user):
            raise DeletionRefused(refusal)
        organized = list(Competition.objects.filter(organizers=user))
        teams = hold_places_of(user, [competition.pk for competition in organized])
        # Asked once more with them held: of two organizers who delete at once, the second is the only one now.
        if refusal := _refusal(user):
            raise DeletionRefused(refusal)
        take_name_off_teams(user, teams)
        for competition in organized:
            competition.organizers.remove(user)
        erase(user)
    # Files go last: they do not come back with a transaction that failed.
    for upload in ChunkedUpload.objects.filter(user=user, submission=None, abandoned_at=None):
        abandon(upload)
    return name_of_deleted(user)


def _refusal(user: User) -> str:
    alone = list(organized_alone_by(user).order_by("title").values_list("title", flat=True))
    if alone:
        return _(
            "You are the only organizer of %(titles)s. Name another organizer there in the admin, then delete your "
            "account."
        ) % {"titles": ", ".join(alone)}
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        return _(
            "You are the only superuser of this site. Make somebody else one in the admin, then delete your account."
        )
    return ""
