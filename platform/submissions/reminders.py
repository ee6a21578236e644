"""Reminders before a competition closes, for those who take part and want them: once a person, deadline and time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import outbox
from accounts.models import Letter
from accounts.subscription import Letters, way_out
from competitions.models import Competition
from competitions.timeline import Stage
from config.clock import seconds_from_now
from config.counted import CountOf
from submissions.models import COST_NO_SLOT, Reminder, Submission
from submissions.quota import in_utc
from teams.models import Membership

SECONDS_PER_HOUR = 3600


def post_due(ends_at: float) -> bool:
    """Post the reminders that are due, in batches, until that moment (monotonic). False: some are still due then."""
    for competition, hours in _at_hand():
        while _post_some(competition, hours):
            if monotonic() > ends_at:
                return False
    return True


def _hours() -> list[int]:
    """So long before closing somebody is reminded, the last one first."""
    return sorted({hours for hours in (settings.FIRST_REMINDER_HOURS, settings.LAST_REMINDER_HOURS) if hours})


def _at_hand() -> Iterator[tuple[Competition, int]]:
    """The open competitions that close soon, each with the reminder that it is time for."""
    if not _hours():
        return
    within = seconds_from_now(_hours()[-1] * SECONDS_PER_HOUR)
    soon = Competition.objects.filter(is_published=True, closes_at__gt=Now(), closes_at__lte=within)
    for competition in soon.annotate(now=Now()).order_by("closes_at", "pk"):
        if competition.stage(competition.now) == Stage.OPEN:
            hours = _due(competition, competition.now)
            if hours is not None:
                yield competition, hours


def _due(competition: Competition, at: datetime) -> int | None:
    """Of the reminders whose time has come the latest: after an outage nobody gets two at once.

    None: that was before it opened, and who joins knows when it closes.
    """
    assert competition.closes_at is not None
    hours = next(hours for hours in _hours() if competition.closes_at - at <= timedelta(hours=hours))
    return hours if competition.opens_at <= competition.closes_at - timedelta(hours=hours) else None


def _post_some(competition: Competition, hours: int) -> bool:
    """Post REMINDERS_AT_ONCE at most. False: there is nobody left."""
    with transaction.atomic():
        # One sweeper at a time, and by the deadline that is set now.
        now_set = Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        if now_set.closes_at is None or now_set.closes_at != competition.closes_at:
            return False
        people = list(_waiting(now_set, hours)[: settings.REMINDERS_AT_ONCE])
        Reminder.objects.bulk_create(
            Reminder(membership=one, hours=hours, closes_at=now_set.closes_at) for one in people
        )
        outbox.post_all(_letter(one, now_set) for one in people)
    return len(people) == settings.REMINDERS_AT_ONCE


def _waiting(competition: Competition, hours: int) -> "QuerySet[Any, Any]":
    """Who is to be reminded and was not yet, with what their teams have sent and chosen.

    Only those who had joined by then: who joins later has just read the date.
    """
    assert competition.closes_at is not None
    reminded = Reminder.objects.filter(membership=OuterRef("pk"), hours=hours, closes_at=competition.closes_at)
    counted = Submission.objects.filter(team=OuterRef("team")).exclude(status__in=COST_NO_SLOT).order_by().values("pk")
    competing = Q(team__is_baseline=False, team__is_rehearsal=False, team__disqualified_at=None)
    wanting = Q(user__is_active=True, user__wants_reminders=True) & ~Q(user__email="")
    joined_by = competition.closes_at - timedelta(hours=hours)
    found = Membership.objects.filter(
        competing, wanting, ~Exists(reminded), competition=competition, rules_accepted_at__lte=joined_by
    )
    return (
        found.select_related("user", "team")
        .annotate(sent_count=CountOf(counted), chosen_count=CountOf(counted.filter(is_selected=True)))
        .order_by("pk")
    )


def _letter(one: Any, competition: Competition) -> Letter:
    """`one`: a membership of `_waiting`."""
    stop, headers = way_out(one.user, Letters.REMINDERS)
    when = in_utc(competition.closes_at)
    said = _("%(competition)s closes on %(when)s. What comes later is not ranked.") % {
        "competition": competition.title,
        "when": when,
    }
    paragraphs = [said, _sent(one, competition)]
    if one.sent_count > competition.final_selection_count > one.chosen_count:
        paragraphs.append(_choice(one, competition))
    text = "\n\n".join(paragraphs) + "\n\n-- \n"
    text += _("You take part in %(competition)s. No more reminders by e-mail: %(stop)s\n") % {
        "competition": competition.title,
        "stop": stop,
    }
    return outbox.letter_for(
        one.user,
        _("%(competition)s closes on %(when)s") % {"competition": competition.title, "when": when},
        text,
        headers,
    )


def _sent(one: Any, competition: Competition) -> str:
    submit = settings.SITE_ADDRESS + reverse("submit", args=[competition.slug])
    if not one.sent_count:
        return _("Your team %(team)s has sent nothing yet that counts. Submit: %(link)s") % {
            "team": one.team.name,
            "link": submit,
        }
    return ngettext(
        "Your team %(team)s has sent %(count)d submission that counts. Submit another: %(link)s",
        "Your team %(team)s has sent %(count)d submissions that count. Submit another: %(link)s",
        one.sent_count,
    ) % {"team": one.team.name, "count": one.sent_count, "link": submit}


def _choice(one: Any, competition: Competition) -> str:
    return _(
        "It has chosen %(chosen)d of %(most)d for the final ranking. Choose until it closes; where you choose none, "
        "your best by public score stand in: %(link)s"
    ) % {
        "chosen": one.chosen_count,
        "most": competition.final_selection_count,
        "link": settings.SITE_ADDRESS + reverse("my_submissions", args=[competition.slug]),
    }
