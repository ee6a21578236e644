"""Taking part from the shell: what there is, joining, the data files, the board, what is left."""

import hashlib
import json
import socket

import pytest
from cast_of_stories import GOOD, PERFECT
from cut_connection import Cut, cut_connection
from django.core.files.base import ContentFile
from kit_at_home import alice_at_home as alice_at_home
from kit_at_home import home as home
from kit_at_home import kit as kit
from kit_at_home import worker as worker

from accounts.models import Token
from competitions.models import DataFile
from teams.models import Membership

BIG = b"id,user_id,book_name\n" + b"".join(b"%d,reader,The Wall\n" % number for number in range(40_000))


@pytest.fixture
def big_file(competition):
    """A data file of the competition that comes in more than one piece."""
    DataFile.objects.create(competition=competition, name="train.csv", file=ContentFile(BIG, "t.csv"))
    return hashlib.sha256(BIG).hexdigest()


def test_the_list_says_what_is_open_and_what_one_has_joined(alice_at_home, alices_team):
    listed = alice_at_home("competitions")
    assert listed.exit_code == 0, listed.output
    assert "Five stars" in listed.stdout
    (row,) = json.loads(alice_at_home("competitions", "--json").stdout)["results"]
    assert (row["slug"], row["stage"], row["joined"]) == ("stars", "open", True)


def test_the_rules_are_printed_before_anybody_joins(alice_at_home, competition, alice):
    shown = alice_at_home("join", "stars")
    assert shown.exit_code == 2
    assert "The rules of five stars." in shown.stderr
    assert "join with --accept-rules" in shown.stderr
    assert not Membership.objects.exists()
    joined = alice_at_home("join", "stars", "--accept-rules")
    assert joined.exit_code == 0, joined.output
    assert "The rules of five stars." in joined.stderr
    assert "You have joined Five stars as alice." in joined.stdout
    assert Membership.objects.get().user == alice


def test_joining_a_second_time_changes_nothing(alice_at_home, alices_team):
    assert alice_at_home("join", "stars", "--accept-rules", "--json").exit_code == 0
    assert Membership.objects.count() == 1


def test_a_competition_that_does_not_exist_is_wrong_usage(alice_at_home, competition):
    result = alice_at_home("join", "stairs", "--accept-rules")
    assert result.exit_code == 2
    assert "/api/v1/competitions/stairs/: " in result.stderr
    assert "`python -m starter_kit competitions` lists what there is." in result.stderr


def test_all_files_arrive_whole_where_train_looks_for_them(alice_at_home, alices_team, big_file, home):
    arrived = alice_at_home("download", "stars")
    assert arrived.exit_code == 0, arrived.output
    assert arrived.stdout.endswith("Next: python -m starter_kit submit YOUR_PREDICTIONS.csv\n"), "it has no books.csv"
    assert (home / "kit" / "data" / "train.csv").read_bytes() == BIG
    assert (home / "kit" / "data" / "test.csv").read_text().startswith("id,user_id,book_name\n1,u1,")
    again = json.loads(alice_at_home("download", "stars", "--json").stdout)
    assert {file["name"]: file["is_new"] for file in again["files"]} == {"train.csv": False, "test.csv": False}
    assert alice_at_home("quota").exit_code == 0, "the competition is remembered"


def test_a_site_that_does_not_answer_is_said_once_with_what_to_do(kit, home, monkeypatch):
    with socket.socket() as nobody:
        # Bound and not listening: the connection is refused.
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        refused = kit("competitions", "--site", address)
    assert refused.exit_code == 6
    said = " ".join(refused.stderr.split())
    assert said.count("cannot be reached") == 1
    assert "Is the site running, and the address right?" in said


