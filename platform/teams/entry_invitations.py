"""Invitations of organizers: a link for so many people, or one for the owner of an e-mail address."""

import re
import secrets
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import outbox
from accounts.models import User
from competitions.models import Competition
from teams.entry_letters import invitation_letter
from teams.models import EntryInvitation, EntryInvitationUse

TOKEN_BYTES = 32
ROWS_AT_ONCE = 500


def new_token() -> str:
    """A secret for a link: 32 random bytes in 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Whether it has the shape of one; no database is asked about anything else, NUL for example."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", text) is not None


def invite_by_link(competition: Competition, max_uses: int, by: User | None) -> EntryInvitation:
    """Make a link by which `max_uses` people may enter."""
    return EntryInvitation.objects.create(competition=competition, token=new_token(), max_uses=max_uses, made_by=by)


def invite_addresses(
    competition: Competition, addresses: Iterable[str], by: User | None, site: str
) -> list[EntryInvitation]:
    """Invite the owner of each address by e-mail; one that has an open invitation keeps it. Returns the new ones.

    `site`: the site's own address, without a slash at its end, for the link in the letters.
    """
    wanted = [
        EntryInvitation(competition=competition, email=address, token=new_token(), made_by=by)
        for address in dict.fromkeys(map(str.casefold, addresses))
    ]
    with transaction.atomic():
        # Two organizers at once, too: the database leaves out those that stand already.
        EntryInvitation.objects.bulk_create(wanted, batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
        made = EntryInvitation.objects.filter(token__in=[one.token for one in wanted])
        invitations = list(made.select_related("competition"))
        outbox.post_all(invitation_letter(invitation, site) for invitation in invitations)
    return invitations


def revoke(invitations: QuerySet[EntryInvitation]) -> int:
    """Nobody enters by these any more; who has entered stays. Returns how many were open."""
    return invitations.filter(revoked_at=None).update(revoked_at=Now())


def invitation_for(
    competition: Competition, verified: Collection[str], token: str
) -> tuple[EntryInvitation | None, str]:
    """(the invitation that opens the door, "") or (None, what is wrong with the one of that token).

    Without a usable token, one to a confirmed address is looked for.
    """
    usable = EntryInvitation.objects.filter(competition=competition, revoked_at=None, use_count__lt=F("max_uses"))
    mine = usable.filter(email__in=verified).exclude(email="").first()
    if not token:
        return mine, ""
    named = EntryInvitation.objects.filter(competition=competition, token=token).first() if is_token(token) else None
    if problem := _problem_of(named, verified):
        return mine, "" if mine else problem
    return named, ""


def _problem_of(invitation: EntryInvitation | None, verified: Collection[str]) -> str:
    if invitation is None:
        return _("This invitation is not known here. Open the link whole, as the organizers sent it.")
    if invitation.revoked_at:
        return _("The organizers have revoked this invitation. Ask them for another one.")
    if invitation.use_count >= invitation.max_uses:
        return _(
            "This invitation has been used by as many people as it was made for. Ask the organizers for another one."
        )
    if invitation.email and invitation.email not in verified:
        return _(
            "This invitation is for the owner of one e-mail address, which you have not confirmed here. Add the "
            "address that it was sent to and confirm it, then open the link again."
        )
    return ""


def use(invitation: EntryInvitation, user: User) -> bool:
    """Record that `user` enters by it; call it in the transaction of joining. False: it is used up or revoked."""
    taken = EntryInvitation.objects.filter(pk=invitation.pk, revoked_at=None, use_count__lt=F("max_uses"))
    if not taken.update(use_count=F("use_count") + 1):
        return False
    EntryInvitationUse.objects.create(invitation=invitation, user=user)
    return True
