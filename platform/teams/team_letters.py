"""What people get by e-mail when another team asks them: into it, or to merge with it."""

from django.urls import reverse

from accounts import outbox
from accounts.models import Letter, User
from teams.models import MergeProposal, TeamInvitation


def team_invitation_letter(invitation: TeamInvitation, site: str) -> Letter:
    """To the invited person. `site`: the site's own address, without a slash at its end."""
    team = invitation.team
    return outbox.letter_for(
        invitation.user,
        f"{team.name} invites you in {team.competition.title}",
        f"{invitation.invited_by} invites you to the team {team.name} in {team.competition.title}.\n\n"
        f"Accept or decline on your Team page:\n{_team_page(invitation.team.competition.slug, site)}\n",
    )


def merger_letter(proposal: MergeProposal, captain: User, site: str) -> Letter:
    """To `captain`, who leads the team that is asked."""
    competition = proposal.to_team.competition
    return outbox.letter_for(
        captain,
        f"{proposal.from_team.name} proposes to merge in {competition.title}",
        f"The captain of {proposal.from_team.name} proposes in {competition.title} to merge: the people and "
        f"submissions of {proposal.to_team.name} would come to {proposal.from_team.name}. This cannot be undone.\n\n"
        f"Accept or decline on your Team page:\n{_team_page(competition.slug, site)}\n",
    )


def _team_page(slug: str, site: str) -> str:
    return f"{site}{reverse('team', args=[slug])}"
