"""Intervals as SVG: for each entry its score, and how far its difference to the first one may be off."""

from collections.abc import Callable, Sequence
from statistics import median

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from competitions.models import Competition
from pages.certainty_words import Entry

WIDTH, LINE_HEIGHT = 640, 26
LEFT, RIGHT, TOP, BOTTOM = 200, 24, 30, 14
INNER_WIDTH = WIDTH - LEFT - RIGHT
LONGEST_NAME = 16
# Who lies further from the first than so many half widths is shown at the edge: else all the others would be dots.
WIDEST = 16.0


def interval_plot(entries: Sequence[Entry], competition: Competition) -> SafeString:
    """Nothing at all where no entry was compared yet, or none but one."""
    drawn = [entry for entry in entries if entry.half_width is not None]
    first = next((entry for entry in drawn if entry.is_first), None)
    # What it measures by must be the first still: of the teams, or of the baselines where there are no others.
    if first is None or first is not _first_of(entries) or len(drawn) < 2:
        return SafeString("")
    lowest, highest = _range(first.score, drawn)

    def x(score: float) -> str:
        share = (min(max(score, lowest), highest) - lowest) / (highest - lowest)
        return f"{LEFT + INNER_WIDTH * share:.1f}"

    height = TOP + LINE_HEIGHT * len(drawn) + BOTTOM
    lines = format_html_join(
        "\n",
        '<g class="{}"><title>{}</title><text class="mark" x="{}" y="{}" text-anchor="end">{}</text>{}</g>',
        (
            (
                _css_class(entry),
                _says(entry, first),
                LEFT - 14,
                f"{y + 5:.0f}",
                _label(entry),
                _drawn(entry, y, x, lowest, highest),
            )
            for y, entry in ((TOP + LINE_HEIGHT * (number + 0.5), entry) for number, entry in enumerate(drawn))
        ),
    )
    title = _(
        "%(metric)s of the first %(count)s entries, each with the 95 %% interval of its difference to %(first)s; "
        "the table below has the numbers."
    ) % {"metric": competition.metric_label, "count": len(drawn), "first": first.name}
    return format_html(
        '<svg class="chart intervals" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="first-line" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="mark" x="{}" y="{}" text-anchor="middle">{}</text>{}</svg>',
        WIDTH, height, title, x(first.score), x(first.score), TOP - 6, height - BOTTOM,
        x(first.score), TOP - 12, first.shown, lines,
    )  # fmt: skip


def _first_of(entries: Sequence[Entry]) -> Entry:
    return next((entry for entry in entries if not entry.is_baseline), entries[0])


def _range(first: float, drawn: Sequence[Entry]) -> tuple[float, float]:
    """What the plot shows of the scores, not empty: all whiskers' ends, within WIDEST half widths of the first."""
    widths = [entry.half_width for entry in drawn if entry.half_width]
    most = WIDEST * median(widths) if widths else float("inf")
    ends = [entry.score + sign * (entry.half_width or 0.0) for entry in drawn for sign in (-1, 1)]
    lowest, highest = max(min(ends), first - most), min(max(ends), first + most)
    return (lowest, highest) if lowest < highest else (first - 0.5, first + 0.5)


def _drawn(entry: Entry, y: float, x: Callable[[float], str], lowest: float, highest: float) -> SafeString:
    half = entry.half_width or 0.0
    if not lowest <= entry.score <= highest:
        sign, at, anchor = ("◂", LEFT, "start") if entry.score < lowest else ("▸", WIDTH - RIGHT, "end")
        text = f"{sign} {entry.shown}" if sign == "◂" else f"{entry.shown} {sign}"
        return format_html(
            '<text class="mark" x="{}" y="{}" text-anchor="{}">{}</text>', at, f"{y + 5:.0f}", anchor, text
        )
    return format_html(
        '<line class="whisker" x1="{}" x2="{}" y1="{}" y2="{}"/><circle class="dot" cx="{}" cy="{}" r="5"/>',
        x(entry.score - half), x(entry.score + half), y, y, x(entry.score), y,
    )  # fmt: skip


def _css_class(entry: Entry) -> str:
    marks = (("tied", entry.is_tied and not entry.is_first), ("baseline", entry.is_baseline))
    return " ".join(name for name, holds in marks if holds)


def _label(entry: Entry) -> str:
    name = entry.name if len(entry.name) <= LONGEST_NAME else f"{entry.name[: LONGEST_NAME - 1]}…"
    return name if entry.rank is None else f"{entry.rank} {name}"


def _says(entry: Entry, first: Entry) -> str:
    if entry.is_first:
        return _("%(name)s: %(score)s, the first") % {"name": entry.name, "score": entry.shown}
    if entry.is_tied:
        sentence = _("%(name)s: %(score)s; %(difference)s, cannot be told from %(first)s")
    else:
        sentence = _("%(name)s: %(score)s; %(difference)s, surely differs from %(first)s")
    return sentence % {
        "name": entry.name, "score": entry.shown, "difference": entry.difference, "first": first.name
    }  # fmt: skip
