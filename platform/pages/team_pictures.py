"""What a team's own page shows as pictures, each with its table."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from config.by_locale import brief_day
from leaderboard.activity import Day, submissions_per_day
from pages.charts import Bar, bars
from pages.dashboard import Chart
from teams.models import Team


def submissions_chart(team: Team, at: datetime) -> Chart:
    """What the team has sent, day by day, by what became of it."""
    days = submissions_per_day(team.competition, at, team)
    drawn = [
        Bar(
            _day(day.day),
            _says(day),
            (("scored", day.scored), ("open", day.open), ("rejected", day.rejected), ("failed", day.failed)),
        )
        for day in days
    ]
    title = _("Submissions per day")
    columns = (_("Day (UTC)"), _("Sent"), _("Scored"), _("Rejected"), _("Failed"), _("Not finished"))
    rows = [("", _cells(day)) for day in reversed(days) if day.sent]
    return Chart(title, bars(title, drawn), columns, rows)


def _says(day: Day) -> str:
    return _("%(day)s: %(sent)s sent, %(scored)s scored, %(rejected)s rejected, %(failed)s failed") % {
        "day": _day(day.day),
        "sent": day.sent,
        "scored": day.scored,
        "rejected": day.rejected,
        "failed": day.failed,
    }


def _cells(day: Day) -> tuple[str, ...]:
    return (_day(day.day), str(day.sent), str(day.scored), str(day.rejected), str(day.failed), str(day.open))


def _day(day: date) -> str:
    return brief_day(day)
