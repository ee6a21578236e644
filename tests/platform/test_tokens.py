"""Tokens: made on the account's page or by password, shown once, used until they end or are revoked."""

import re

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from accounts.models import Letter, Token, User
from accounts.tokens import make_token

PAGE = "/account/tokens/"
NEW = f"{PAGE}new/"
API = "/api/v1/tokens/"


def signed_in(user: User) -> Client:
    """In a browser; the password was just typed once more, as making a token asks for it."""
    client = Client()
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": "a fine password"})
    return client


def by_password(client: Client, **more):
    asked = {"username": "alice", "password": "a fine password", "name": "laptop"} | more
    return client.post(API, asked, content_type="application/json")


def works(key: str) -> bool:
    return Client(headers={"Authorization": f"Token {key}"}).get("/api/v1/me/").status_code == 200


def test_a_token_made_on_the_page_is_shown_once_and_works(alice):
    browser = signed_in(alice)
    made = browser.post(NEW, {"name": "laptop", "days": "30"}).content.decode()
    key = re.search(r"data-token>(holdout_[0-9a-f]+)<", made)[1]
    assert works(key)
    again = browser.get(PAGE).content.decode()
    assert "laptop" in again
    assert key not in again
    assert key not in str(Token.objects.values())


def test_the_page_of_a_new_token_says_how_to_use_it(alice):
    browser = signed_in(alice)
    made = browser.post(NEW, {"name": "laptop", "days": "30"}).content.decode()
    assert "./run kit login --token --site http://testserver<" in made
    assert "Authorization: Token …&quot; http://testserver/api/v1/me/" in made.replace('"', "&quot;")
    assert 'active" href="/account/tokens/" aria-current="page"' in made


def test_a_token_is_revoked_on_the_page(alice):
    token, key = make_token(alice, "laptop")
    browser = signed_in(alice)
    after = browser.post(f"{PAGE}{token.pk}/revoke/", follow=True).content.decode()
    assert "“laptop” is revoked" in after
    assert not works(key)


def test_another_password_ends_every_token_and_the_page_says_so(alice):
    key = make_token(alice, "laptop")[1]
    browser = signed_in(alice)
    page = "/accounts/password/change/"
    assert "every token of yours ends" in browser.get(page).content.decode()
    new = {"oldpassword": "a fine password", "password1": "a finer password", "password2": "a finer password"}
    assert browser.post(page, new | {"oldpassword": "wrong"}).status_code == 200
    assert works(key)
    assert browser.post(page, new).status_code == 302
    assert not works(key)
    assert not Token.objects.exists()


def test_the_owner_hears_of_a_new_token_by_letter(alice, client):
    by_password(client)
    (letter,) = Letter.objects.all()
    assert (letter.to, letter.subject) == ("alice@example.org", "A new token for your account")
    assert "A token called “laptop” was made for your account alice." in letter.text
    assert "http://localhost:8000/account/tokens/" in letter.text
    by_password(client, password="wrong")
    User.objects.update(email="")
    make_token(User.objects.get(), "CI")
    assert Letter.objects.count() == 1


def test_nobody_revokes_the_token_of_somebody_else(alice, bob):
    token, key = make_token(alice, "laptop")
    assert signed_in(bob).post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    assert works(key)


def test_the_menu_shows_where_one_is_while_one_makes_a_token(alice):
    for address in (PAGE, NEW):
        here = re.search(r'href="([^"]+)" aria-current="page"', signed_in(alice).get(address).content.decode())
        assert here is not None, address
        assert here[1] == PAGE


def test_an_unlocked_screen_makes_no_token(as_alice):
    assert as_alice.get(PAGE).status_code == 200
    for answer in (as_alice.get(NEW), as_alice.post(NEW, {"name": "laptop", "days": "30"})):
        assert "/accounts/reauthenticate/" in answer["Location"]
    assert not Token.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "100000", "x", ""])
