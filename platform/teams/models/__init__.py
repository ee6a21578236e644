"""Teams, who is in them, who asks to join them, and who may enter a competition at all."""

from teams.models.calls import MergeProposal, State, TeamInvitation
from teams.models.entry import EntryInvitation, EntryInvitationUse, EntryRequest
from teams.models.team import COMPETES, Membership, Team

__all__ = [
    "COMPETES",
    "EntryInvitation",
    "EntryInvitationUse",
    "EntryRequest",
    "Membership",
    "MergeProposal",
    "State",
    "Team",
    "TeamInvitation",
]
