"""What a team is told of a scored submission: the one place that says which scores are shown."""

from datetime import datetime

from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from submissions.models import Evaluation, Told


def public_score_told(evaluation: Evaluation | None, competition: Competition) -> float | None:
    """The disclosed public score; None: there is none, or a word was told in its place."""
    if evaluation is None or evaluation.told != Told.SCORE:
        return None
    return disclosed(evaluation.public_score, competition.decimals)


def private_score_told(evaluation: Evaluation | None, competition: Competition, at: datetime) -> float | None:
    """The disclosed private score; None: there is none, or it is not revealed at that moment."""
    if evaluation is None or evaluation.private_score is None or not competition.timeline.shows_private(at):
        return None
    return disclosed(evaluation.private_score, competition.decimals)


def answer_in_words(evaluation: Evaluation | None, competition: Competition) -> str:
    """The public score with the competition's digits, or the word told in its place; "": nothing was told yet."""
    if evaluation is None:
        return ""
    score = public_score_told(evaluation, competition)
    return str(evaluation.get_told_display()) if score is None else f"{score:.{competition.decimals}f}"