def test_the_page_offers_the_days_that_the_site_allows_and_no_others(alice, settings, days):
    settings.TOKEN_DAYS = 60
    browser = signed_in(alice)
    offered = re.findall(r'<option value="(\d+)"', browser.get(NEW).content.decode())
    assert offered == ["7", "30", "60"]
    assert browser.post(NEW, {"name": "laptop", "days": days}).status_code == 400


def test_nobody_has_more_tokens_than_the_limit(alice, settings):
    settings.TOKENS_PER_USER = 1
    make_token(alice, "laptop")
    refused = signed_in(alice).post(NEW, {"name": "CI", "days": "7"})
    assert refused.status_code == 409
    assert "You have 1 token, as many as one may have." in refused.content.decode()
    Token.objects.update(expiry="2026-01-02T03:04:05Z")
    assert signed_in(alice).post(NEW, {"name": "CI", "days": "7"}).status_code == 200


def test_a_token_by_password(alice, client):
    made = by_password(client, expires_in_days=3)
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert works(made.json()["token"])
    assert made.json()["name"] == "laptop"


def test_the_e_mail_address_stands_for_the_user_name(alice, client):
    assert by_password(client, username="alice@example.org").status_code == 201


def test_a_wrong_password_makes_none_and_is_tried_only_so_often(alice, client):
    answers = [by_password(client, password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[0].json()["code"] == "wrong_credentials"
    assert int(answers[5]["Retry-After"]) > 0
    # The right one does not help now: the site's own sign-in counts the same tries.
    assert by_password(client).json()["code"] == "too_many_attempts"
    page = client.post("/accounts/login/", {"login": "alice", "password": "a fine password"}).content.decode()
    assert "Too many failed tries to sign in" in page


def test_a_crowd_does_not_make_the_site_forget_wrong_passwords(alice, client):
    for _ in range(6):
        by_password(client, password="wrong")
    cache.set_many({f"somebody-else-{number}": 1 for number in range(310)})
    assert by_password(client).json()["code"] == "too_many_attempts"


def test_a_closed_account_gets_none(alice, client):
    User.objects.update(is_active=False)
    answer = by_password(client)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_closed")


@pytest.mark.parametrize("days", [0, 366])
def test_a_token_lasts_no_longer_than_the_site_allows(alice, client, days):
    assert by_password(client, expires_in_days=days).status_code in (400, 409)
    assert not Token.objects.exists()


def test_what_is_missing_is_named(client, db):
    problem = client.post(API, {"username": "alice"}, content_type="application/json").json()
    assert problem["status"] == 400
    assert [one["field"] for one in problem["problems"]] == ["password", "name"]


def test_logging_out_revokes_the_token_that_asks(alice):
    _, key = make_token(alice, "laptop")
    program = Client(headers={"Authorization": f"Token {key}"})
    other = make_token(alice, "CI")[1]
    assert program.delete(f"{API}current/").status_code == 204
    assert not works(key)
    assert works(other)


def test_tokens_are_listed_and_revoked_by_how_they_begin(alice, bob):
    key = make_token(alice, "laptop")[1]
    make_token(bob, "his")
    program = Client(headers={"Authorization": f"Token {key}"})
    (row,) = program.get(API).json()["results"]
    assert (row["name"], row["is_current"]) == ("laptop", True)
    assert key.startswith(row["id"])
    bobs = Token.objects.get(user=bob)
    assert program.delete(f"{API}{bobs.token_key}/").status_code == 404
    assert program.delete(f"{API}{row['id']}/").status_code == 204
    assert not works(key)


@pytest.mark.skipif(not apps.is_installed("allauth.mfa"), reason="this site has no second factors")
def test_a_password_alone_makes_no_token_where_a_second_factor_is_asked_for(alice, client):
    apps.get_model("mfa", "Authenticator").objects.create(user=alice, type="totp", data={"secret": "x"})
    answer = by_password(client)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    assert "/account/tokens/" in answer.json()["detail"]
    assert not Token.objects.exists()
