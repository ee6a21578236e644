"""A program takes part: it reads a competition, takes its data, joins, has a team, and looks at the board."""

from hashlib import sha256

import pytest
from cast_of_stories import GOOD, PERFECT
from programs import API, STARS, Program

from accounts.models import User
from competitions.models import Announcement
from teams.joining import join, rules_of
from teams.models import Membership, Team


def test_a_program_reads_what_it_must_know_of_a_competition(client, competition, alices_team):
    read = client.get(f"{STARS}/").json()
    assert (read["title"], read["stage"], read["team_count"], read["joined"]) == ("Five stars", "open", 1, False)
    assert (read["header"], read["range"], read["accepts"]) == (["id", "rating"], [1.0, 5.0], ["predictions"])
    assert read["rules"] == "The rules of five stars."
    assert read["rules_version"] == Membership.objects.get().rules_sha256
    assert (read["max_upload_bytes"], read["decimals"]) == (20_000_000, 3)
    assert read["url"] == "http://testserver/competitions/stars/"
    assert [one["field"] for one in read["milestones"]] == ["opens_at"]


def test_joining_asks_for_consent_and_is_done_once(alice, competition):
    program = Program(alice)
    refused = program.post(f"{STARS}/join/", accept_rules=False)
    assert refused.status_code == 400
    assert "consent to the rules" in refused.json()["detail"]
    assert not Team.objects.exists()
    joined = program.post(f"{STARS}/join/", accept_rules=True)
    assert joined.status_code == 201
    assert (joined.json()["name"], joined.json()["is_captain"]) == ("alice", True)
    assert program.post(f"{STARS}/join/", accept_rules=True).status_code == 200
    assert Membership.objects.get().rules_sha256 == sha256(rules_of(competition).encode()).hexdigest()
    assert program.get(f"{API}/competitions/").json()["results"][0]["joined"] is True


def test_a_closed_door_says_what_the_page_says(alice, competition, as_alice):
    competition.entry = "approval"
    competition.save()
    program = Program(alice)
    refused = program.post(f"{STARS}/join/", accept_rules=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "joining_refused")
    assert refused.json()["detail"] in as_alice.get("/competitions/stars/join/").content.decode()
    assert program.post(f"{STARS}/join/ask/", message="I am Alice").json()["state"] == "waiting"
    assert "have not decided yet" in program.post(f"{STARS}/join/", accept_rules=True).json()["detail"]


