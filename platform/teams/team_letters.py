"""What people get by e-mail when another team asks them: into it, or to merge with it."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import outbox
from accounts.models import Letter, User
from teams.models import MergeProposal, TeamInvitation


@override(settings.LANGUAGE_CODE)
def team_invitation_letter(invitation: TeamInvitation, site: str) -> Letter:
    """To the invited person. `site`: the site's own address, without a slash at its end."""
    team = invitation.team
    return outbox.letter_for(
        invitation.user,
        _("%(team)s invites you in %(competition)s") % {"team": team.name, "competition": team.competition.title},
        _(
            "%(invited_by)s invites you to the team %(team)s in %(competition)s.\n\n"
            "Accept or decline on your Team page:\n"
            "%(address)s\n"
        )
        % {
            "invited_by": invitation.invited_by,
            "team": team.name,
            "competition": team.competition.title,
            "address": _team_page(invitation.team.competition.slug, site),
        },
    )


@override(settings.LANGUAGE_CODE)
def merger_letter(proposal: MergeProposal, captain: User, site: str) -> Letter:
    """To `captain`, who leads the team that is asked."""
    competition = proposal.to_team.competition
    return outbox.letter_for(
        captain,
        _("%(from_team)s proposes to merge in %(competition)s")
        % {"from_team": proposal.from_team.name, "competition": competition.title},
        _(
            "The captain of %(from_team)s proposes in %(competition)s to merge: the people and submissions of "
            "%(to_team)s would come to %(from_team)s. This cannot be undone.\n\n"
            "Accept or decline on your Team page:\n"
            "%(address)s\n"
        )
        % {
            "from_team": proposal.from_team.name,
            "competition": competition.title,
            "to_team": proposal.to_team.name,
            "address": _team_page(competition.slug, site),
        },
    )


def _team_page(slug: str, site: str) -> str:
    return f"{site}{reverse('team', args=[slug])}"
