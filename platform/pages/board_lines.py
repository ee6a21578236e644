"""The lines of a leaderboard as HTML. In Python: a template takes several times as long for a hundred of them."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from competitions.models import Competition
from grader.scoring.disclosure import Word
from leaderboard.board import Row
from leaderboard.sure_places import Places, SurePlaces
from teams.models import Team

YOU = SafeString(' <span class="state state-scoring">you</span>')
BASELINE = SafeString(' <span class="state state-queued">baseline</span>')
BELOW_BASELINE = SafeString(f'<span class="text-soft text-wrap">{Word.BELOW_BASELINE.value}</span>')
NOTHING = SafeString("")
NOT_YET = SafeString('<span title="being computed">…</span>')
NO_PLACES = SafeString('<td class="text-end number">–</td>')
EXPECTED = SafeString(' <span class="small text-soft">expected</span>')
LINE = (
    '<tr{}>\n<td class="rank number">{}</td>{}<td class="break-name"><a class="text-reset" href="{}{}/">{}</a>{}{}</td>'
    '<td class="text-end number">{}</td>{}<td class="text-end number">{}</td>'
    '<td class="number d-none d-md-table-cell">{}</td>\n</tr>'
)


def lines(
    rows: Iterable[Row], competition: Competition, mine: Team | None, *, private: bool, sure: SurePlaces
) -> SafeString:
    """Table rows in the order given; on the final board with the change of place. Names lead to the teams' progress.

    With the places that each may have once the board was compared, and a rule where a new group begins.
    """
    rows = list(rows)
    begins = _begins_a_group(rows, sure)
    address = reverse("leaderboard", args=[competition.slug])
    own = mine.pk if mine else None
    return format_html_join(
        "\n",
        LINE,
        (
            (
                _attributes(row, is_mine=row.team.pk == own, begins=row.team.pk in begins),
                _rank(row.rank),
                _change(row, sure) if private else NOTHING,
                address,
                row.team.pk,
                row.team.name,
                YOU if row.team.pk == own else NOTHING,
                BASELINE if row.team.is_baseline else NOTHING,
                BELOW_BASELINE if row.score is None else f"{row.score:.{competition.decimals}f}",
                _places(row, sure) if sure.summary else NOTHING,
                row.scored_count,
                f"{row.achieved_at.day} {row.achieved_at:%b %Y %H:%M}" if row.achieved_at else "–",
            )
            for row in rows
        ),
    )


def change_of_place(risen: int | None) -> SafeString:
    """▲3 for three places higher, ▼2 for two lower, in words for those who hear it; None: nothing to compare."""
    if risen is None:
        return SafeString("–")
    if risen == 0:
        return SafeString('<span aria-hidden="true">=</span><span class="visually-hidden">the same place</span>')
    sign, css_class, word = ("▲", "risen", "higher") if risen > 0 else ("▼", "fallen", "lower")
    places = "place" if abs(risen) == 1 else "places"
    return format_html(
        '<span class="{}" aria-hidden="true">{}{}</span><span class="visually-hidden">{} {} {}</span>',
        css_class, sign, abs(risen), abs(risen), places, word,
    )  # fmt: skip


def places_in_words(places: Places) -> str:
    """1–4, or 3 where there is one alone."""
    return f"{places.low}–{places.high}" if places.low < places.high else f"{places.low}"


def is_expected(row: Row, sure: SurePlaces) -> bool:
    """Whether the team's final rank is one of the places that the public board had given it."""
    given = sure.on_public.get(row.team.pk)
    return given is not None and row.rank is not None and given.low <= row.rank <= given.high


def _change(row: Row, sure: SurePlaces) -> SafeString:
    expected = EXPECTED if row.risen and is_expected(row, sure) else NOTHING
    return format_html('<td class="number">{}{}</td>', change_of_place(row.risen), expected)


def _places(row: Row, sure: SurePlaces) -> SafeString:
    if row.score is None:
        return NO_PLACES
    places = sure.by_team.get(row.team.pk)
    shown = NOT_YET if places is None else places_in_words(places)
    return format_html('<td class="text-end number text-nowrap">{}</td>', shown)


def _begins_a_group(rows: list[Row], sure: SurePlaces) -> set[int]:
    """The teams above which a rule is drawn: all that stand above it are surely better than those below."""
    begins = set()
    last = None
    for row in rows:
        places = sure.by_team.get(row.team.pk)
        if places is None or places.group is None:
            continue
        if last is not None and places.group > last:
            begins.add(row.team.pk)
        last = places.group
    return begins


def _attributes(row: Row, *, is_mine: bool, begins: bool) -> SafeString:
    marks = (("mine", is_mine), ("baseline", row.team.is_baseline), ("group-begins", begins))
    css_class = " ".join(name for name, holds in marks if holds)
    return (
        format_html(' class="{}"{}', css_class, SafeString(' id="my-team"') if is_mine else "")
        if css_class
        else NOTHING
    )


def _rank(rank: int | None) -> SafeString:
    return SafeString("–") if rank is None else format_html('<span class="medal medal-{}">{}</span>', rank, rank)
