"""A file from home to its score, and every way in which that can end."""

import json
import threading
from pathlib import Path

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from cut_connection import Cut, cut_connection
from kit_at_home import PASSWORD
from kit_at_home import alice_at_home as alice_at_home
from kit_at_home import home as home
from kit_at_home import kit as kit
from kit_at_home import worker as worker

from accounts.models import Token
from grading.tasks import score_waiting
from starter_kit.site.kept_tokens import KeptTokens
from submissions.models import ChunkedUpload, Status, Submission


@pytest.fixture
def file(home):
    """Alice's predictions."""
    path = home / "predictions.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def long_file(file, settings):
    """The same with long decimals; files above 50 bytes go in chunks of 20."""
    settings.CHUNK_ABOVE_BYTES, settings.CHUNK_BYTES = 50, 20
    header, *rows = GOOD.split()
    file.write_text("\n".join([header, *(f"{row}.{'0' * 20}" for row in rows)]) + "\n")
    return file


def test_a_file_is_sent_and_its_score_told(alice_at_home, alices_team, file, worker):
    sent = alice_at_home("submit", file, "--competition", "stars", "--description", "from home")
    assert sent.exit_code == 0, sent.output
    assert "Public score: 0.5" in sent.stdout
    assert "; your team's rank is 1" in sent.stdout
    submission = Submission.objects.get()
    assert (submission.team, submission.description, submission.status) == (alices_team, "from home", Status.SCORED)


def test_a_script_reads_one_document(alice_at_home, alices_team, file, worker):
    sent = alice_at_home("submit", file, "--competition", "stars", "--json")
    document = json.loads(sent.stdout)
    assert (document["status"], document["public_score"], document["rank"], document["exit_code"]) == (
        "scored", 0.5, 1, 0,
    )  # fmt: skip


def test_without_waiting_it_is_received_and_looked_at_later(alice_at_home, alices_team, file, worker):
    sent = alice_at_home("submit", file, "--competition", "stars", "--no-wait", "--json")
    assert sent.exit_code == 0, sent.output
    assert worker == []
    received = json.loads(sent.stdout)
    assert received["status"] == "queued"
    later = alice_at_home("submissions", "--id", received["id"], "--wait")
    assert later.exit_code == 0, later.output
    assert "Public score: 0.5" in later.stdout
    assert "predictions.csv" in alice_at_home("submissions", "stars").stdout


def test_a_mistake_is_found_at_home_and_costs_nothing(alice_at_home, alices_team, file):
    assert alice_at_home("download", "stars").exit_code == 0
    file.write_text(BAD.replace("5,2", "5,6"))
    refused = alice_at_home("submit", file)
    assert refused.exit_code == 1
    assert "Line 2: rating 'n/a' is not a number." in refused.stderr
    assert "Line 6: rating '6' is above 5." in refused.stderr
    assert not Submission.objects.exists()


def test_the_site_finds_the_same_mistake_in_the_same_words(alice_at_home, alices_team, file, worker):
    file.write_text(BAD)
    refused = alice_at_home("submit", file, "--competition", "stars")
    assert refused.exit_code == 1
    assert "It is rejected; it does not count against the limit." in refused.stderr
    assert "Line 2: rating 'n/a' is not a number." in refused.stderr
    assert refused.stdout == ""
    document = json.loads(alice_at_home("submissions", "--id", Submission.objects.get().pk, "--json").stdout)
    assert (document["status"], document["exit_code"]) == ("rejected", 1)
    assert document["problems"][0]["line"] == 2


def test_another_test_csv_at_home_is_not_trusted(alice_at_home, alices_team, file, home, worker):
    (home / "data").mkdir()
    (home / "data" / "test.csv").write_text("id,user_id,book_name\n7,u,b\n")
    sent = alice_at_home("submit", file, "--competition", "stars")
    assert sent.exit_code == 0, sent.output
    assert "test.csv is not the site's" in sent.stderr


