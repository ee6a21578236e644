"""Reminders before a competition closes: to those who take part and want them, once for each deadline."""

from datetime import timedelta

import pytest
from cast_of_stories import PERFECT, predictions
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, User
from accounts.tasks import send_letters
from competitions.models import Competition
from grading.tasks import sweep
from submissions.models import Reminder
from submissions.reminders import post_due
from teams.models import Membership, Team

LONG_ENOUGH = float("inf")


def closes_in(**time):
    """The competition, which has been open for a month and joined for two weeks, closes then."""
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=30), closes_at=now + timedelta(**time))
    Membership.objects.update(rules_accepted_at=now - timedelta(days=14))


def reminded():
    return sorted(Letter.objects.values_list("to", flat=True))


def test_three_days_and_one_day_before_closing_everybody_who_takes_part_is_reminded_once(alices_team, bobs_team):
    closes_in(hours=73)
    sweep()
    assert reminded() == []
    closes_in(hours=71)
    sweep()
    sweep()
    assert reminded() == ["alice@example.org", "bob@example.org"]
    # The same deadline, two days later.
    Reminder.objects.update(closes_at=timezone.now() + timedelta(hours=23))
    Competition.objects.update(closes_at=Reminder.objects.first().closes_at)
    sweep()
    sweep()
    assert reminded() == ["alice@example.org"] * 2 + ["bob@example.org"] * 2


def test_the_letter_says_when_it_closes_what_was_sent_and_how_to_stop(alices_team, graded):
    graded(alices_team)
    closes_in(hours=20)
    sweep()
    send_letters()
    (letter,) = mail.outbox
    when = Competition.objects.get().closes_at
    assert letter.subject == f"Five stars closes on {when:%d %B %Y at %H:%M} UTC"
    assert "Your team alice has sent 1 submission that counts." in letter.body
    assert "http://localhost:8000/competitions/stars/submit/" in letter.body
    assert "chosen" not in letter.body
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    Client(enforce_csrf_checks=True).post(stop.removeprefix("http://localhost:8000"), {"List-Unsubscribe": "One-Click"})
    assert not User.objects.get(username="alice").wants_reminders


def test_who_has_more_than_may_count_is_told_to_choose(alices_team, graded):
    for content in (PERFECT, predictions(4, 3), predictions(3, 3)):
        graded(alices_team, content)
    alices_team.submissions.filter(pk=alices_team.submissions.first().pk).update(is_selected=True)
    closes_in(hours=20)
    sweep()
    text = Letter.objects.get().text
    assert "It has chosen 1 of 2 for the final ranking." in text
    assert "/competitions/stars/submissions/" in text


def test_who_has_chosen_is_not_told_again(alices_team, graded):
    for content in (PERFECT, predictions(4, 3), predictions(3, 3)):
        graded(alices_team, content)
    chosen = alices_team.submissions.values_list("pk", flat=True)[:2]
    alices_team.submissions.filter(pk__in=list(chosen)).update(is_selected=True)
    closes_in(hours=20)
    sweep()
    assert "final ranking" not in Letter.objects.get().text


def test_who_has_sent_nothing_is_led_to_the_form(alices_team):
    closes_in(hours=20)
    sweep()
    assert "Your team alice has sent nothing yet that counts." in Letter.objects.get().text


@pytest.mark.parametrize(
    "change",
    [
        lambda: User.objects.filter(username="alice").update(wants_reminders=False),
        lambda: User.objects.filter(username="alice").update(is_active=False),
        lambda: User.objects.filter(username="alice").update(email=""),
        lambda: Team.objects.filter(name="alice").update(disqualified_at=timezone.now(), disqualification="x."),
        lambda: Team.objects.filter(name="alice").update(is_baseline=True),
        # She has read the date an hour ago, on joining.
        lambda: Membership.objects.filter(user__username="alice").update(
            rules_accepted_at=timezone.now() - timedelta(hours=1)
        ),
    ],
    ids=["not wanted", "account closed", "no address", "disqualified", "baseline", "just joined"],
)
def test_nobody_else_is_reminded(alices_team, bobs_team, change):
    closes_in(hours=20)
    change()
    sweep()
    assert reminded() == ["bob@example.org"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("is_published", False),
        ("closes_at", None),
        ("closes_at", timedelta(minutes=-1)),
        ("opens_at", timedelta(hours=-1)),
        ("opens_at", timedelta(hours=1)),
    ],
    ids=["not published", "never closes", "closed", "opened within the day", "not open yet"],
)
def test_nobody_is_reminded_of_what_does_not_close_soon(alices_team, field, value):
    closes_in(hours=20)
    value = timezone.now() + value if isinstance(value, timedelta) else value
    Competition.objects.update(**{field: value})
    sweep()
    assert reminded() == []


def test_a_deadline_that_was_moved_is_spoken_of_again(alices_team):
    closes_in(hours=20)
    sweep()
    closes_in(days=9)
    sweep()
    assert len(reminded()) == 1
    closes_in(hours=22)
    sweep()
    assert len(reminded()) == 2


def test_after_an_outage_nobody_gets_two_at_once(alices_team, settings):
    settings.FIRST_REMINDER_HOURS, settings.LAST_REMINDER_HOURS = 72, 24
    closes_in(hours=2)
    sweep()
    sweep()
    assert len(reminded()) == 1
    assert Reminder.objects.get().hours == 24


def test_a_site_may_remind_once_or_never(alices_team, settings):
    settings.FIRST_REMINDER_HOURS = settings.LAST_REMINDER_HOURS = 0
    closes_in(hours=20)
    sweep()
    assert reminded() == []
    settings.FIRST_REMINDER_HOURS = 48
    sweep()
    assert len(reminded()) == 1


def test_many_are_reminded_in_batches_and_a_sweep_that_is_out_of_time_goes_on_in_the_next(
    competition, settings, django_assert_max_num_queries
):
    settings.REMINDERS_AT_ONCE = 100
    people = User.objects.bulk_create(User(username=f"p{i}", email=f"p{i}@example.org") for i in range(250))
    teams = Team.objects.bulk_create(Team(competition=competition, name=f"p{i}") for i in range(250))
    Membership.objects.bulk_create(
        Membership(
            competition=competition, team=team, user=user, rules_accepted_at=timezone.now(), rules_sha256="0" * 64
        )
        for team, user in zip(teams, people, strict=True)
    )
    closes_in(hours=20)
    assert post_due(ends_at=0.0) is False
    assert Letter.objects.count() == Reminder.objects.count() == 100
    # A batch asks as often as for one: the deadline's row, the people, and two tables to write.
    with django_assert_max_num_queries(20):
        assert post_due(LONG_ENOUGH) is True
    assert Letter.objects.count() == 250
    assert len(set(reminded())) == 250
