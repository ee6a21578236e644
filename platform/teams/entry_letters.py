"""What people get by e-mail at the door of a competition: an invitation, or the answer to their request."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import outbox
from accounts.models import Letter
from teams.models import EntryInvitation, EntryRequest


def link_of(invitation: EntryInvitation, site: str) -> str:
    """The address that opens the door. `site`: the site's own, without a slash at its end."""
    return f"{site}{reverse('join', args=[invitation.competition.slug])}?invitation={invitation.token}"


def invitation_letter(invitation: EntryInvitation, site: str) -> Letter:
    """To the owner of the address that the invitation is for."""
    title = invitation.competition.title
    return outbox.letter_to(
        invitation.email,
        _("You are invited to %(title)s") % {"title": title},
        _(
            "The organizers of %(title)s invite you to take part.\n\n"
            "Open this link, with an account whose confirmed address is %(email)s:\n"
            "%(link_of)s\n"
        )
        % {"title": title, "email": invitation.email, "link_of": link_of(invitation, site)},
    )


def approval_letter(request: EntryRequest, site: str) -> Letter:
    """To somebody who may join now."""
    title = request.competition.title
    return outbox.letter_to(
        request.user.email,
        _("You may join %(title)s") % {"title": title},
        _("The organizers of %(title)s have approved your request. Join here:\n%(site)s%(reverse)s\n")
        % {"title": title, "site": site, "reverse": reverse("join", args=[request.competition.slug])},
    )


def denial_letter(request: EntryRequest) -> Letter:
    """To somebody whose request was denied, with the reason."""
    title = request.competition.title
    return outbox.letter_to(
        request.user.email,
        _("Your request to join %(title)s") % {"title": title},
        _("The organizers of %(title)s have denied your request. Their reason:\n\n%(request_reason)s\n")
        % {"title": title, "request_reason": request.reason},
    )