def test_what_fails_by_the_sites_fault_has_its_own_exit_code(alice_at_home, alices_team, file, settings):
    settings.MAX_TRIES = 1
    received = json.loads(alice_at_home("submit", file, "--competition", "stars", "--no-wait", "--json").stdout)
    Path(Submission.objects.get().file.path).unlink()
    score_waiting()
    failed = alice_at_home("submissions", "stars", "--id", received["id"][:8])
    assert failed.exit_code == 5
    assert "It is failed; it does not count against the limit." in failed.stderr


def test_the_daily_limit_is_told_before_a_byte_is_sent(alice_at_home, alices_team, competition, graded, file):
    competition.daily_limit = 1
    competition.save()
    graded(alices_team, PERFECT)
    refused = alice_at_home("submit", file, "--competition", "stars", "--json")
    assert refused.exit_code == 4
    assert "00:00 UTC" in refused.stderr
    assert json.loads(refused.stdout)["error"]["reset_at"].endswith("T00:00:00Z")
    assert Submission.objects.count() == 1


def test_who_has_not_joined_is_told_how(alice_at_home, competition, file):
    refused = alice_at_home("submit", file, "--competition", "stars")
    assert refused.exit_code == 3
    assert "python -m starter_kit join" in refused.stderr


def test_a_closed_competition_takes_nothing(alice_at_home, alices_team, competition, file):
    competition.closes_at = competition.created_at
    competition.save()
    refused = alice_at_home("submit", file, "--competition", "stars")
    assert refused.exit_code == 3
    assert refused.stderr
    assert not Submission.objects.exists()


def test_the_same_file_twice_is_said_and_sent_only_when_asked(alice_at_home, alices_team, file, worker):
    assert alice_at_home("submit", file, "--competition", "stars").exit_code == 0
    twice = alice_at_home("submit", file, "--competition", "stars")
    assert twice.exit_code == 1
    assert "has sent this very file before" in twice.stderr
    assert "--again" in twice.stderr
    assert Submission.objects.count() == 1
    assert alice_at_home("submit", file, "--competition", "stars", "--again").exit_code == 0
    assert Submission.objects.count() == 2


def test_a_scored_file_is_chosen_for_the_final_ranking(alice_at_home, alices_team, file, worker):
    sent = alice_at_home("submit", file, "--competition", "stars", "--select", "--json")
    assert sent.exit_code == 0, sent.output
    assert json.loads(sent.stdout)["is_selected"] is True
    assert Submission.objects.get().is_selected


def test_a_large_file_goes_in_chunks_and_on_after_a_lost_connection(
    alice_at_home, alices_team, long_file, worker, live_server, monkeypatch
):
    with cut_connection(live_server.url) as line:
        _by(line, live_server, monkeypatch)
        # A chunk is lost on its way, then the answer to one, then the answer to the end.
        line.cuts = [Cut(b"PUT", there=100), Cut(b"PUT"), Cut(b"POST", back=20)]
        sent = alice_at_home("submit", long_file, "--competition", "stars", "--json")
        assert sent.exit_code == 0, sent.output
        assert line.cuts == []
    assert "Trying again" in sent.stderr
    assert json.loads(sent.stdout)["bytes"] == long_file.stat().st_size
    assert Submission.objects.get().status == Status.SCORED


def test_what_one_command_has_begun_another_one_goes_on_with(
    alice_at_home, alices_team, long_file, worker, live_server, monkeypatch
):
    monkeypatch.setattr("starter_kit.site.sending.LONG_PATIENCE_SECONDS", 0.0)
    with cut_connection(live_server.url) as line:
        _by(line, live_server, monkeypatch)
        # Two chunks arrive, the third is lost.
        line.cuts = [Cut(b"PUT", back=100_000), Cut(b"PUT", back=100_000), Cut(b"PUT", there=0)]
        cut_off = alice_at_home("submit", long_file, "--competition", "stars")
    assert cut_off.exit_code == 6
    assert "The same command goes on where it was." in cut_off.stderr
    begun = ChunkedUpload.objects.get()
    assert 0 < begun.received_bytes < long_file.stat().st_size
    monkeypatch.setenv("HOLDOUT_SITE", live_server.url)
    sent = alice_at_home("submit", long_file, "--competition", "stars")
    assert sent.exit_code == 0, sent.output
    assert f"Going on: {begun.received_bytes} of {long_file.stat().st_size} bytes are there already." in sent.stderr
    assert ChunkedUpload.objects.get().pk == begun.pk
    assert Submission.objects.count() == 1


