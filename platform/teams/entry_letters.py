"""What people get by e-mail at the door of a competition: an invitation, or the answer to their request."""

from django.urls import reverse

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
        f"You are invited to {title}",
        f"The organizers of {title} invite you to take part.\n\n"
        f"Open this link, with an account whose confirmed address is {invitation.email}:\n"
        f"{link_of(invitation, site)}\n",
    )


def approval_letter(request: EntryRequest, site: str) -> Letter:
    """To somebody who may join now."""
    title = request.competition.title
    return outbox.letter_for(
        request.user,
        f"You may join {title}",
        f"The organizers of {title} have approved your request. Join here:\n"
        f"{site}{reverse('join', args=[request.competition.slug])}\n",
    )


def denial_letter(request: EntryRequest) -> Letter:
    """To somebody whose request was denied, with the reason."""
    title = request.competition.title
    return outbox.letter_for(
        request.user,
        f"Your request to join {title}",
        f"The organizers of {title} have denied your request. Their reason:\n\n{request.reason}\n",
    )
