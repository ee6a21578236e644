"""One's own data as a file: whole, for oneself alone, with what was told and nothing that opens an account."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cast_of_stories import BAD
from django.test import Client
from django.utils import timezone
from ladder_of_stories import FIRST_RUNG, NOT_CLEARLY_BETTER
from test_own_account import PASSWORD, prove_oneself, text

from accounts import outbox
from accounts.models import Token, User
from accounts.tokens import make_token
from competitions.models import Competition
from submissions.models import Submission
from teams.entry_invitations import invite_addresses

FILE = "/account/data/file/"


def data_of(client):
    """Take the file, by the page's own way the first time."""
    answer = client.get(FILE)
    if answer.status_code == 302:
        answer = prove_oneself(client, FILE)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="holdout-')
    return json.loads(b"".join(answer.streaming_content))


def test_the_file_holds_account_teams_submissions_and_letters(as_alice, alice, alices_team, graded):
    User.objects.filter(pk=alice.pk).update(display_name="Ada")
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    sent = graded(alices_team)
    graded(alices_team, BAD, "bad.csv")
    outbox.post_all([outbox.letter_for(alice, "News", "There are news.")])
    data = data_of(as_alice)
    assert data["account"]["user_name"] == "alice"
    assert data["account"]["display_name"] == "Ada"
    assert data["addresses"] == [{"email": "alice@example.org", "is_confirmed": True, "is_primary": True}]
    (team,) = data["teams"]
    assert (team["team"], team["is_captain"], len(team["rules_sha256"])) == ("alice", True, 64)
    good, bad = data["submissions"]
    assert (good["public_score"], good["private_score"], good["metric"]) == ("0.500", None, "MSE")
    assert good["link"] == f"http://testserver/submissions/{sent.pk}/"
    assert as_alice.get(good["file_link"]).status_code == 200
    assert (bad["status"], bad["problems"][0]["line"]) == ("rejected", 2)
    assert [letter["text"] for letter in data["letters"]] == ["There are news."]


def test_a_private_score_is_in_it_when_everybody_sees_it(as_alice, alices_team, graded):
    graded(alices_team)
    assert data_of(as_alice)["submissions"][0]["private_score"] is None
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=9), closes_at=now - timedelta(hours=1))
    assert data_of(as_alice)["submissions"][0]["private_score"] == "3.000"


def test_a_score_that_was_not_told_is_not_in_it(ladder, alices, graded, as_alice):
    graded(alices, FIRST_RUNG)
    graded(alices, NOT_CLEARLY_BETTER)
    told, untold = data_of(as_alice)["submissions"]
    assert told["public_score"] is not None
    assert (untold["public_score"], untold["told"]) == (None, "no significant improvement")


def test_nothing_that_opens_an_account_is_in_it(as_alice, alice):
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "OPENSESAME"})
    _, key = make_token(alice, "my laptop")
    as_alice.post("/accounts/reauthenticate/", {"password": PASSWORD})
    data = data_of(as_alice)
    said = json.dumps(data)
    assert "totp" in said
    assert [token["name"] for token in data["tokens"]] == ["my laptop"]
    for secret in (
        "OPENSESAME",
        key,
        Token.objects.get().digest,
        User.objects.get(pk=alice.pk).password,
        as_alice.cookies["sessionid"].value,
    ):
        assert secret not in said


def test_an_address_that_was_never_proven_brings_nobody_elses_letters(alices_team, olga):
    """Mallory names the address of somebody who is invited: the link in that letter is not hers."""
    mallory = User.objects.create_user("mallory", "victim@example.net", PASSWORD)
    invite_addresses(alices_team.competition, ["victim@example.net"], olga, "http://site")
    client = Client()
    client.force_login(mallory)
    assert data_of(client)["letters"] == []
    EmailAddress.objects.create(user=mallory, email="victim@example.net", verified=True, primary=True)
    assert len(data_of(client)["letters"]) == 1


def test_what_others_have_sent_is_not_in_it(as_alice, alices_team, bobs_team, graded):
    graded(bobs_team)
    assert data_of(as_alice)["submissions"] == []


def test_a_session_that_was_left_open_does_not_give_it_away(as_alice):
    assert as_alice.get(FILE).url.startswith("/accounts/reauthenticate/")
    assert Client().get(FILE).url.startswith("/accounts/login/")


def test_it_is_not_to_be_had_all_the_time(as_alice, settings):
    settings.ACCOUNT_RATE_LIMITS = {"own_data": "2/h/user"}
    for _ in range(2):
        data_of(as_alice)
    assert as_alice.get(FILE).status_code == 429
    assert "Download" in text(as_alice.get("/account/data/"))


@pytest.mark.parametrize("count", [1, 30])
def test_thirty_submissions_cost_as_many_questions_as_one(
    as_alice, alice, alices_team, graded, count, django_assert_max_num_queries
):
    sent = graded(alices_team)
    data_of(as_alice)
    for number in range(count - 1):
        Submission.objects.create(
            competition=sent.competition,
            team=alices_team,
            submitted_by=alice,
            kind="predictions",
            file=sent.file.name,
            original_name=f"{number}.csv",
            size_bytes=1,
            sha256="0" * 64,
            submitted_at=timezone.now(),
            waiting_since=timezone.now(),
        )
    with django_assert_max_num_queries(35):
        assert len(data_of(as_alice)["submissions"]) == count