def test_ctrl_c_within_an_upload_says_how_it_goes_on(alice_at_home, alices_team, long_file, live_server, monkeypatch):
    monkeypatch.setattr("time.sleep", _ctrl_c(threading.current_thread()))
    with cut_connection(live_server.url) as line:
        _by(line, live_server, monkeypatch)
        line.cuts = [Cut(b"PUT", there=0)]
        stopped = alice_at_home("submit", long_file, "--competition", "stars")
    assert stopped.exit_code == 130
    assert "The same command goes on where it was." in stopped.stderr
    assert ChunkedUpload.objects.get().is_open


def test_a_site_that_has_been_asked_too_often_is_waited_for(alice_at_home, alices_team, file, settings, monkeypatch):
    alices, pauses = threading.current_thread(), []

    def pause(seconds: float) -> None:
        if threading.current_thread() is alices:
            pauses.append(seconds)
            score_waiting()
            # The first pause is over when the site's minute is nearly used up; the second one waits for the next.
            settings.API_REQUESTS_PER_TOKEN = 1 if len(pauses) == 1 else 600

    monkeypatch.setattr("time.sleep", pause)
    sent = alice_at_home("submit", file, "--competition", "stars")
    assert sent.exit_code == 0, sent.output
    assert "Too many requests." in sent.stderr
    assert pauses[1] >= 1


def test_a_question_that_was_asked_too_often_says_when_to_ask_again(alice_at_home, alices_team, settings):
    settings.API_REQUESTS_PER_TOKEN = 1
    assert alice_at_home("quota", "stars").exit_code == 0
    refused = alice_at_home("quota", "stars", "--json")
    assert refused.exit_code == 4
    assert json.loads(refused.stdout)["error"]["retry_at"].endswith("Z")


def test_a_file_whose_answer_is_lost_is_not_sent_twice(
    alice_at_home, alices_team, file, worker, live_server, monkeypatch
):
    with cut_connection(live_server.url) as line:
        _by(line, live_server, monkeypatch)
        line.cuts = [Cut(b"POST")]
        sent = alice_at_home("submit", file, "--competition", "stars")
        assert sent.exit_code == 0, sent.output
        assert line.cuts == []
    assert Submission.objects.count() == 1


def test_ctrl_c_leaves_the_submission_and_says_how_to_look_again(alice_at_home, alices_team, file, monkeypatch):
    monkeypatch.setattr("time.sleep", _ctrl_c(threading.current_thread()))
    stopped = alice_at_home("submit", file, "--competition", "stars", "--json")
    assert stopped.exit_code == 130
    submission = Submission.objects.get()
    assert f"python -m starter_kit submissions --id {submission.pk} --wait" in stopped.stderr
    assert json.loads(stopped.stdout)["error"]["submission"]["id"] == str(submission.pk)
    assert submission.status == Status.QUEUED


def test_a_name_and_a_password_for_this_once_leave_nothing_behind(
    kit, alice, alices_team, file, worker, monkeypatch, tmp_path, live_server
):
    monkeypatch.setenv("KIT_PASSWORD", PASSWORD)
    page = f"{live_server.url}/competitions/stars/"
    sent = kit("submit", file, "--page", page, "--user", "alice")
    assert sent.exit_code == 0, sent.output
    assert not Token.objects.exists()
    assert not (tmp_path / "config").exists()


def _ctrl_c(alices: threading.Thread):
    """Alice presses Ctrl-C when her kit pauses."""

    def stop(seconds: float) -> None:
        if threading.current_thread() is alices:
            raise KeyboardInterrupt

    return stop


def _by(line, live_server, monkeypatch) -> None:
    """The kit reaches the site by that line, as who is signed in there."""
    monkeypatch.setenv("HOLDOUT_TOKEN", KeptTokens().of(live_server.url).token)
    monkeypatch.setenv("HOLDOUT_SITE", line.url)
