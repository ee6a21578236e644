"""The lines of a leaderboard as HTML. In Python: a template takes several times as long for a hundred of them."""

from collections.abc import Sequence
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.models import Competition
from config.by_locale import brief_time, decimal
from leaderboard.board import Row
from leaderboard.sure_places import Places, SurePlaces
from submissions.models import Told
from teams.models import Team

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
    you, a_baseline = _mark("state state-scoring", _("you")), _mark("state state-queued", _("baseline"))
    below_baseline = f'<span class="text-soft text-wrap">{escape(str(Told.BELOW_BASELINE.label))}</span>'
    # The name alone is somebody else's text. To look for markup in every number too would take a sixth of the page.
    rows_in_html = "\n".join(
        LINE.format(
            _attributes(row, is_mine=row.team.pk == own, begins=row.team.pk in begins),
            _rank(row.rank),
            _change(row, sure) if private else "",
            address,
            row.team.pk,
            escape(row.team.name),
            you if row.team.pk == own else "",
            a_baseline if row.is_baseline else "",
            below_baseline if row.score is None else decimal(row.score, competition.decimals),
            _places(row, sure) if sure.summary else "",
            row.scored_count,
            brief_time(row.achieved_at) if row.achieved_at else "–",
        )
        for row in rows
    )
    return SafeString(rows_in_html)  # nosec B703


def change_of_place(risen: int | None) -> str:
    """▲3 for three places higher, ▼2 for two lower, in words for those who hear it; None: nothing to compare."""
    if risen is None:
        return "–"
    if risen == 0:
        return (
            '<span aria-hidden="true">=</span><span class="visually-hidden">' + escape(_("the same place")) + "</span>"
        )
    size = abs(risen)
    if risen > 0:
        sign, css_class = "▲", "risen"
        words = ngettext("%(count)s place higher", "%(count)s places higher", size)
    else:
        sign, css_class = "▼", "fallen"
        words = ngettext("%(count)s place lower", "%(count)s places lower", size)
    return (
        f'<span class="{css_class}" aria-hidden="true">{sign}{size}</span>'
        f'<span class="visually-hidden">{escape(words % {"count": size})}</span>'
    )


def places_in_words(places: Places) -> str:
    """1–4, or 3 where there is one alone."""
    return f"{places.low}–{places.high}" if places.low < places.high else f"{places.low}"


def is_expected(row: Row, sure: SurePlaces) -> bool:
    """Whether the team's final rank is one of the places that the public board had given it."""
    given = sure.on_public.get(row.team.pk)
    return given is not None and row.rank is not None and given.low <= row.rank <= given.high


def _mark(css_class: str, word: str) -> str:
    return f' <span class="{css_class}">{escape(word)}</span>'


def _change(row: Row, sure: SurePlaces) -> str:
    expected = _mark("small text-soft", _("expected")) if row.risen and is_expected(row, sure) else ""
    return f'<td class="number">{change_of_place(row.risen)}{expected}</td>'


def _places(row: Row, sure: SurePlaces) -> str:
    places = sure.by_team.get(row.team.pk)
    shown = (
        places_in_words(places)
        if places
        else "–"
        if row.score is None
        else f'<span title="{escape(_("being computed"))}">…</span>'
    )
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
