"""Moderation, announcements, integrity and the archive by program, with the admin's own words."""

from datetime import timedelta
from uuid import uuid4

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from django.utils import timezone
from many_stars import TASTE, as_file, give_many_stars, with_rows
from organizers_program import STARS, Program

from accounts.models import Letter
from competitions.models import Announcement, Competition
from grading.tasks import archives, audits, look_at_integrity, score_waiting
from leaderboard.models import Standing
from submissions.models import Submission
from teams.entry import ask_to_enter
from teams.joining import join


@pytest.fixture
def olgas(olga) -> Program:
    return Program(olga)


def test_a_submission_is_disqualified_and_comes_back(olgas, competition, alices_team, graded):
    better, worse = graded(alices_team, PERFECT), graded(alices_team, GOOD)
    there = f"{STARS}submissions/{better.pk}/"
    foreseen = olgas.told(f"{there}disqualify/")
    assert (foreseen["name"], foreseen["team"], foreseen["public_rank"]) == ("Disqualify", "alice", 1)
    assert foreseen["consequence"].startswith("The submissions count for nothing; their teams keep the others.")
    assert Standing.objects.get().best.submission == better
    assert olgas.done(f"{there}disqualify/", reason="Made by hand") == {"done": True}
    assert Standing.objects.get().best.submission == worse
    assert olgas.told(there)["disqualification"] == "Made by hand."
    assert olgas.done(f"{there}reinstate/", reason="It was not") == {"done": True}
    assert olgas.done(f"{there}reinstate/", reason="It was not") == {"done": False}
    assert Standing.objects.get().best.submission == better


def test_a_deed_needs_its_reason_and_a_name_that_is_known(olgas, competition, alices_team):
    there = f"{STARS}teams/{alices_team.pk}/"
    answer = olgas.post(f"{there}disqualify/", reason="  ")
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, "reason")
    assert olgas.post(f"{there}banish/", reason="Why not").status_code == 404
    assert olgas.told(f"{STARS}moderation/")["count"] == 0


def test_a_team_is_marked_as_a_baseline_and_ranked_again(olgas, competition, alices_team, graded):
    graded(alices_team, GOOD)
    there = f"{STARS}teams/{alices_team.pk}/"
    olgas.done(f"{there}mark-baseline/", reason="Ours")
    assert olgas.told(f"{there}unmark-baseline/")["public_rank"] is None
    assert olgas.told(there)["is_baseline"] is True
    olgas.done(f"{there}unmark-baseline/", reason="It was alice's")
    assert olgas.told(f"{there}mark-baseline/")["public_rank"] == 1


def test_submissions_are_found_by_status_and_team(olgas, competition, alices_team, bobs_team, graded):
    graded(alices_team, GOOD)
    rejected = graded(bobs_team, BAD)
    assert olgas.told(f"{STARS}submissions/")["count"] == 2
    (found,) = olgas.told(f"{STARS}submissions/", status="rejected")["results"]
    assert (found["id"], found["team"], found["public_score"]) == (str(rejected.pk), "bob", None)
    assert olgas.told(f"{STARS}submissions/", team=alices_team.pk)["count"] == 1
    assert olgas.told(f"{STARS}submissions/", team="alice")["count"] == 0
    whole = olgas.told(f"{STARS}submissions/{rejected.pk}/")
    assert whole["problems"][0]["line"] == 2
    assert "rating 'n/a' is not a number" in whole["problems"][0]["message"]
    assert [step["status"] for step in whole["timeline"]] == ["queued", "scoring", "rejected"]
    assert [team["name"] for team in olgas.told(f"{STARS}teams/", q="LIC")["results"]] == ["alice"]


@pytest.mark.parametrize("team", ["9" * 18, "9" * 20, "9" * 5000, "-1", "alice"])
def test_of_a_team_that_cannot_be_nothing_is_found(olgas, competition, alices_team, graded, team):
    graded(alices_team)
    assert olgas.told(f"{STARS}submissions/", team=team)["count"] == 0


