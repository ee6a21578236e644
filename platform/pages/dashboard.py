"""What a competition's dashboard shows: numbers with links to the lists behind them, and charts with their tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.models import Competition
from config.by_locale import brief_day, decimal, short_time
from leaderboard import activity
from leaderboard.activity import Day
from leaderboard.progress import Better
from pages.charts import Bar, Point, bars, steps
from submissions.models import Status
from submissions.storage_use import storage_use


@dataclass(frozen=True)
class Number:
    """A number, what it counts, and the list that shows what was counted."""

    name: str
    value: int
    address: str


@dataclass(frozen=True)
class Chart:
    """A drawing and the table of what is drawn; a row's address may be empty."""

    title: str
    drawing: SafeString
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, tuple[str, ...]]]


def list_of(model: str, competition: Competition, **filters: object) -> str:
    """The address of the admin's list of that model, filtered to the competition."""
    chosen = {"competition__id__exact": competition.pk, **filters}
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(chosen)}"


def numbers(competition: Competition) -> list[Number]:
    counted = activity.totals(competition)
    sent = "submissions_submission"
    return [
        Number(_("teams"), counted.teams, list_of("teams_team", competition)),
        Number(_("people"), counted.people, list_of("teams_team", competition)),
        Number(_("submissions"), counted.submissions, list_of(sent, competition)),
        Number(_("scored"), counted.scored, list_of(sent, competition, status__exact="scored")),
        Number(_("rejected"), counted.rejected, list_of(sent, competition, status__exact="rejected")),
        Number(_("failed"), counted.failed, list_of(sent, competition, status__exact="failed")),
        Number(
            _("disqualified teams"),
            counted.disqualified_teams,
            list_of("teams_team", competition, disqualified_at__isempty=0),
        ),
        Number(
            _("disqualified submissions"),
            counted.disqualified_submissions,
            list_of(sent, competition, disqualified_at__isempty=0),
        ),
    ]


def queue(competition: Competition) -> list[tuple[activity.Waiting, str]]:
    """What is not finished, each step with its list."""
    return [
        (waiting, list_of("submissions_submission", competition, status__exact=waiting.status.value))
        for waiting in activity.queue(competition)
    ]


def submissions_chart(competition: Competition, at: datetime) -> Chart:
    days = activity.submissions_per_day(competition, at)
    drawn = [
        Bar(
            _day(day.day),
            _("%(day)s: %(sent)s sent, %(scored)s scored, %(rejected)s rejected, %(failed)s failed")
            % {
                "day": _day(day.day),
                "sent": day.sent,
                "scored": day.scored,
                "rejected": day.rejected,
                "failed": day.failed,
            },
            (("scored", day.scored), ("open", day.open), ("rejected", day.rejected), ("failed", day.failed)),
        )
        for day in days
    ]
    rows = [(_list_of_day(competition, day), _cells(day)) for day in reversed(days) if day.sent]
    columns = (_("Day (UTC)"), _("Sent"), _("Scored"), _("Rejected"), _("Failed"), _("Not finished"))
    return Chart(_("Submissions per day"), bars(_("Submissions per day"), drawn), columns, rows)


def teams_chart(competition: Competition, at: datetime) -> Chart:
    days = activity.teams_over_time(competition, at)
    ends = (_day(days[0][0]), _day(days[-1][0])) if days else ("", "")
    changed = [row for number, row in enumerate(days) if number == 0 or row[1] != days[number - 1][1]]
    points = [
        Point(day.toordinal(), count, _("%(day)s: %(count)s teams") % {"day": _day(day), "count": count})
        for day, count in changed
    ]
    drawing = steps(_("Teams"), points, at.date().toordinal(), ends)
    rows = [("", (_day(day), str(count))) for day, count in reversed(changed)]
    return Chart(_("Teams over time"), drawing, (_("Day (UTC)"), _("Teams")), rows)


def best_chart(competition: Competition, at: datetime) -> Chart:
    better = activity.best_over_time(competition)
    told = [(short_time(sent), decimal(score, competition.decimals), team) for sent, score, team in better]
    points = [
        Point(
            sent.timestamp(), score, _("%(when)s: %(shown)s by %(team)s") % {"when": when, "shown": shown, "team": team}
        )
        for (sent, score, _team), (when, shown, team) in zip(better, told, strict=True)
    ]
    ends = (_day(better[0][0].date()), _day(at.date())) if better else ("", "")
    title = _("Best public score over time (%(metric_label)s)") % {"metric_label": competition.metric_label}
    rows = [("", cells) for cells in reversed(told)]
    drawing = steps(title, points, at.timestamp(), ends, max(competition.decimals, 1))
    return Chart(title, drawing, (_("Sent (UTC)"), _("Score"), _("Team")), rows)


def progress_chart(competition: Competition, better: Sequence[Better], at: datetime) -> Chart:
    """A team's best public score over time, up to that moment or the competition's end."""
    told = [(short_time(one.sent_at), decimal(one.score, competition.decimals)) for one in better]
    points = [
        Point(one.sent_at.timestamp(), one.score, f"{when}: {shown}")
        for one, (when, shown) in zip(better, told, strict=True)
    ]
    until = min(at, competition.closes_at or at)
    if better:
        until = max(until, better[-1].sent_at)
    ends = (_day(better[0].sent_at.date()), _day(until.date())) if better else ("", "")
    title = _("Best public score over time (%(metric)s)") % {"metric": competition.metric_label}
    drawing = steps(title, points, until.timestamp(), ends, max(competition.decimals, 1))
    return Chart(title, drawing, (_("Sent (UTC)"), _("Score")), [("", cells) for cells in reversed(told)])


def reasons(competition: Competition) -> list[tuple[str, int]]:
    return activity.rejected_reasons(competition)


def storage(competition: Competition) -> list[tuple[str, int | None, str]]:
    """(what, bytes, for how long it is kept) of all that the competition stores; bytes None: not to be seen here."""
    use = storage_use(competition)
    return [
        (_("uploads"), use.uploads, _kept(competition.uploads_kept_days)),
        (_("kept predictions"), use.predictions, _kept(competition.predictions_kept_days)),
        (_("data files"), use.data, ""),
        (_("archives"), use.archives, ""),
        (_("solutions"), use.labels, ""),
        (_("in all"), use.in_all, ""),
    ]


def _kept(days: int | None) -> str:
    if days is None:
        return _("until its organizers say otherwise")
    return ngettext(
        "for %(days)s day after archiving, but for what the final ranking rests on",
        "for %(days)s days after archiving, but for what the final ranking rests on",
        days,
    ) % {"days": days}


def rejected_list(competition: Competition) -> str:
    return list_of("submissions_submission", competition, status__exact=Status.REJECTED.value)


def _cells(day: Day) -> tuple[str, ...]:
    return (_day(day.day), str(day.sent), str(day.scored), str(day.rejected), str(day.failed), str(day.open))


def _list_of_day(competition: Competition, day: Day) -> str:
    return list_of(
        "submissions_submission", competition, submitted_at__year=day.day.year, submitted_at__month=day.day.month,
        submitted_at__day=day.day.day,
    )  # fmt: skip


def _day(day: date) -> str:
    return brief_day(day)
