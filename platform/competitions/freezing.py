"""What labels and scores were made with stays as it is once there is something to compare."""

from django.utils.translation import gettext as _

from competitions.models import Competition, Solution

OF_LABELS = ("id_column", "target_column", "lowest", "highest")
OF_SCORES = ("metric", "metric_k", "decimals", "disclosure", *OF_LABELS, "out_of_range")
OF_MODELS = "tensorflow_version"
MAY_FREEZE = (*OF_SCORES, OF_MODELS)


def frozen_settings(competition: Competition) -> dict[str, str]:
    """The settings that may not change any more → why, as the end of a sentence; empty: all may."""
    # A rehearsal's are gone in a moment; what is saved meanwhile must not be ignored.
    has_submissions = competition.submissions.filter(team__is_rehearsal=False).exists()
    frozen: dict[str, str] = {}
    if has_submissions or competition.solutions.filter(verdict=Solution.Verdict.ACCEPTED).exists():
        frozen = dict.fromkeys(OF_LABELS, _("its solution was checked with it"))
    if has_submissions:
        frozen |= dict.fromkeys(OF_SCORES, _("submissions were sent by it"))
        if competition.tensorflow_version:
            frozen[OF_MODELS] = _("models were run with it")
    return frozen
