"""A submission's score beside its team's best, the baselines and the first: disclosed scores, and how sure they are."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from leaderboard.board import Row, first_of, rows_of_teams
from leaderboard.models import Standing
from leaderboard.order import columns
from leaderboard.sure_places import certainty_of, holds, is_current, rows_of
from submissions.models import Submission, Told

BASELINES_COMPARED = 8


class Whose(TextChoices):
    """What a line of the comparison is."""

    THIS = "this", _("this file")
    THIS_BEST = "this_best", _("this file, the team's best")
    BEST = "best", _("the team's best")
    FIRST = "first", _("first of the board")
    BASELINE = "baseline", _("baseline")


@dataclass(frozen=True)
class Compared:
    """`half_width`: how far its difference to the first may be off, by 95 %; None: it was not computed, or is none."""

    whose: Whose
    name: str
    score: float
    half_width: float | None = None
    is_first: bool = False


@dataclass(frozen=True)
class Comparison:
    """The lines, best score first. `is_sure` False: for what stands on the board now it was not all computed yet."""

    lines: list[Compared]
    is_sure: bool


def compare(submission: Submission) -> Comparison:
    """What everybody may see on the board, with the file's own score where its team was told one.

    An interval is computed for what stands on the board: a file that is not its team's best has none.
    """
    competition = submission.competition
    first = first_of(competition)
    baselines = Standing.objects.filter(competition=competition, is_ranked=False, best__isnull=False)
    wanted = set(baselines.order_by(*columns(False)).values_list("team", flat=True)[:BASELINES_COMPARED])
    wanted |= {submission.team_id} | ({first} if first else set())
    rows = [row for row in rows_of_teams(competition, wanted) if row.score is not None]
    widths = _half_widths(competition, rows, first)
    is_best = Standing.objects.filter(team=submission.team_id, best=submission.evaluation_id).exists()
    lines = [_line(row, submission, widths, first, is_best=is_best) for row in rows]
    if (own := _own_score(submission)) is not None and not is_best:
        lines.append(Compared(Whose.THIS, submission.original_name, own))
    sign = 1 if competition.scored_by.lower_is_better else -1
    return Comparison(sorted(lines, key=lambda line: sign * line.score), len(widths) == len(rows))


def _own_score(submission: Submission) -> float | None:
    evaluation = submission.evaluation
    if evaluation is None or evaluation.told != Told.SCORE:
        return None
    return disclosed(evaluation.public_score, submission.competition.decimals)


def _half_widths(competition: Competition, rows: list[Row], first: int | None) -> dict[int, float]:
    """By team, of those lines for which it holds now: by the rule of the board's own pages."""
    certainty = certainty_of(competition, private=False)
    if certainty is None:
        return {}
    found = rows_of(certainty, [row.team.pk for row in rows])
    # All are differences to the first: of another first they would say something else.
    if first not in found or not found[first].is_first:
        return {}
    if not is_current(rows, found):
        found = {row.team.pk: found[row.team.pk] for row in rows if holds(row, found.get(row.team.pk))}
    return {team: place.half_width for team, place in found.items()}


def _line(row: Row, submission: Submission, widths: dict[int, float], first: int | None, *, is_best: bool) -> Compared:
    key, score = row.team.pk, row.score
    if score is None:
        raise ValueError(f"{row.team} has no score to be compared.")
    if key == submission.team_id:
        whose, name = (Whose.THIS_BEST, submission.original_name) if is_best else (Whose.BEST, row.team.name)
    else:
        whose, name = (Whose.BASELINE if row.is_baseline else Whose.FIRST), row.team.name
    is_first = key == first
    return Compared(whose, name, score, None if is_first else widths.get(key), is_first)