def test_what_has_failed_is_taken_up_again_and_what_is_scored_graded_again(olgas, competition, alices_team, graded):
    submission = graded(alices_team, GOOD)
    there = f"{STARS}submissions/{submission.pk}/"
    refused = olgas.post(f"{there}retry/")
    assert (refused.status_code, refused.json()["code"]) == (409, "left_alone")
    assert refused.json()["detail"] == "It was left alone: it is scored, and not failed."
    assert olgas.done(f"{there}grade-again/", 202)["status"] == "queued"
    score_waiting()
    assert olgas.told(there)["status"] == "scored"
    Submission.objects.update(status="failed", failure="the store was away (3 tries)", evaluation=None)
    assert olgas.told(there)["failure"] == "the store was away (3 tries)"
    assert olgas.done(f"{there}retry/", 202)["status"] == "queued"
    score_waiting()
    assert olgas.told(there)["public_score"] == 0.5


@pytest.mark.parametrize(("deed", "status"), [("retry", "failed"), ("grade-again", "scored")])
def test_what_was_removed_is_left_alone_and_told_so(olgas, competition, alices_team, graded, deed, status):
    submission = graded(alices_team, GOOD)
    if status == "failed":
        Submission.objects.update(status="failed", failure="the store was away (3 tries)", evaluation=None)
    removed_at = timezone.now()
    Submission.objects.update(upload_removed_at=removed_at, predictions_removed_at=removed_at)
    refused = olgas.post(f"{STARS}submissions/{submission.pk}/{deed}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "file_removed")
    assert "The file was removed on" in refused.json()["detail"]
    assert olgas.told(f"{STARS}submissions/{submission.pk}/")["status"] == status


def test_an_announcement_is_looked_at_and_published_once(olgas, competition, alices_team):
    draft = {"title": "New data", "text": "Three rows are **gone**."}
    shown = olgas.done(f"{STARS}announcements/preview/", **draft)
    assert shown == {"subject": "Five stars: New data", "recipient_count": 1}
    assert not Announcement.objects.exists()
    key = str(uuid4())
    made = olgas.done(f"{STARS}announcements/", 201, **draft, id=key, by_mail=True)
    assert (made["id"], made["by"], made["letter_count"]) == (key, "olga", 1)
    again = olgas.done(f"{STARS}announcements/", 200, **draft, id=key, by_mail=True)
    assert again == made
    # Olga was told of her program's token, too.
    letter = Letter.objects.exclude(person__username="olga").get()
    assert (letter.to, letter.subject) == ("alice@example.org", "Five stars: New data")
    assert "http://testserver/competitions/stars/announcements/" in letter.text
    assert olgas.told(f"{STARS}announcements/")["count"] == 1


def test_anothers_announcement_is_not_told_by_its_id(olgas, competition, olga):
    other = Competition.objects.create(slug="others", title="Others", tagline="Of somebody else.")
    theirs = Announcement.objects.create(competition=other, title="Secret", text="Secret.")
    answer = olgas.post(f"{STARS}announcements/", title="Mine", text="Mine.", id=str(theirs.pk))
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    assert "Secret" not in answer.content.decode()


def test_leaks_signs_and_similar_files_are_told(olgas, competition, alice, bob, graded):
    assert "has not looked at the labels yet" in olgas.told(f"{STARS}integrity/leaks/")["not_measured"]
    assert olgas.told(f"{STARS}integrity/similar/")["looked_at"] is None
    give_many_stars(competition)
    base = graded(join(alice, competition), as_file(TASTE), "base.csv")
    probe = graded(base.team, as_file(with_rows(TASTE, {17: 5.0})), "probe.csv")
    graded(join(bob, competition), as_file(TASTE))
    look_at_integrity()
    leaks = olgas.told(f"{STARS}integrity/leaks/")
    assert (leaks["not_measured"], leaks["assumed"]["public_count"]) == ("", 200)
    assert leaks["policies"][0]["is_set"] is True
    assert leaks["policies"][0]["sentence"].startswith("One file spells out ")
    (sign,) = olgas.told(f"{STARS}integrity/signs/")["results"]
    assert (sign["submission"], sign["before"], sign["measured"]) == (str(probe.pk), str(base.pk), 1.0)
    assert sign["words"].startswith("It differs in 1 row from an earlier file of the team")
    similar = olgas.told(f"{STARS}integrity/similar/")
    assert (similar["looked_at"]["compared_count"], similar["compared_by"]) == (2, "errors")
    (pair,) = similar["pairs"]
    assert {pair["one"]["team"], pair["other"]["team"]} == {"alice", "bob"}
    assert pair["is_beyond_threshold"] is True


def test_an_audit_is_asked_for_and_read(olgas, competition):
    assert olgas.get(f"{STARS}audit/").json()["code"] == "not_run"
    assert olgas.done(f"{STARS}audit/", 202)["state"] == "asked"
    audits()
    found = olgas.told(f"{STARS}audit/")
    assert (found["state"], found["asked_by"], found["is_out_of_date"]) == ("done", "olga", False)
    assert found["findings"]
    Competition.objects.update(metric="mae")
    assert olgas.told(f"{STARS}audit/")["is_out_of_date"] is True


def test_a_draft_is_published_for_a_reason_and_taken_back(olgas, competition):
    assert olgas.done(f"{STARS}unpublish/")["is_published"] is False
    short = olgas.post(f"{STARS}publish/", reason="Now.")
    assert (short.status_code, short.json()["code"]) == (409, "publishing_refused")
    assert "The reason has 4 characters" in short.json()["detail"]
    told = olgas.done(f"{STARS}publish/", reason="The class begins at nine o'clock.")
    assert (told["is_published"], told["overrides"][0]["by"]) == (True, "olga")


def test_the_archive_waits_for_the_reveal_and_for_a_word(olgas, competition, alices_team, graded):
    early = olgas.post(f"{STARS}archive/", confirmed=True)
    assert (early.status_code, early.json()["code"]) == (409, "archive_refused")
    assert "Private results are not revealed yet." in early.json()["detail"]
    graded(alices_team, GOOD)
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(days=2))
    assert olgas.told(f"{STARS}archive/") == {"latest": None, "published": None, "against": []}
    unsaid = olgas.post(f"{STARS}archive/")
    assert (unsaid.status_code, unsaid.json()["code"]) == (409, "not_confirmed")
    assert olgas.done(f"{STARS}archive/", 202, confirmed=True)["latest"]["state"] == "asked"
    archives()
    told = olgas.told(f"{STARS}archive/")
    assert (told["latest"]["state"], told["latest"]["failure"]) == ("done", "")
    assert told["published"]["url"] == "http://testserver/competitions/stars/archive.zip"
    assert len(told["published"]["sha256"]) == 64


