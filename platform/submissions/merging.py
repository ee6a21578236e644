"""The submissions of two teams that become one, and of those who leave: a second limit is never to be had."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from competitions.clock import database_now
from competitions.models import Competition, LimitWindow
from submissions.models import COST_NO_SLOT, ChunkedUpload, Submission
from submissions.quota import DAY, day_of
from teams.members import ChangeRefused, hold, put_back_alone, refuse_after_deadline, refuse_outsiders, refuse_strangers
from teams.models import Team


def has_sent(team: Team) -> bool:
    """Whether anything at all was sent by the team, graded or not."""
    return Submission.objects.filter(team=team).exists()


def has_sent_today(team: Team, at: datetime) -> bool:
    """Whether anything was sent on the UTC day of `at`: what was rejected or failed has its limit of the day too."""
    return Submission.objects.filter(team=team, submitted_at__gte=day_of(at)).exists()


def counted(team: Team) -> int:
    """How many of the team's submissions count against limits."""
    return Submission.objects.filter(team=team).exclude(status__in=COST_NO_SLOT).count()


def most_by_now(competition: Competition, at: datetime) -> int:
    """How many submissions one team could have sent since the opening, today's included."""
    if at < competition.opens_at:
        return 0
    if competition.limit_window == LimitWindow.ROLLING:
        days = (at - competition.opens_at) // DAY + 1
    else:
        days = (day_of(at) - day_of(competition.opens_at)) // DAY + 1
    by_days = competition.daily_limit * days
    return by_days if competition.total_limit is None else min(by_days, competition.total_limit)


def refuse_above_combined_limit(first: Team, second: Team, at: datetime) -> None:
    """Raises ChangeRefused when both teams together have sent more than one team could. Both are held."""
    competition = first.competition
    sent, most = (counted(first), counted(second)), most_by_now(competition, at)
    if sum(sent) > most:
        raise ChangeRefused(
            _(
                "Together the two teams have sent %(sent)s submissions that count (%(first)s + %(second)s); "
                "one team of %(competition)s could have sent %(most)s by now. Nothing was changed; a merger "
                "may be possible later, when more could have been sent."
            )
            % {"sent": sum(sent), "first": sent[0], "second": sent[1], "competition": competition.title, "most": most}
        )


def move_submissions(second: Team, first: Team) -> None:
    """Everything that `second` has sent, or is sending, is `first`'s from now on; both are held.

    Of the final selections `first` keeps its own, and takes those of `second` in the order sent while there is room.
    """
    chosen = Submission.objects.filter(is_selected=True)
    room = first.competition.final_selection_count - chosen.filter(team=first).count()
    theirs = chosen.filter(team=second).order_by("submitted_at", "pk").values_list("pk", flat=True)
    Submission.objects.filter(pk__in=list(theirs)[max(0, room) :]).update(is_selected=False)
    Submission.objects.filter(team=second).update(team=first)
    ChunkedUpload.objects.filter(team=second).update(team=first)


def leave(team: Team, user: User) -> Team:
    """Leave a team that has sent nothing that counts, and nothing at all today; be a team of one again. Returns that.

    Raises ChangeRefused: who has submitted stays, and a captain hands over first.
    """
    with transaction.atomic():
        (team,) = hold(team)
        membership = refuse_strangers(team, user)
        refuse_outsiders(team)
        now = database_now(team.competition)
        refuse_after_deadline(team.competition, now)
        if team.memberships.count() == 1:
            raise ChangeRefused(_("You are alone in your team: there is nobody to leave."))
        if sent := counted(team):
            raise ChangeRefused(
                _(
                    "%(team)s has submitted (%(sent)s that count), so its members stay: whoever left would "
                    "have a second daily limit."
                )
                % {"team": team.name, "sent": sent}
            )
        if has_sent_today(team, now):
            raise ChangeRefused(
                _(
                    "%(team)s has sent files today, and whoever left could upload as many once more. Leave "
                    "from 00:00 UTC on, unless one of them counts by then."
                )
                % {"team": team.name}
            )
        if membership.is_captain:
            raise ChangeRefused(
                _("You are the captain of %(team)s. Hand over to another member, then leave.") % {"team": team.name}
            )
        own = put_back_alone(membership)
        # Their file that is still on its way will be one of their own team.
        ChunkedUpload.objects.filter(team=team, user=user, submission=None).update(team=own)
        return own
