"""The lines of a leaderboard as HTML. In Python: a template takes several times as long for a hundred of them."""

from collections.abc import Sequence
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString

from competitions.models import Competition
from grader.scoring.disclosure import Word
from leaderboard.board import Row
from leaderboard.sure_places import Places, SurePlaces
from teams.models import Team

YOU = ' <span class="state state-scoring">you</span>'
BASELINE = ' <span class="state state-queued">baseline</span>'
BELOW_BASELINE = f'<span class="text-soft text-wrap">{Word.BELOW_BASELINE.value}</span>'
NOT_YET = '<span title="being computed">…</span>'
EXPECTED = ' <span class="small text-soft">expected</span>'
MY_PLACE = ' id="my-team"'
LINE = (
    '<tr{}>\n<td class="rank number">{}</td>{}<td class="break-name"><a class="text-reset" href="{}{}/">{}</a>{}{}</td>'
    '<td class="text-end number">{}</td>{}<td class="text-end number">{}</td>'
    '<td class="number d-none d-md-table-cell">{}</td>\n</tr>'
)


def lines(
    rows: Sequence[Row], competition: Competition, mine: Team | None, *, private: bool, sure: SurePlaces
) -> SafeString:
    """Table rows in the order given; on the final board with the change of place. Names lead to the teams' progress.

    With the places that each may have once the board was compared, and a rule where a new group begins.
    """
    begins = _begins_a_group(rows, sure)
    address = reverse("leaderboard", args=[competition.slug])
    own = mine.pk if mine else None
    # The name alone is somebody else's text. To look for markup in every number too would take a sixth of the page.
    rows_in_html = "\n".join(
        LINE.format(
            _attributes(row, is_mine=row.team.pk == own, begins=row.team.pk in begins),
            _rank(row.rank),
            _change(row, sure) if private else "",
            address,
            row.team.pk,
            escape(row.team.name),
            YOU if row.team.pk == own else "",
            BASELINE if row.is_baseline else "",
            BELOW_BASELINE if row.score is None else f"{row.score:.{competition.decimals}f}",
            _places(row, sure) if sure.summary else "",
            row.scored_count,
            f"{row.achieved_at.day} {row.achieved_at:%b %Y %H:%M}" if row.achieved_at else "–",
        )
        for row in rows
    )
    return SafeString(rows_in_html)  # nosec B703


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


def places_in_words(places: Places) -> str:
    """1–4, or 3 where there is one alone."""
    return f"{places.low}–{places.high}" if places.low < places.high else f"{places.low}"


def is_expected(row: Row, sure: SurePlaces) -> bool:
    """Whether the team's final rank is one of the places that the public board had given it."""
    given = sure.on_public.get(row.team.pk)
    return given is not None and row.rank is not None and given.low <= row.rank <= given.high


def _change(row: Row, sure: SurePlaces) -> str:
    expected = EXPECTED if row.risen and is_expected(row, sure) else ""
    return f'<td class="number">{change_of_place(row.risen)}{expected}</td>'


def _places(row: Row, sure: SurePlaces) -> str:
    places = sure.by_team.get(row.team.pk)
    shown = places_in_words(places) if places else "–" if row.score is None else NOT_YET
    return f'<td class="text-end number text-nowrap">{shown}</td>'


def _begins_a_group(rows: Sequence[Row], sure: SurePlaces) -> set[int]:
    """The lines above which a rule is drawn: all teams above it are surely better than those below.

    A baseline between two groups, which is of neither, stands below the rule where it surely is worse than the first.
    """
    begins = set()
    last = None
    ranked = 0
    # The first of the baselines since the last team that all are surely worse than each team above.
    below = None
    for row in rows:
        places = sure.by_team.get(row.team.pk)
        if places is None or places.group is None:
            is_below = places is not None and row.is_baseline and places.low > ranked
            below = (below or row.team.pk) if is_below else None
            continue
        if last is not None and places.group > last:
            begins.add(below or row.team.pk)
        last, ranked, below = places.group, row.rank or ranked, None
    return begins


def _attributes(row: Row, *, is_mine: bool, begins: bool) -> str:
    marks = (("mine", is_mine), ("baseline", row.is_baseline), ("group-begins", begins))
    css_class = " ".join(name for name, holds in marks if holds)
    return f' class="{css_class}"{MY_PLACE if is_mine else ""}' if css_class else ""


def _rank(rank: int | None) -> str:
    return "–" if rank is None else f'<span class="medal medal-{rank}">{rank}</span>'