def test_data_files_are_told_and_taken_whole_or_in_part(client, competition):
    (row,) = client.get(f"{STARS}/data/").json()["results"]
    assert (row["name"], row["rows"], row["columns"]) == ("test.csv", 5, ["id", "user_id", "book_name"])
    whole = client.get(row["url"])
    content = whole.getvalue()
    assert sha256(content).hexdigest() == row["sha256"]
    assert (whole["ETag"], len(content)) == (f'"{row["sha256"]}"', row["bytes"])
    rest = client.get(row["url"], headers={"Range": "bytes=10-", "If-Range": whole["ETag"]})
    assert (rest.status_code, rest.getvalue()) == (206, content[10:])
    assert rest["Content-Range"] == f"bytes 10-{len(content) - 1}/{len(content)}"
    assert client.get(row["url"], headers={"Range": "bytes=-3"}).getvalue() == content[-3:]
    assert client.get(row["url"], headers={"Range": "bytes=0-0"}).getvalue() == content[:1]
    assert client.get(row["url"], headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_a_file_is_always_a_download_under_its_own_name(client, alice, alices_team):
    for asked in ({}, {"Range": "bytes=0-3"}):
        taken = client.get(f"{STARS}/data/test.csv", headers=asked)
        assert taken["Content-Disposition"] == 'attachment; filename="test.csv"'
    program = Program(alice)
    sent = program.send(GOOD, name="mine.csv")["Location"]
    assert program.get(f"{sent}file/")["Content-Disposition"] == 'attachment; filename="mine.csv"'


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-", "lines=1-2", "bytes=0-1,3-4"])
def test_what_is_no_single_range_gets_the_whole_file(client, competition, asked):
    answer = client.get(f"{STARS}/data/test.csv", headers={"Range": asked})
    assert answer.status_code == 200


def test_a_part_of_another_version_of_the_file_is_not_mixed_in(client, competition):
    answer = client.get(f"{STARS}/data/test.csv", headers={"Range": "bytes=10-", "If-Range": '"another"'})
    assert answer.status_code == 200


def test_beyond_its_end_a_file_has_nothing(client, competition):
    refused = client.get(f"{STARS}/data/test.csv", headers={"Range": "bytes=99999-"})
    assert (refused.status_code, refused.json()["code"]) == (416, "range_not_satisfiable")
    assert refused["Content-Range"].startswith("bytes */")


def test_data_for_those_who_have_joined_are_for_them(client, competition, alice):
    competition.data_needs_joining = True
    competition.save()
    assert client.get(f"{STARS}/data/").json()["count"] == 1
    assert client.get(f"{STARS}/data/test.csv").json()["code"] == "not_joined"
    join(alice, competition)
    assert Program(alice).get(f"{STARS}/data/test.csv").status_code == 200


def test_a_hidden_file_is_no_file(client, competition):
    competition.data_files.update(is_hidden=True)
    assert client.get(f"{STARS}/data/").json()["results"] == []
    assert client.get(f"{STARS}/data/test.csv").status_code == 404


def test_two_become_a_team_by_an_invitation(alice, alices_team, bob, bobs_team):
    hers, his = Program(alice), Program(bob)
    invited = hers.post(f"{STARS}/team/invitations/", username="BOB")
    assert invited.status_code == 201
    (call,) = his.get(f"{STARS}/team/").json()["invitations"]
    assert (call["team"], call["username"], call["is_mine_to_answer"]) == ("alice", "bob", True)
    team = his.post(f"{STARS}/team/invitations/{call['id']}/accept/").json()
    assert [one["username"] for one in team["members"]] == ["alice", "bob"]
    again = his.post(f"{STARS}/team/invitations/{call['id']}/accept/")
    assert again.status_code in (200, 409)
    assert his.patch(f"{STARS}/team/", name="Bobs").json()["detail"] == (
        "Only the captain of alice may do this. Ask alice."
    )
    assert hers.patch(f"{STARS}/team/", name="Both").json()["name"] == "Both"
    assert hers.post(f"{STARS}/team/captain/", username="bob").json()["is_captain"] is False
    assert hers.post(f"{STARS}/team/leave/").json()["name"] == "alice"


def test_somebody_comes_by_the_teams_link(alice, alices_team, bob, bobs_team):
    hers, his = Program(alice), Program(bob)
    link = hers.post(f"{STARS}/team/link/").json()["link"]
    path = f"{STARS}/team/link/{link.rstrip('/').rsplit('/', 1)[1]}/"
    assert his.get(path).json() == {"name": "alice", "members": ["alice"]}
    assert his.post(path).json()["name"] == "alice"
    assert his.get(f"{STARS}/team/").json()["link"] is None
    assert hers.delete(f"{STARS}/team/link/").json()["link"] is None
    assert his.get(path).status_code == 404


def test_two_teams_merge_on_both_captains_word(alice, alices_team, bob, bobs_team):
    hers, his = Program(alice), Program(bob)
    assert hers.post(f"{STARS}/team/mergers/", team="bob").status_code == 201
    (call,) = his.get(f"{STARS}/team/").json()["mergers"]
    assert (call["from_team"], call["to_team"], call["is_mine_to_answer"]) == ("alice", "bob", True)
    assert hers.post(f"{STARS}/team/mergers/{call['id']}/accept/").status_code == 404
    assert his.post(f"{STARS}/team/mergers/{call['id']}/decline/").json()["mergers"] == []
    assert his.post(f"{STARS}/team/mergers/{call['id']}/accept/").json()["code"] == "change_refused"


def test_the_board_shows_places_pages_and_ones_own_line(alice, alices_team, bob, bobs_team, graded, competition):
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    program = Program(alice)
    board = program.get(f"{STARS}/leaderboard/").json()
    assert [(row["rank"], row["team"], row["score_text"], row["is_mine"]) for row in board["results"]] == [
        (1, "bob", "0.000", False),
        (2, "alice", "0.500", True),
    ]
    assert (board["count"], board["ranked_count"], board["lower_is_better"]) == (2, 2, True)
    assert board["results"][0]["places"] is None
    first = program.get(f"{STARS}/leaderboard/?page_size=1").json()
    assert [row["team"] for row in program.get(first["next"]).json()["results"]] == ["alice"]
    found = program.get(f"{STARS}/leaderboard/?q=LIC").json()
    assert ([row["team"] for row in found["results"]], found["count"]) == (["alice"], 1)
    mine = program.get(f"{STARS}/leaderboard/me/").json()
    assert (mine["rank"], mine["ranked_count"], mine["score"]) == (2, 2, 0.5)
    progress = program.get(f"{STARS}/leaderboard/{board['results'][1]['team_id']}/").json()
    assert [step["score"] for step in progress["results"]] == [0.5]


def test_a_final_board_is_there_once_it_is_revealed(alice, alices_team, graded, competition):
    graded(alices_team, GOOD)
    program = Program(alice)
    for path in ("", "me/", "certainty/"):
        refused = program.get(f"{STARS}/leaderboard/{path}?board=final")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_revealed")
    competition.opens_at, competition.closes_at = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    competition.save()
    (row,) = program.get(f"{STARS}/leaderboard/?board=final").json()["results"]
    assert (row["score"], row["change"]) == (3.0, 0)


@pytest.mark.parametrize("asked", ["page=0", "page=x", "page=99999999999999", "board=secret", "page_size=0", "q=%00"])
def test_a_board_that_cannot_be_meant_is_refused_by_name(client, competition, asked):
    refused = client.get(f"{STARS}/leaderboard/?{asked}")
    assert refused.status_code == 400
    assert refused.json()["problems"][0]["field"] == asked.split("=")[0]


def test_a_longer_board_takes_no_more_queries(client, competition, graded, django_assert_num_queries):
    def enter(name: str) -> None:
        graded(join(User.objects.create_user(name), competition), GOOD)

    enter("one")
    with django_assert_num_queries(3):
        client.get(f"{STARS}/leaderboard/")
    for name in ("two", "three", "four"):
        enter(name)
    with django_assert_num_queries(3):
        assert client.get(f"{STARS}/leaderboard/").json()["count"] == 4


def test_announcements_are_read(client, competition, olga):
    Announcement.objects.create(competition=competition, title="A week left", text="Choose.", by=olga)
    (one,) = client.get(f"{STARS}/announcements/").json()["results"]
    assert (one["title"], one["text"]) == ("A week left", "Choose.")


def test_there_is_no_archive_before_it_is_published(client, competition):
    assert client.get(f"{STARS}/archive/").status_code == 404


def test_pages_of_a_competition_without_texts_are_empty(client, competition):
    competition.pages.all().delete()
    read = client.get(f"{STARS}/").json()
    assert [read[name] for name in ("description", "rules", "evaluation", "timeline")] == [""] * 4
