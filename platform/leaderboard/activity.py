"""What has happened in a competition, counted for its organizers' dashboard."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from submissions.models import TERMINAL, Evaluation, Status, Submission, Told
from teams.models import COMPETES, Membership, Team

DAYS_SHOWN = 60
# Reasons are read from so many rejected submissions, the newest.
REJECTED_READ = 2000
REASONS_SHOWN = 10
# What differs from file to file in one and the same reason.
PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|\d[\d,.]*")


@dataclass(frozen=True)
class Day:
    """What was sent on one UTC day, by what became of it; `open`: not finished yet."""

    day: date
    sent: int
    scored: int
    rejected: int
    failed: int
    open: int


@dataclass(frozen=True)
class Waiting:
    """How many submissions are at one step now. `oldest_at`: when the first of them was sent."""

    status: Status
    count: int
    oldest_at: datetime


@dataclass(frozen=True)
class Totals:
    """A competition in numbers."""

    teams: int
    people: int
    disqualified_teams: int
    submissions: int
    scored: int
    rejected: int
    failed: int
    disqualified_submissions: int


def totals(competition: Competition) -> Totals:
    sent = _sent(competition)
    counts = sent.aggregate(
        all=Count("pk"),
        scored=Count("pk", filter=Q(status=Status.SCORED)),
        rejected=Count("pk", filter=Q(status=Status.REJECTED)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        disqualified=Count("pk", filter=Q(disqualified_at__isnull=False)),
    )
    entered = Team.objects.filter(COMPETES, competition=competition)
    competing = entered.filter(disqualified_at=None)
    return Totals(
        teams=competing.count(),
        people=Membership.objects.filter(team__in=competing).count(),
        disqualified_teams=entered.exclude(disqualified_at=None).count(),
        submissions=counts["all"],
        scored=counts["scored"],
        rejected=counts["rejected"],
        failed=counts["failed"],
        disqualified_submissions=counts["disqualified"],
    )


def submissions_per_day(competition: Competition, at: datetime, team: Team | None = None) -> list[Day]:
    """The last DAYS_SHOWN days up to that moment, or those since the first submission; days without any count 0.

    `team`: of this one alone.
    """
    sent = _sent(competition)
    rows = (
        (sent if team is None else sent.filter(team=team))
        .filter(submitted_at__gt=at - timedelta(days=DAYS_SHOWN))
        .annotate(day=TruncDate("submitted_at"))
        .values("day")
        .annotate(
            sent=Count("pk"),
            scored=Count("pk", filter=Q(status=Status.SCORED)),
            rejected=Count("pk", filter=Q(status=Status.REJECTED)),
            failed=Count("pk", filter=Q(status=Status.FAILED)),
            open=Count("pk", filter=~Q(status__in=TERMINAL)),
        )
        .order_by("day")
    )
    found = {row["day"]: Day(**row) for row in rows}
    return [found.get(day, Day(day, 0, 0, 0, 0, 0)) for day in _days(found, at)]


def queue(competition: Competition) -> list[Waiting]:
    """What is not finished, step by step."""
    rows = (
        _sent(competition)
        .exclude(status__in=TERMINAL)
        .order_by()
        .values("status")
        .annotate(count=Count("pk"), oldest_at=Min("submitted_at"))
    )
    found = {row["status"]: row for row in rows}
    return [Waiting(status, found[status]["count"], found[status]["oldest_at"]) for status in Status if status in found]


def rejected_reasons(competition: Competition) -> list[tuple[str, int]]:
    """(reason, submissions) of what is rejected most: first problems, with what is particular to a file left out."""
    rejected = _sent(competition).filter(status=Status.REJECTED).values_list("problems", flat=True)
    found = Counter(_in_general(problems) for problems in rejected[:REJECTED_READ])
    return found.most_common(REASONS_SHOWN)


def teams_over_time(competition: Competition, at: datetime) -> list[tuple[date, int]]:
    """(day, teams at its end), baselines and those that merged left out."""
    rows = (
        Team.objects.filter(COMPETES, competition=competition)
        .annotate(day=TruncDate("created_at"))
        .values("day")
        .annotate(count=Count("pk"))
    )
    made = {row["day"]: row["count"] for row in rows}
    days = _days(made, at)
    so_far = sum(count for day, count in made.items() if days and day < days[0])
    counted = []
    for day in days:
        so_far += made.get(day, 0)
        counted.append((day, so_far))
    return counted


def best_over_time(competition: Competition) -> list[tuple[datetime, float, str]]:
    """(sent at, disclosed public score, team) each time that the best told one of all ranked ones became better."""
    ranked = Evaluation.objects.filter(
        solution__is_active=True,
        is_live=True,
        told=Told.SCORE,
        submission__competition=competition,
        submission__is_late=False,
        submission__disqualified_at=None,
        submission__team__in=Team.objects.filter(COMPETES, competition=competition, disqualified_at=None),
    )
    rows = ranked.order_by("submission__submitted_at", "pk").values_list(
        "submission__submitted_at", "public_score", "submission__team__name"
    )
    lower = competition.scored_by.lower_is_better
    better: list[tuple[datetime, float, str]] = []
    best_exact = math.inf if lower else -math.inf
    for sent_at, exact, team in rows.iterator():
        # Rounding keeps the order, so that few scores need to be rounded.
        if exact < best_exact if lower else exact > best_exact:
            best_exact = exact
            score = disclosed(exact, competition.decimals)
            if not better or score != better[-1][1]:
                better.append((sent_at, score, team))
    return better


def _sent(competition: Competition) -> QuerySet[Submission]:
    return Submission.objects.filter(competition=competition, team__is_rehearsal=False)


def _days(found: Iterable[date], at: datetime) -> list[date]:
    """Every day from the first one found to that of `at`, DAYS_SHOWN at most; none when nothing was found."""
    if not (days := sorted(found)):
        return []
    last = max(at.date(), days[-1])
    first = max(days[0], last - timedelta(days=DAYS_SHOWN - 1))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _in_general(problems: list[dict[str, str]]) -> str:
    return PARTICULARS.sub("…", problems[0]["finding"]) if problems else _("no reason was kept")
