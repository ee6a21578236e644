"""How the board will answer, as the launch check sees it: where a ladder begins, and which decimals say all."""

import math

from competitions.launching import Line
from competitions.models import Competition, Level
from grader.scoring.disclosure import recommended_decimals, squared_error_difference_spread
from leaderboard.rungs import best_of_baselines, weakest_baseline
from submissions.models import Evaluation

# Of squared errors alone it is known how far those of two like models lie apart.
SQUARED_ERRORS = ("mse", "rmse")


def ladder(competition: Competition) -> Line:
    """Whether a ladder has where to begin."""
    name = "The ladder begins at a baseline"
    active = competition.solutions.filter(is_active=True).first()
    rung = weakest_baseline(competition, active) if active else None
    if rung is None:
        finding = "No baseline has a score: each team's first file would be told its score, whatever it is."
        cure = "Let a team of yours send one, mark it as a baseline among the Teams in the admin, and check again."
        return Line(name, Level.YELLOW, finding, cure)
    finding = f"A team's first score must clearly beat {rung.evaluation.submission.team.name}, the weakest baseline."
    return Line(name, Level.GREEN, finding)


def decimals_that_say_all(competition: Competition, constant: Evaluation | None) -> str:
    """Which decimals are recommended and why, as a sentence; "" where it is not known for the metric.

    Reckoned from the number of public rows and the errors of the best baseline, or of a constant where there is none.
    """
    active = competition.solutions.filter(is_active=True).first()
    if competition.metric not in SQUARED_ERRORS or active is None or not active.public_count:
        return ""
    baselines = best_of_baselines(competition, active)
    judged, whose = (baselines[0], "the best baseline") if baselines else (constant, "a constant")
    if judged is None or judged.public_score <= 0:
        return ""
    spread = judged.public_score if competition.metric == "rmse" else math.sqrt(judged.public_score)
    apart = squared_error_difference_spread(spread)
    if competition.metric == "rmse":
        # A small change of the MSE changes its root by 1/(2 RMSE) of it.
        apart /= 2 * spread
    wanted = recommended_decimals(active.public_count, apart)
    return (
        f"Recommended {'is' if wanted == 1 else 'are'} {wanted}: on {active.public_count:,} public rows, with errors "
        f"like those of {whose}, a further digit would show chance alone."
    )
