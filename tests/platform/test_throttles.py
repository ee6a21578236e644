"""How often somebody may try: at the sign-in, at the API, with files; and whose address counts."""

import pytest
from cast_of_stories import GOOD
from django.test import Client
from programs import API, STARS, Program

from accounts.models import User

SIGN_IN = "/accounts/login/"
# As allauth counts failures: five for one name within five minutes, ten from one address within one.
OF_ONE_NAME, OF_ONE_ADDRESS = 5, 10
PASSWORD = "a fine password"


def signs_in(client, name, password=PASSWORD, **head):
    answer = client.post(SIGN_IN, {"login": name, "password": password}, **head)
    return answer.status_code == 302, answer.content.decode()


def forwarded(address, through="192.0.2.1"):
    """As the server sees a request that names `address`, from whoever stands at `through`."""
    return {"headers": {"X-Forwarded-For": address}, "REMOTE_ADDR": through}


def test_whoever_guesses_at_one_account_is_stopped_even_with_the_right_password(client, alice):
    for number in range(OF_ONE_NAME):
        assert not signs_in(client, "alice", "a guess", REMOTE_ADDR=f"192.0.2.{number}")[0]
    has_entered, page = signs_in(client, "alice", REMOTE_ADDR="192.0.2.99")
    assert not has_entered
    assert "Too many failed tries to sign in" in page


@pytest.fixture
def crowd(db):
    people = [User(username=f"p{number}", password="!") for number in range(OF_ONE_ADDRESS)]
    return User.objects.bulk_create(people)


def test_without_a_proxy_no_head_gives_a_guesser_another_address(client, alice, crowd):
    for number, person in enumerate(crowd):
        signs_in(client, person.username, "a guess", **forwarded(f"203.0.113.{number}"))
    assert not signs_in(client, "alice", **forwarded("203.0.113.200"))[0]
    assert signs_in(client, "alice", REMOTE_ADDR="192.0.2.2")[0]


def test_behind_a_proxy_the_address_counts_that_it_has_added(client, alice, crowd, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    proxy = "10.0.0.1"
    for number, person in enumerate(crowd):
        # The guesser writes the first one, the proxy the last.
        signs_in(client, person.username, "a guess", **forwarded(f"203.0.113.{number}, 198.51.100.7", proxy))
    assert not signs_in(client, "alice", **forwarded("203.0.113.200, 198.51.100.7", proxy))[0]
    assert signs_in(client, "alice", **forwarded("198.51.100.8", proxy))[0]


def statuses(client, *heads):
    return [client.get(f"{API}/competitions/", **head).status_code for head in heads]


def test_the_api_counts_addresses_in_the_same_way(client, db, settings):
    settings.API_REQUESTS_PER_ADDRESS = 1
    assert statuses(client, forwarded("203.0.113.1"), forwarded("203.0.113.2")) == [200, 429]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert statuses(client, forwarded("203.0.113.1, 198.51.100.7"), forwarded("203.0.113.2, 198.51.100.7")) == [
        200,
        429,
    ]
    assert statuses(client, forwarded("198.51.100.8")) == [200]


@pytest.mark.parametrize("head", ["", ",", "nobody", "1.2.3.4, <script>", "9" * 5000])
def test_behind_a_proxy_a_head_that_names_no_address_is_no_failure_of_ours(client, db, settings, head):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    (status,) = statuses(client, forwarded(head))
    assert status in (200, 400, 403)


def test_files_have_a_rate_of_their_own(alice, alices_team, settings):
    settings.API_UPLOADS_PER_USER = 1
    program = Program(alice)
    assert program.send(GOOD).status_code == 201
    refused = program.send(GOOD)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    begun = program.post(f"{STARS}/uploads/", name="p.csv", size=5)
    assert begun.status_code == 429
    assert program.get(f"{API}/me/").status_code == 200


def test_another_tokens_password_is_guessed_no_faster_by_the_api(alice, settings):
    settings.API_SIGN_INS_PER_ADDRESS = 3
    asked = {"username": "alice", "password": "a guess", "name": "x"}
    client = Client()
    answers = [client.post(f"{API}/tokens/", asked, "application/json").status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]
    assert client.post(f"{API}/tokens/", asked | {"password": PASSWORD}, "application/json").status_code == 429
