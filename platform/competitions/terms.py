"""The settings that scores are made by: what a commitment binds, and what a replay needs."""

from competitions.models import Competition
from grader.scoring.commitment import Facts

COMMITTED = (
    "metric", "metric_k", "decimals", "disclosure", "id_column", "target_column", "lowest", "highest", "out_of_range",
)  # fmt: skip


def terms_of(competition: Competition) -> Facts:
    """Each of those settings by its name, as it is now."""
    return {name: getattr(competition, name) for name in COMMITTED}
