"""Where a submission errs, as its page shows it: for each thing a table, and the same as a picture beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from competitions.models import JobState
from config.by_locale import decimal
from grader.scoring.disclosure import disclosed
from submissions.models import Evaluation, Submission
from submissions.slice_reports import has_a_number, report_on, slices_left, why_not_sliced_here

# Seconds between two looks at a report that is being made.
POLL_SECONDS = 1
WIDTH, LINE, BAR = 420, 30, 20
LEFT, RIGHT, TOP = 170, 50, 4


@dataclass(frozen=True)
class SliceRow:
    """One slice with its score as text."""

    name: str
    row_count: int
    score: float
    shown: str


@dataclass(frozen=True)
class SliceTable:
    """The slices by one thing, and their picture."""

    about: str
    rows: Sequence[SliceRow]
    drawing: SafeString


def slice_panel(viewer: User | AnonymousUser, submission: Submission, at: datetime) -> dict[str, Any]:
    """What the panel shows of a submission, under `slices`: None where it has no score, or the site tells nothing.

    `tables` is missing until there is a report, `refusal` until something stands against one, and `left` where the
    viewer is not in the submission's team, whose questions are counted.
    """
    if submission.evaluation is None or not settings.SLICES_PER_DAY:
        return {"slices": None}
    return {"slices": _shown(viewer, submission, submission.evaluation, at)}


def _shown(
    viewer: User | AnonymousUser, submission: Submission, evaluation: Evaluation, at: datetime
) -> dict[str, Any]:
    competition = submission.competition
    if not has_a_number(evaluation):
        return {
            "submission": submission,
            "refusal": _("This file was told no score of its own, so where it errs is not told either."),
        }
    report = report_on(submission)
    context: dict[str, Any] = {
        "submission": submission,
        "report": report,
        "poll_seconds": POLL_SECONDS,
        "least_rows": settings.LEAST_SLICE_ROWS,
        "per_day": settings.SLICES_PER_DAY,
        "score_name": competition.metric_label,
        "lower_is_better": competition.scored_by.lower_is_better,
        "of_lists": competition.scored_by.needs_groups,
    }
    if report is not None and report.state == JobState.DONE:
        overall = disclosed(evaluation.public_score, competition.decimals)
        return context | {"tables": _tables(report.slices or [], overall)}
    if viewer.is_authenticated and submission.team.memberships.filter(user=viewer).exists():
        context["left"] = slices_left(submission.team, at)
    return context | {"refusal": why_not_sliced_here(evaluation, competition)}


def _tables(slices: Sequence[dict[str, Any]], overall: float) -> list[SliceTable]:
    tables = []
    for about, of_thing in groupby(slices, key=lambda one: one["about"]):
        rows = [
            SliceRow(one["name"], one["row_count"], one["score"], decimal(one["score"], one["decimals"]))
            for one in of_thing
        ]
        heading = about[:1].upper() + about[1:]
        tables.append(SliceTable(heading, rows, _lying_bars(heading, rows, overall)))
    return tables


def _lying_bars(title: str, rows: Sequence[SliceRow], overall: float) -> SafeString:
    """Bars from the left, one below the other, from 0; a line stands at `overall`, the score of all public rows."""
    most = max(overall, *(row.score for row in rows)) or 1.0
    height = 2 * TOP + LINE * len(rows)

    def breadth(value: float) -> float:
        return (WIDTH - LEFT - RIGHT) * max(value, 0.0) / most

    line = f"{LEFT + breadth(overall):.1f}"
    drawn = []
    for at, row in enumerate(rows):
        middle, own = TOP + LINE * (at + 0.5), breadth(row.score)
        after = LEFT + max(own, breadth(overall)) + 8
        drawn.append((LEFT - 8, middle + 5, row.name, LEFT, middle - BAR / 2, f"{own:.1f}", BAR, row.name, row.shown,
                      f"{after:.1f}", middle + 5, row.shown))  # fmt: skip
    bars = format_html_join(
        "\n",
        '<text class="name" x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>'
        '<text class="name" x="{}" y="{}">{}</text>',
        drawn,
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<line class="overall" x1="{}" x2="{}" y1="0" y2="{}"><title>{}</title></line></svg>',
        WIDTH, height, f"{title}: {', '.join(f'{row.name} {row.shown}' for row in rows)}", bars, line, line, height,
        _("all of them"),
    )  # fmt: skip