def test_a_download_that_is_cut_off_goes_on_where_it_was(kit, alice_at_home, alices_team, big_file, home, worker,
                                                         live_server, monkeypatch):  # fmt: skip
    with cut_connection(live_server.url) as line:
        monkeypatch.setenv("HOLDOUT_SITE", line.url)
        monkeypatch.setenv("HOLDOUT_TOKEN", _token_of_alice(live_server))
        # Twice the answer ends in the middle of the file.
        line.cuts = [Cut(b"GET /api/v1/competitions/stars/data/train.csv", back=size) for size in (100_000, 400_000)]
        arrived = kit("download", "stars", "--to", "data")
        assert arrived.exit_code == 0, arrived.output
        assert line.cuts == []
    assert "Trying again" in arrived.stderr
    assert (home / "data" / "train.csv").read_bytes() == BIG
    assert sorted(path.name for path in (home / "data").iterdir()) == ["test.csv", "train.csv"]


def test_what_an_earlier_try_left_is_gone_on_with(alice_at_home, alices_team, big_file, home):
    (home / "data").mkdir()
    (home / "data" / f".train.csv.{big_file[:16]}.part").write_bytes(BIG[:300_000])
    assert alice_at_home("download", "stars", "--to", "data").exit_code == 0
    assert (home / "data" / "train.csv").read_bytes() == BIG


def test_bytes_that_were_spoilt_at_home_are_noticed_and_not_kept(alice_at_home, alices_team, big_file, home):
    (home / "data").mkdir()
    (home / "data" / f".train.csv.{big_file[:16]}.part").write_bytes(b"x" * 300_000)
    spoilt = alice_at_home("download", "stars", "--to", "data")
    assert spoilt.exit_code == 5
    assert "has another SHA-256" in spoilt.stderr
    assert not (home / "data" / "train.csv").exists()
    assert alice_at_home("download", "stars", "--to", "data").exit_code == 0


def test_data_for_those_who_have_joined_are_not_had_without(alice_at_home, competition, home):
    competition.data_needs_joining = True
    competition.save()
    refused = alice_at_home("download", "stars")
    assert refused.exit_code == 3
    assert not (home / "kit" / "data" / "test.csv").exists()


def test_the_board_shows_ranks_scores_and_whose_row_is_ones_own(alice_at_home, alices_team, bobs_team, graded):
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    board = alice_at_home("leaderboard", "stars")
    assert board.exit_code == 0, board.output
    assert "alice (you)" in board.stdout
    found = json.loads(alice_at_home("leaderboard", "stars", "--top", 1, "--json").stdout)
    assert [(row["rank"], row["team"], row["score"]) for row in found["results"]] == [(1, "bob", 0.0)]
    assert (found["count"], found["mine"]["rank"], found["mine"]["score"]) == (2, 2, 0.5)
    (bob,) = json.loads(alice_at_home("leaderboard", "stars", "--find", "BO", "--json").stdout)["results"]
    assert bob["team"] == "bob"
    assert "No team has 'carol' in its name." in alice_at_home("leaderboard", "stars", "--find", "carol").stdout


def test_a_teams_name_cannot_command_the_terminal(alice_at_home, alices_team, bobs_team, graded):
    bobs_team.name = "bob\x1b[2J [red]x"
    bobs_team.save()
    graded(bobs_team, PERFECT)
    board = alice_at_home("leaderboard", "stars").stdout
    assert "\x1b[2J" not in board
    assert "[red]x" in board


def test_the_quota_says_what_is_left_and_when_there_is_more(alice_at_home, alices_team, graded):
    graded(alices_team)
    said = alice_at_home("quota", "stars")
    assert said.exit_code == 0, said.output
    assert "4 of 5 submissions left" in said.stdout
    assert json.loads(alice_at_home("quota", "stars", "--json").stdout)["left"] == 4
    alices_team.competition.daily_limit = 1
    alices_team.competition.save()
    used_up = alice_at_home("quota", "stars").stdout
    assert "0 of 1 submissions left" in used_up
    assert "00:00 UTC, in " in used_up


def _token_of_alice(live_server) -> str:
    """What the kit keeps for the site itself, for the same site by another address."""
    from starter_kit.site.kept_tokens import KeptTokens

    assert Token.objects.get()
    return KeptTokens().of(live_server.url).token
