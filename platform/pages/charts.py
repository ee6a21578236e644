"""Charts as SVG, drawn on the server: no script, no inline style; their colours are classes of organizers.css."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 76, 12, 16, 34
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
GAP = 0.2
WIDEST_BAR = 40


@dataclass(frozen=True)
class Bar:
    """One bar: its label, what it says when pointed at, and its parts from the bottom up, (CSS class, count)."""

    label: str
    says: str
    parts: Sequence[tuple[str, int]]

    @property
    def height(self) -> int:
        return sum(count for _, count in self.parts)


@dataclass(frozen=True)
class Point:
    """One point of a line: where it stands (any unit), its value, and what it says when pointed at."""

    at: float
    value: float
    says: str


def bars(title: str, shown: Sequence[Bar]) -> SafeString:
    """Stacked bars side by side, from 0 to the highest. Nothing at all for no bars."""
    if not shown:
        return SafeString("")
    most = max(1, *(bar.height for bar in shown))
    step = INNER_WIDTH / len(shown)
    broad = min(step * (1 - GAP), WIDEST_BAR)
    drawn = []
    for number, bar in enumerate(shown):
        below = 0
        for css_class, count in bar.parts:
            if count:
                tall = INNER_HEIGHT * count / most
                y = TOP + INNER_HEIGHT - INNER_HEIGHT * below / most - tall
                x = LEFT + step * (number + 0.5) - broad / 2
                drawn.append((css_class, _n(x), _n(y), _n(broad), _n(tall), bar.says))
                below += count
    body = format_html_join(
        "\n", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>', drawn
    )
    return _frame(title, body, [("0", 0.0), (f"{most:,}", 1.0)], shown[0].label, shown[-1].label)


def steps(title: str, shown: Sequence[Point], ends_at: float, labels: tuple[str, str], decimals: int = 0) -> SafeString:
    """A line that keeps each value until the next point, and the last one until `ends_at`. Nothing for no points."""
    if not shown:
        return SafeString("")
    lowest, highest = min(p.value for p in shown), max(p.value for p in shown)
    if not decimals:
        lowest = 0.0
    breadth, rise = (ends_at - shown[0].at) or 1.0, (highest - lowest) or 1.0

    def x(at: float) -> str:
        return _n(LEFT + INNER_WIDTH * (at - shown[0].at) / breadth)

    def y(value: float) -> str:
        return _n(TOP + INNER_HEIGHT * (1 - (value - lowest) / rise))

    line = [f"M{x(shown[0].at)} {y(shown[0].value)}"]
    line += [f"H{x(point.at)}V{y(point.value)}" for point in shown[1:]]
    line.append(f"H{x(ends_at)}")
    dots = format_html_join(
        "\n",
        '<circle class="dot" cx="{}" cy="{}" r="3"><title>{}</title></circle>',
        ((x(point.at), y(point.value), point.says) for point in shown),
    )
    body = format_html('<path class="line" d="{}"/>\n{}', "".join(line), dots)
    scale = [(f"{lowest:,.{decimals}f}", 0.0)]
    if highest > lowest:
        scale.append((f"{highest:,.{decimals}f}", 1.0))
    return _frame(title, body, scale, *labels)


def _frame(title: str, body: SafeString, scale: Sequence[tuple[str, float]], first: str, last: str) -> SafeString:
    """The body with its axes; `scale` has (label, share of the height)."""
    marks = format_html_join(
        "\n",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="mark" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (LEFT, WIDTH - RIGHT, _n(y), _n(y), LEFT - 8, _n(y + 4), label)
            for label, y in ((label, TOP + INNER_HEIGHT * (1 - share)) for label, share in scale)
        ),
    )
    ends = format_html(
        '<text class="mark" x="{}" y="{}">{}</text><text class="mark" x="{}" y="{}" text-anchor="end">{}</text>',
        LEFT, HEIGHT - 8, first, WIDTH - RIGHT, HEIGHT - 8, last if last != first else "",
    )  # fmt: skip
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH, HEIGHT, title, marks, ends, body,
    )  # fmt: skip


def _n(number: float) -> str:
    return f"{number:.1f}"
