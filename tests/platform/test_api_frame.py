"""What all of the API has in common: who may ask, how it refuses, how it says that nothing has changed."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from accounts.models import Token, User
from accounts.tokens import make_token, revoke
from api.docs import document

API = "/api/v1/"


def with_token(user: User) -> Client:
    """A program of that person's."""
    _, key = make_token(user, "a program")
    return Client(headers={"Authorization": f"Token {key}"})


def test_a_token_signs_its_owner_in(alice):
    answer = with_token(alice).get(f"{API}me/")
    assert answer.status_code == 200
    assert answer.json() == {
        "username": "alice",
        "display_name": "alice",
        "email": "alice@example.org",
        "is_organizer": False,
    }


def test_nobody_is_told_to_sign_in_as_a_problem(client, db):
    answer = client.get(f"{API}me/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Token"
    problem = answer.json()
    assert problem["status"] == 401
    assert problem["code"] == "not_authenticated"


@pytest.mark.parametrize("key", ["holdout_0000", "é", "x" * 5000])
def test_a_token_that_is_none_is_refused(db, key):
    answer = Client(headers={"Authorization": f"Token {key}"}).get(f"{API}me/")
    assert answer.status_code == 401
    assert "/account/tokens/" in answer.json()["detail"]


def test_an_expired_token_says_when_it_did(alice):
    program = with_token(alice)
    Token.objects.update(expiry="2026-01-02T03:04:05Z")
    answer = program.get(f"{API}competitions/")
    assert answer.status_code == 401
    assert "expired on 2026-01-02" in answer.json()["detail"]


def test_a_revoked_token_is_over_at_once(alice):
    program = with_token(alice)
    revoke(Token.objects.get())
    assert program.get(f"{API}me/").status_code == 401


def test_a_person_who_was_locked_out_is_locked_out_here_too(alice):
    program = with_token(alice)
    User.objects.update(is_active=False)
    assert program.get(f"{API}me/").status_code == 401


def test_the_last_use_is_noted_once_a_minute(alice, django_assert_num_queries):
    program = with_token(alice)
    program.get(f"{API}me/")
    noted = Token.objects.get().last_used_at
    with django_assert_num_queries(1):
        program.get(f"{API}me/")
    assert Token.objects.get().last_used_at == noted
    Token.objects.update(last_used_at=noted - timedelta(minutes=2))
    program.get(f"{API}me/")
    assert Token.objects.get().last_used_at >= noted


def test_an_address_that_is_none_is_a_problem_too(client, db):
    answer = client.get(f"{API}competition/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_what_has_not_changed_is_not_sent_again(client, competition):
    first = client.get(f"{API}competitions/")
    again = client.get(f"{API}competitions/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    competition.title = "Six stars"
    competition.save()
    changed = client.get(f"{API}competitions/", headers={"If-None-Match": first["ETag"]})
    assert changed.json()["results"][0]["title"] == "Six stars"


def test_whoever_asks_too_often_is_told_when_to_go_on(client, db, settings):
    settings.API_REQUESTS_PER_ADDRESS = 2
    answers = [client.get(f"{API}competitions/", REMOTE_ADDR="192.0.2.7") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert answers[2].json()["code"] == "too_many_requests"
    assert answers[2].json()["retry_at"].endswith("Z")


def test_each_token_has_its_own_rate(alice, settings):
    settings.API_REQUESTS_PER_TOKEN = 1
    first, second = with_token(alice), with_token(alice)
    assert first.get(f"{API}me/").status_code == 200
    assert first.get(f"{API}me/").status_code == 429
    assert second.get(f"{API}me/").status_code == 200


def test_the_list_of_competitions_takes_as_many_queries_for_many(client, competition, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert client.get(f"{API}competitions/").json()["count"] == 1
    for number in range(5):
        competition.pk = None
        competition.slug = f"stars-{number}"
        competition.save()
    with django_assert_num_queries(2):
        listed = client.get(f"{API}competitions/").json()
    assert len(listed["results"]) == 6
    assert (listed["next"], listed["previous"]) == (None, None)


def test_the_description_is_served(client, db):
    document = client.get(f"{API}schema/").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/competitions/" in document["paths"]


def test_a_body_that_is_too_large_is_refused_by_its_head(alice):
    program = with_token(alice)
    refused = program.post(f"{API}competitions/stars/join/", "{}", "application/json", CONTENT_LENGTH="1000001")
    assert (refused.status_code, refused["Content-Type"]) == (413, "application/problem+json")
    assert refused.json()["detail"] == "The request has 1,000,001 bytes; at most 1,000,000 are taken here."


@pytest.mark.parametrize("body", ["{", "[" * 200_000, '{"name": NaN}', "[]", '{"accept_rules": "\\u0000"}', b"\xff"])
def test_a_body_that_cannot_be_read_is_the_senders_problem(alice, competition, body):
    refused = with_token(alice).post(f"{API}competitions/stars/join/", body, "application/json")
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")


def test_another_kind_of_body_is_refused(alice, competition):
    refused = with_token(alice).post(f"{API}competitions/stars/join/", "accept_rules=true", "text/plain")
    assert refused.status_code == 415


def test_every_answer_that_is_described_has_an_example(client, db):
    for path, methods in client.get(f"{API}schema/").json()["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    is_file = kind in ("application/octet-stream", "application/zip", "text/csv")
                    assert is_file or content.get("examples"), (method, path, status)
            assert operation["summary"], path


def test_the_page_of_the_description_has_its_files_among_those_that_a_site_collects(client, db, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    by_name = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": by_name}
    call_command("prepare_static")
    assert client.get("/api/docs/").status_code == 200


def test_the_page_of_the_description_has_neither_script_nor_style_within(client, db):
    page = client.get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script src=") == text.count("<script") == 6
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"] == "application/javascript"
    assert '"/api/v1/schema/"' in script.content.decode().replace("\\u002D", "-")


def test_the_description_is_in_english_whoever_asks_first():
    document.cache_clear()
    with override("de"):
        made = document()
    asked = made["paths"]["/api/v1/competitions/"]["get"]["parameters"]
    said = {one["name"]: one["description"] for one in asked}
    assert said["page"] == "A page number within the paginated result set."
