"""The settings that scores are made by: what a commitment binds, and what a replay needs."""

from competitions.freezing import OF_SCORES
from competitions.models import Competition
from grader.scoring.commitment import Facts


def terms_of(competition: Competition) -> Facts:
    """Each of those settings by its name, as it is now."""
    return {name: getattr(competition, name) for name in OF_SCORES}
