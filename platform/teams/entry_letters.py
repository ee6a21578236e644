"""What people get by e-mail at the door of a competition: an invitation, or the answer to their request."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import outbox
from accounts.models import Letter
from teams.models import EntryInvitation, EntryRequest


def link_of(invitation: EntryInvitation, site: str) -> str:
    """The address that opens the door. `site`: the site's own, without a slash at its end."""
    return f"{site}{reverse('join', args=[invitation.competition.slug])}?invitation={invitation.token}"


@override(settings.LANGUAGE_CODE)
def invitation_letter(invitation: EntryInvitation, site: str) -> Letter:
    """To the owner of the address that the invitation is for."""
    title = invitation.competition.title
    return outbox.letter_to(
        invitation.email,
        _("You are invited to %(title)s") % {"title": title},
        _(
            "The organizers of %(title)s invite you to take part.\n\n"
            "Open this link, with an account whose confirmed address is %(email)s:\n"
            "%(address)s\n"
        )
        % {"title": title, "email": invitation.email, "address": link_of(invitation, site)},
    )


@override(settings.LANGUAGE_CODE)
def approval_letter(request: EntryRequest, site: str) -> Letter:
    """To somebody who may join now."""
    title = request.competition.title
    return outbox.letter_for(
        request.user,
        _("You may join %(title)s") % {"title": title},
        _("The organizers of %(title)s have approved your request. Join here:\n%(address)s\n")
        % {"title": title, "address": site + reverse("join", args=[request.competition.slug])},
    )


@override(settings.LANGUAGE_CODE)
def denial_letter(request: EntryRequest) -> Letter:
    """To somebody whose request was denied, with the reason."""
    title = request.competition.title
    return outbox.letter_for(
        request.user,
        _("Your request to join %(title)s") % {"title": title},
        _("The organizers of %(title)s have denied your request. Their reason:\n\n%(reason)s\n")
        % {"title": title, "reason": request.reason},
    )
