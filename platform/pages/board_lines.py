"""The lines of a leaderboard as HTML. In Python: a template takes several times as long for a hundred of them."""

from collections.abc import Iterable
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString

from competitions.models import Competition
from grader.scoring.disclosure import Word
from leaderboard.board import Row
from teams.models import Team

YOU = ' <span class="state state-scoring">you</span>'
BASELINE = ' <span class="state state-queued">baseline</span>'
BELOW_BASELINE = f'<span class="text-soft text-wrap">{Word.BELOW_BASELINE.value}</span>'
MY_PLACE = ' id="my-team"'
LINE = (
    '<tr{}>\n<td class="rank number">{}</td>{}<td class="break-name"><a class="text-reset" href="{}{}/">{}</a>{}{}</td>'
    '<td class="text-end number">{}</td><td class="text-end number">{}</td>'
    '<td class="number d-none d-md-table-cell">{}</td>\n</tr>'
)


def lines(rows: Iterable[Row], competition: Competition, mine: Team | None, *, private: bool) -> SafeString:
    """Table rows in the order given; on the final board with the change of place. Names lead to the teams' progress."""
    address = reverse("leaderboard", args=[competition.slug])
    own = mine.pk if mine else None
    # The name alone is somebody else's text. To look for markup in every number too would take a sixth of the page.
    return SafeString(
        "\n".join(
            LINE.format(
                _attributes(row, is_mine=row.team.pk == own),
                _rank(row.rank),
                f'<td class="number">{change_of_place(row.risen)}</td>' if private else "",
                address,
                row.team.pk,
                escape(row.team.name),
                YOU if row.team.pk == own else "",
                BASELINE if row.is_baseline else "",
                BELOW_BASELINE if row.score is None else f"{row.score:.{competition.decimals}f}",
                row.scored_count,
                f"{row.achieved_at.day} {row.achieved_at:%b %Y %H:%M}" if row.achieved_at else "–",
            )
            for row in rows
        )
    )


def change_of_place(risen: int | None) -> str:
    """▲3 for three places higher, ▼2 for two lower, in words for those who hear it; None: nothing to compare."""
    if risen is None:
        return "–"
    if risen == 0:
        return '<span aria-hidden="true">=</span><span class="visually-hidden">the same place</span>'
    sign, css_class, word = ("▲", "risen", "higher") if risen > 0 else ("▼", "fallen", "lower")
    size = abs(risen)
    return (
        f'<span class="{css_class}" aria-hidden="true">{sign}{size}</span>'
        f'<span class="visually-hidden">{size} {"place" if size == 1 else "places"} {word}</span>'
    )


def _attributes(row: Row, *, is_mine: bool) -> str:
    css_class = " ".join(name for name, holds in (("mine", is_mine), ("baseline", row.is_baseline)) if holds)
    return f' class="{css_class}"{MY_PLACE if is_mine else ""}' if css_class else ""


def _rank(rank: int | None) -> str:
    return "–" if rank is None else f'<span class="medal medal-{rank}">{rank}</span>'
