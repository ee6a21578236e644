"""More comes than can be answered: the surplus is told to come back, and nothing of it is taken or lost."""

import json
from collections.abc import Iterator

import crowded_server
import pytest
from cast_of_stories import GOOD
from crowded_server import LONG, NOT_AT_ALL, SHORT
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kit_at_home import PASSWORD
from kit_at_home import home as home
from kit_at_home import kit as kit
from kit_at_home import worker as worker
from programs import API
from pytest_django.live_server_helper import LiveServer

from config.bodies import WAITED
from submissions.models import Submission

SUBMIT = "/competitions/stars/submit/"


def after(seconds: float) -> dict[str, float]:
    """What the web server tells of a request that has waited so long for a thread."""
    return {WAITED: seconds}


def a_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("predictions.csv", GOOD.encode())


@pytest.fixture
def moments(monkeypatch) -> list[float]:
    """The clock of this process, in seconds: [0.0] before anything is set."""
    now = [0.0]
    monkeypatch.setattr("pages.busy.monotonic", lambda: now[0])
    return now


def test_who_has_waited_in_a_standing_queue_is_told_when_to_come_back(as_alice, alices_team):
    with CaptureQueriesContext(connection) as asked:
        answer = as_alice.post(SUBMIT, {"file": a_file()}, **after(LONG))
    assert answer.status_code == 503
    assert 5 <= int(answer["Retry-After"]) <= 10
    assert f"try again in {answer['Retry-After']} s" in answer.content.decode()
    assert len(asked) == 0
    assert not Submission.objects.exists()


def test_the_pages_script_and_programs_are_answered_in_their_own_way(as_alice, alice, alices_team):
    script = as_alice.post(SUBMIT, {"file": a_file()}, headers={"accept": "application/json"}, **after(LONG))
    program = Client().get(f"{API}/competitions/", **after(LONG))
    for answer in (script, program):
        assert answer.status_code == 503
        said = answer.json()
        assert said["code"] == "busy"
        assert said["retry_after"] == int(answer["Retry-After"])
    assert "Nothing of yours was taken" in script.json()["problem"]
    assert program["Content-Type"] == "application/problem+json"
    assert program.json()["status"] == 503
    assert not Submission.objects.exists()


def test_a_burst_is_worked_off(moments, as_alice, alices_team):
    for second in range(5):
        moments[0] = second
        assert as_alice.get("/", **after(0.6)).status_code == 200
    moments[0] = 5
    assert as_alice.get("/", **after(0.6)).status_code == 503
    # In the same queue, who has waited less is served.
    assert as_alice.get("/", **after(0.4)).status_code == 200
    assert as_alice.get("/", **after(0.6)).status_code == 503


def test_a_queue_that_was_empty_for_a_moment_stands_anew(moments, as_alice, alices_team):
    for second in (0, 4, 8, 12):
        moments[0] = second
        assert as_alice.get("/", **after(3)).status_code == 200
        assert as_alice.get("/", **after(NOT_AT_ALL)).status_code == 200


def test_who_watches_the_site_and_who_organizes_gets_through(as_olga, competition):
    assert Client().get("/healthz", **after(LONG)).status_code == 200
    assert as_olga.get("/admin/", **after(LONG)).status_code == 200


def test_an_operator_can_have_everybody_wait_instead(settings, as_alice, alices_team):
    settings.BUSY_AFTER_SECONDS = 0
    assert as_alice.post(SUBMIT, {"file": a_file()}, **after(60)).status_code == 302
    assert Submission.objects.count() == 1


def test_under_a_server_that_tells_no_waiting_nobody_is_refused(as_alice, alices_team):
    assert as_alice.get("/").status_code == 200


@pytest.fixture
def crowded(home, settings, monkeypatch) -> Iterator[list[float]]:
    """A site of its own before the kit, whose next senders have waited as long as the list says."""
    settings.MIDDLEWARE = ["crowded_server.CrowdedServer", *settings.MIDDLEWARE]
    server = LiveServer("localhost")
    monkeypatch.setenv("HOLDOUT_SITE", server.url)
    waits: list[float] = []
    monkeypatch.setattr(crowded_server, "waits", waits)
    yield waits
    server.stop()


def test_the_kit_comes_back_by_itself(crowded, kit, alice, alices_team, home, worker):
    assert kit("login", "--username", "alice", typed=f"{PASSWORD}\n").exit_code == 0
    (home / "predictions.csv").write_text(GOOD)
    crowded += [LONG, LONG, SHORT]
    sent = kit("submit", home / "predictions.csv", "--competition", "stars")
    assert sent.exit_code == 0, sent.output
    assert "Public score: 0.5" in sent.stdout
    assert "Very many ask at once" in sent.stderr
    assert sent.stderr.count("Trying again in ") == 2
    # The site's sentence says when already.
    assert "It is possible again" not in sent.stderr
    assert all(5 <= pause <= 10 for pause in worker[:2])
    assert Submission.objects.count() == 1


def test_the_kit_gives_up_on_a_site_that_stays_busy(crowded, kit, alice, alices_team, home, worker, monkeypatch):
    assert kit("login", "--username", "alice", typed=f"{PASSWORD}\n").exit_code == 0
    (home / "predictions.csv").write_text(GOOD)
    monkeypatch.setattr("starter_kit.site.sending.LONG_PATIENCE_SECONDS", 1.0)
    crowded += [LONG] * 9
    refused = kit("submit", home / "predictions.csv", "--competition", "stars", "--json")
    assert refused.exit_code == 5
    assert json.loads(refused.stdout)["error"]["code"] == "busy"
    assert not Submission.objects.exists()