def test_organizers_answer_who_asks_to_be_let_in(olga, alice, bob, competition):
    Competition.objects.update(entry="approval")
    competition.refresh_from_db()
    asked = {person: ask_to_enter(person, competition, f"I am {person}.") for person in (alice, bob)}
    olgas = Program(olga)
    place = f"{STARS}entry-requests/"
    waiting = olgas.told(place, state="waiting")["results"]
    assert [(row["user"], row["message"], row["state"]) for row in waiting] == [
        ("bob", "I am bob.", "waiting"),
        ("alice", "I am alice.", "waiting"),
    ]
    letters = Letter.objects.count()
    assert olgas.done(f"{place}{asked[alice].pk}/approve/") == {"done": True}
    assert olgas.done(f"{place}{asked[alice].pk}/approve/") == {"done": False}
    assert join(alice, competition).name == "alice"
    assert olgas.post(f"{place}{asked[bob].pk}/deny/").status_code == 400
    assert olgas.done(f"{place}{asked[bob].pk}/deny/", reason="For the class alone.") == {"done": True}
    (denied,) = olgas.told(place, state="denied")["results"]
    assert (denied["user"], denied["reason"], denied["decided_by"]) == ("bob", "For the class alone.", "olga")
    assert Letter.objects.count() == letters + 2
    # Who has joined stays.
    assert olgas.done(f"{place}{asked[alice].pk}/deny/", reason="Too late.") == {"done": False}
