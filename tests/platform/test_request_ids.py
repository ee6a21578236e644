"""One id from the request to the grading: in the answer, in the row, in the log; and nothing secret beside it."""

import io
import json
import logging
import re

import pytest
from cast_of_stories import BAD, GOOD, SOLUTION
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from programs import Program

from accounts.models import User
from grading.tasks import score_waiting
from submissions.models import Submission

ID = "proxy-0123.abc_DEF"
SUBMIT = "/competitions/stars/submit/"


@pytest.fixture
def logged():
    """logged() returns the lines that the site has written since, each as its fields."""
    stream = io.StringIO()
    formatter = site_settings.LOGGING["formatters"]["lines"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter["()"](**{name: value for name, value in formatter.items() if name != "()"}))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def upload(client, content=GOOD, **headers):
    return client.post(SUBMIT, {"file": SimpleUploadedFile("p.csv", content.encode())}, headers=headers)


def test_an_upload_and_its_grading_carry_the_id_that_the_proxy_gave(competition, alices_team, as_alice, logged):
    answer = upload(as_alice, **{"X-Request-ID": ID})
    assert answer["X-Request-ID"] == ID
    submission = Submission.objects.get()
    assert submission.request_id == ID
    score_waiting()
    finished = next(line for line in logged() if line["event"] == "request_finished")
    assert (finished["request_id"], finished["request"]) == (ID, f"POST {SUBMIT}")
    (done,) = [line for line in logged() if line["event"] == "step_done"]
    assert done["request_id"] == ID
    assert (done["submission"], done["attempt"], done["doing"]) == (str(submission.pk), 1, "scoring")


def test_a_failure_of_ours_is_logged_with_it_and_the_next_try_too(competition, alices_team, as_alice, logged, settings):
    settings.RETRY_PAUSE_SECONDS = 0
    upload(as_alice, **{"X-Request-ID": ID})
    competition.solutions.update(is_active=False)
    score_waiting()
    failed = [line for line in logged() if line["event"] == "step_failed"]
    assert [line["attempt"] for line in failed] == [1, 2, 3]
    assert {line["request_id"] for line in failed} == {ID}
    assert "NoActiveSolution" in failed[0]["exception"]


@pytest.mark.parametrize(
    "sent", ["", "short", "x" * 65, "with space 1", 'quote"-12345', "zeile\x0b-12345", "käse-12345"]
)
def test_an_id_that_is_not_well_formed_gives_way_to_one_of_ours(db, sent):
    first, second = (Client().get("/accounts/login/", headers={"X-Request-ID": sent})["X-Request-ID"] for _ in "ab")
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second


def test_whatever_is_refused_says_its_id(competition, as_alice, settings):
    away = Client().get("/nowhere/", headers={"X-Request-ID": ID})
    assert (away.status_code, away["X-Request-ID"]) == (404, ID)
    assert ID in away.content.decode()
    stranger = Client(enforce_csrf_checks=True).post("/accounts/login/", headers={"X-Request-ID": ID})
    assert stranger.status_code == 403
    assert ID in stranger.content.decode()
    settings.MAINTENANCE = "We move."
    closed = Client().get("/", headers={"X-Request-ID": ID})
    assert (closed.status_code, closed["X-Request-ID"]) == (503, ID)


def test_the_page_of_our_own_faults_names_the_id_under_which_it_is_logged(db, monkeypatch, logged):
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_request", broken)
    answer = Client(raise_request_exception=False).get("/", headers={"X-Request-ID": ID})
    assert answer.status_code == 500
    assert f"<code>{ID}</code>" in answer.content.decode()
    (failed,) = [line for line in logged() if line["event"] == "request_failed"]
    assert failed["request_id"] == ID
    assert "a fault of ours" in failed["exception"]


def test_the_log_of_a_whole_story_holds_nothing_that_lets_anybody_in(competition, mailoutbox, logged):
    logging.getLogger().setLevel(logging.DEBUG)
    client = Client()
    password = "correct horse battery"
    person = {"username": "erin", "email": "erin@example.org", "password1": password, "password2": password}
    assert client.post("/accounts/signup/", person).status_code == 302
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "erin", "password": "a wrong password"})
    client.post("/accounts/login/", {"login": "erin", "password": password})
    client.post("/competitions/stars/join/", {"accept_rules": "on"})
    erin = User.objects.get(username="erin")
    upload(client, GOOD)
    upload(client, BAD.replace("n/a", "a-word-of-the-file"))
    program = Program(erin)
    assert program.get("/api/v1/competitions/stars/submissions/").status_code == 200
    key = program.client.defaults["HTTP_AUTHORIZATION"].split()[1]
    link = f"/competitions/stars/team/link/{'s3cret' * 5}/"
    client.get(link)
    client.get(f"/accounts/password/reset/key/3-{'r3set' * 4}/")
    client.get(f"/accounts/confirm-email/{'c0nfirm' * 3}/")
    score_waiting()
    # What could go wrong with the labels in hand.
    upload(client, GOOD.replace("1,4", "1,5"))
    competition.solutions.update(is_active=False)
    score_waiting()
    lines = logged()
    said = json.dumps(lines)
    assert {"request_finished", "step_done", "step_failed"} <= {line["event"] for line in lines}
    secrets = [
        password,
        "a wrong password",
        key,
        key[8:],
        client.session.session_key,
        client.cookies["sessionid"].value,
    ]
    secrets += ["s3cret", "r3set", "c0nfirm", "a-word-of-the-file", "erin@example.org", site_settings.SECRET_KEY]
    secrets += [*SOLUTION.splitlines()[1:], "1,4\\n2,3"]
    assert [secret for secret in secrets if secret in said] == []
