"""A team's own list: it follows what is graded, and shows as pictures what was sent and how the best became better."""

import re
from datetime import timedelta

import pytest
from cast_of_stories import BAD, GOOD, PERFECT, predictions
from django.test import Client
from django.utils import timezone
from ladder_of_stories import FIRST_RUNG, NOT_CLEARLY_BETTER

from grading.tasks import score_waiting
from submissions.models import Submission

LIST = "/competitions/stars/submissions/"


def text(response):
    return response.content.decode()


def asks(shown):
    """The address that the page asks by itself, and how often."""
    found = re.search(r'id="follow" hx-get="([^"]+)" hx-trigger="every ([\d.]+)s"', shown)
    return (found[1].replace("&amp;", "&"), float(found[2])) if found else None


def rows(shown):
    return re.findall(r'<tr id="sent-[^"]+"(?: hx-swap-oob="true")? data-status="(\w+)">', shown)


def picture(shown, title):
    (found,) = re.findall(rf'aria-label="{title}[^"]*" data-picture>(.*?)</section>', shown, re.DOTALL)
    return found


def test_a_list_follows_what_is_not_finished_and_then_stops(as_alice, alices_team, graded, send):
    graded(alices_team, PERFECT)
    send(alices_team, GOOD)
    send(alices_team, BAD)
    shown = text(as_alice.get(LIST))
    assert rows(shown) == ["queued", "queued", "scored"]
    address, _ = asks(shown)
    Submission.objects.update(waiting_since=timezone.now() + timedelta(hours=1))
    address, seconds = asks(text(as_alice.get(address)))
    assert seconds == 10
    # Nothing has changed, so nothing is swapped.
    assert as_alice.get(address).status_code == 204
    Submission.objects.update(waiting_since=timezone.now())
    score_waiting()
    changed = text(as_alice.get(address))
    assert sorted(rows(changed)) == ["rejected", "scored"]
    assert changed.count("<template>") == 2
    assert ">0.500<" in changed.replace("\n", "")
    assert "predictions.csv: rejected." in changed
    assert asks(changed) is None
    assert asks(text(as_alice.get(LIST))) is None


def test_the_list_tells_nothing_of_another_teams_files(as_alice, alices_team, bobs_team, graded):
    bobs = graded(bobs_team)
    answer = as_alice.get(f"{LIST}changes/?of={bobs.pk}:queued")
    assert rows(text(answer)) == []
    assert str(bobs.pk) not in text(answer)
    assert Client().get(f"{LIST}changes/").status_code == 302


@pytest.mark.parametrize("asked", ["of=x", "of=x:y", "of=:", "of=12345678123456781234567812345678"])
def test_what_no_page_of_ours_asks_is_nowhere(as_alice, alices_team, asked):
    assert as_alice.get(f"{LIST}changes/?{asked}").status_code == 404


def test_who_has_not_joined_follows_nothing(as_alice, competition):
    assert as_alice.get(f"{LIST}changes/").status_code == 404
    assert as_alice.get(LIST).status_code == 302


def test_a_team_sees_what_it_has_sent_day_by_day(as_alice, alices_team, bobs_team, graded):
    early = graded(alices_team, GOOD)
    graded(alices_team, PERFECT)
    graded(alices_team, BAD)
    graded(bobs_team, GOOD)
    two_days_ago = timezone.now() - timedelta(days=2)
    Submission.objects.filter(pk=early.pk).update(submitted_at=two_days_ago)
    shown = picture(text(as_alice.get(LIST)), "Submissions per day")
    cells = [re.findall(r'number">([^<]*)<', row) for row in re.findall(r"<tr>(.*?)</tr>", shown)]
    assert [row[1:] for row in cells if row] == [["2", "1", "1", "0", "0"], ["1", "1", "0", "0", "0"]]
    # Three bars' parts: a scored and a rejected one today, a scored one then.
    assert [shown.count(f'<rect class="{name}"') for name in ("scored", "rejected")] == [2, 1]


def test_a_team_sees_how_its_best_became_better(as_alice, alices_team, graded):
    for content in (predictions(3, 3), GOOD, predictions(4, 4)):
        graded(alices_team, content)
    shown = picture(text(as_alice.get(LIST)), "Best public score over time")
    assert re.findall(r'number">(\d\.\d{3})<', shown) == ["0.500", "2.000"]
    assert 'role="img"' in shown


def test_a_word_is_no_step_of_the_best(as_alice, ladder, alices, graded):
    graded(alices, FIRST_RUNG)
    graded(alices, NOT_CLEARLY_BETTER)
    shown = text(as_alice.get(LIST))
    assert "no significant improvement" in shown
    assert re.findall(r'number">(\d\.\d{3})<', picture(shown, "Best public score over time")) == ["0.500"]
    assert "0.405" not in shown


def test_before_anything_is_sent_the_pictures_say_what_will_stand_there(as_alice, alices_team):
    shown = text(as_alice.get(LIST))
    assert "Nothing was sent yet" in picture(shown, "Submissions per day")
    assert "No file has a score of its own yet" in picture(shown, "Best public score over time")
    assert "<svg" not in shown
    assert asks(shown) is None
