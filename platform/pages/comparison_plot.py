"""A score beside others as SVG: a dot for each, and how far its difference to the first one may be off."""

from collections.abc import Callable
from statistics import median

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from competitions.models import Competition
from leaderboard.comparison import Compared, Comparison, Whose

WIDTH, LINE_HEIGHT = 640, 34
LEFT, RIGHT, TOP, BOTTOM = 250, 84, 8, 8
LONGEST_NAME = 20
OWN = (Whose.THIS, Whose.THIS_BEST)
# What lies further from the file's own score than so many times the median distance is shown at the edge.
WIDEST = 4.0


def comparison_plot(comparison: Comparison, competition: Competition) -> SafeString:
    """Nothing at all where there is nothing to compare with."""
    lines = comparison.lines
    if len(lines) < 2:
        return SafeString("")
    lowest, highest = _range(lines)

    def x(score: float) -> float:
        share = (min(max(score, lowest), highest) - lowest) / (highest - lowest)
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    height = TOP + LINE_HEIGHT * len(lines) + BOTTOM
    drawn = (
        (_css_class(line), _drawn(line, TOP + LINE_HEIGHT * (number + 0.5), x, competition.decimals))
        for number, line in enumerate(lines)
    )
    first = next((line for line in lines if line.is_first), None)
    rule = SafeString("")
    if first is not None:
        at = f"{x(first.score):.1f}"
        rule = format_html('<line class="first-line" x1="{}" x2="{}" y1="{}" y2="{}"/>', at, at, TOP, height - BOTTOM)
    title = _("%(metric)s of this file, the team's best and the baselines; the table has the numbers.") % {
        "metric": competition.metric_label
    }
    return format_html(
        '<svg class="chart comparison" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        "{}{}</svg>",
        WIDTH, height, WIDTH, height, title, rule, format_html_join("\n", '<g class="{}">{}</g>', drawn),
    )  # fmt: skip


def _range(lines: list[Compared]) -> tuple[float, float]:
    """What the plot shows of the scores, not empty: all whiskers' ends, but for what lies far from the others."""
    middle = next((line.score for line in lines if line.whose in OWN), median(line.score for line in lines))
    most = WIDEST * median([abs(line.score - middle) for line in lines if line.score != middle] or [0.0])
    ends = [line.score + sign * (line.half_width or 0.0) for line in lines for sign in (-1, 1)]
    near = [end for end in ends if abs(end - middle) <= most] or ends
    lowest, highest = min(near), max(near)
    return (lowest, highest) if lowest < highest else (middle - 0.5, middle + 0.5)


def _drawn(line: Compared, y: float, x: Callable[[float], float], decimals: int) -> SafeString:
    half = line.half_width or 0.0
    ends = [x(line.score - half), x(line.score + half)]
    shown = f"{line.score:.{decimals}f}"
    whisker = SafeString("")
    if half:
        whisker = format_html(
            '<line class="whisker" x1="{}" x2="{}" y1="{}" y2="{}"/>', f"{ends[0]:.1f}", f"{ends[1]:.1f}", y, y
        )
    return format_html(
        '<title>{}: {}</title><text class="mark" x="{}" y="{}" text-anchor="end">{}</text>{}'
        '<circle class="dot" cx="{}" cy="{}" r="6"/><text class="mark value" x="{}" y="{}">{}</text>',
        line.name, shown, LEFT - 16, f"{y + 5:.0f}", _label(line), whisker,
        f"{x(line.score):.1f}", y, f"{max(*ends, x(line.score)) + 12:.1f}", f"{y + 5:.0f}", shown,
    )  # fmt: skip


def _label(line: Compared) -> str:
    if line.whose in OWN or line.whose == Whose.BEST:
        return capfirst(str(line.whose.label))
    return line.name if len(line.name) <= LONGEST_NAME else f"{line.name[: LONGEST_NAME - 1]}…"


def _css_class(line: Compared) -> str:
    marks = (("own", line.whose in OWN), ("baseline", line.whose == Whose.BASELINE))
    return " ".join(name for name, holds in marks if holds)
