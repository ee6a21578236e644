"""What an organizer reads of probing and of similar files. Each is a reason to look, never a verdict."""

import math
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.models import Competition
from config.by_locale import decimal, whole
from grader.scoring.disclosure import disclosed
from grader.scoring.probing import SAME_FILE_CORRELATION
from leaderboard.models import IntegrityState, ProbingSign, SimilarPair
from submissions.models import Evaluation, Submission
from teams.models import Team


@dataclass(frozen=True)
class TeamsSigns:
    """How many of a team's files carry a sign, of each kind, and when the first and the last of them were sent."""

    team: Team
    near_constant_count: int
    few_row_count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class File:
    """A team's file of a pair."""

    submission: Submission
    score: float


@dataclass(frozen=True)
class Alike:
    """Two files side by side; `other` is a baseline's where `is_with_baseline`."""

    one: File
    other: File
    correlation: float
    is_with_baseline: bool

    @property
    def files(self) -> tuple[File, File]:
        return self.one, self.other

    @property
    def is_beyond_threshold(self) -> bool:
        return self.correlation >= SAME_FILE_CORRELATION

    @property
    def is_same_file(self) -> bool:
        """Whether they are the same byte for byte."""
        return self.one.submission.sha256 == self.other.submission.sha256


def signs_of(competition: Competition) -> QuerySet[ProbingSign]:
    """All signs of teams that compete, the newest file first."""
    return (
        competition.probing_signs.filter(submission__team__is_baseline=False)
        .select_related("submission__team", "before")
        .order_by("-submission__submitted_at", "pk")
    )


def teams_with_signs(competition: Competition) -> list[TeamsSigns]:
    """The PROBING_SIGNS_SHOWN teams with the most signs, most first."""
    counted = list(
        signs_of(competition)
        .order_by()
        .values("submission__team")
        .annotate(
            constant=Count("pk", filter=Q(kind=ProbingSign.Kind.NEAR_CONSTANT)),
            step=Count("pk", filter=Q(kind=ProbingSign.Kind.FEW_ROW_STEP)),
            all=Count("pk"),
            first=Min("submission__submitted_at"),
            last=Max("submission__submitted_at"),
        )
        .order_by("-all", "submission__team")[: settings.PROBING_SIGNS_SHOWN]
    )
    teams = Team.objects.in_bulk([row["submission__team"] for row in counted])
    return [
        TeamsSigns(teams[row["submission__team"]], row["constant"], row["step"], row["first"], row["last"])
        for row in counted
    ]


def in_words(sign: ProbingSign) -> str:
    """What was measured in that file, and what it may be for."""
    if sign.kind == ProbingSign.Kind.NEAR_CONSTANT:
        share = math.floor(sign.measured * 10_000) / 100
        return _("%(share)s %% of its rows have one value: its score may ask for the labels of the others.") % {
            "share": decimal(share, 2)
        }
    rows = int(sign.measured)
    return ngettext(
        "It differs in %(rows)s row from an earlier file of the team: the two scores may ask for their labels.",
        "It differs in %(rows)s rows from an earlier file of the team: the two scores may ask for their labels.",
        rows,
    ) % {"rows": whole(rows)}


def pairs_of(competition: Competition) -> list[Alike]:
    """Pairs of teams, then pairs of a team with a baseline, each strongest first, as they were at the last look."""
    pairs = competition.similar_pairs.select_related("one__submission__team", "other__submission__team").order_by(
        "is_with_baseline", "-correlation", "pk"
    )
    return [_alike(pair, competition.decimals) for pair in pairs]


def state_of(competition: Competition) -> IntegrityState | None:
    """The last look at similar files; None: there was none."""
    return IntegrityState.objects.filter(competition=competition, made_at__isnull=False).first()


def _alike(pair: SimilarPair, decimals: int) -> Alike:
    one, other = (_file(evaluation, decimals) for evaluation in (pair.one, pair.other))
    return Alike(one, other, pair.correlation, pair.is_with_baseline)


def _file(evaluation: Evaluation, decimals: int) -> File:
    return File(evaluation.submission, disclosed(evaluation.public_score, decimals))
