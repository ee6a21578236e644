"""Second factors: an app with codes, recovery codes, keys; asked for at every door, the admin's too."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from test_own_account import PASSWORD, prove_oneself, text

SIGN_IN, ACTIVATE, CODES = "/accounts/login/", "/accounts/2fa/totp/activate/", "/accounts/2fa/recovery-codes/"


def code(secret, later=0):
    """What the app shows now, or so many half minutes later; a code serves once."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def set_up_app(client):
    """Go through the pages; returns the secret that the app keeps."""
    page = text(prove_oneself(client, ACTIVATE))
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r'id="authenticator_secret" readonly value="(\w+)"', page)[1]
    answer = client.post(ACTIVATE, {"code": code(secret)}, follow=True)
    assert "Recovery Codes" in text(answer)
    return secret


@pytest.fixture
def secret(as_alice, alice):
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return set_up_app(as_alice)


def by_password(name="alice", onward="/account/"):
    client = Client()
    answer = client.post(SIGN_IN, {"login": name, "password": PASSWORD, "next": onward})
    return client, answer


def test_with_an_app_the_password_alone_opens_nothing(secret):
    client, answer = by_password()
    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/account/").status_code == 302
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code." in text(wrong)
    assert client.get("/account/").status_code == 302
    right = client.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)})
    assert right.url == "/account/"
    assert client.get("/account/").status_code == 200


def test_a_recovery_code_opens_the_account_once(as_alice, secret):
    page = text(as_alice.get(CODES))
    first = re.search(r"<textarea[^>]*>\s*(\d+)", page)[1]
    for expected in (200, 302):
        client, _ = by_password()
        client.post("/accounts/2fa/authenticate/", {"code": first})
        assert client.get("/account/").status_code == expected


def test_the_address_is_told_when_an_app_is_turned_off(as_alice, secret, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        as_alice.post("/accounts/2fa/totp/deactivate/")
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"]]
    assert "Authenticator app deactivated." in mail.outbox[0].body
    assert not Authenticator.objects.filter(type="totp").exists()
    _, answer = by_password()
    assert answer.url == "/account/"


def test_a_session_that_was_left_open_changes_no_second_factor(as_alice):
    assert as_alice.get(ACTIVATE).url.startswith("/accounts/reauthenticate/")
    assert as_alice.get("/accounts/2fa/webauthn/add/").url.startswith("/accounts/reauthenticate/")


def test_the_admins_door_asks_for_the_second_factor(olga):
    client, answer = by_password("olga", "/admin/")
    assert answer.url == "/admin/"
    EmailAddress.objects.create(user=olga, email=olga.email, verified=True, primary=True)
    secret = set_up_app(client)
    client, answer = by_password("olga", "/admin/")
    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/?next=/admin/").url.startswith(SIGN_IN)
    # The admin's own form of name and password does not exist.
    assert client.post("/admin/login/", {"username": "olga", "password": PASSWORD}).url.startswith(SIGN_IN)
    assert client.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_an_account_without_a_confirmed_address_can_have_a_second_factor_and_change_the_address(as_alice, alice):
    """A site without a mail server confirms nobody."""
    set_up_app(as_alice)
    as_alice.post("/accounts/email/", {"email": "ada@example.org", "action_add": ""})
    assert EmailAddress.objects.filter(user=alice, email="ada@example.org").exists()


def test_keys_are_offered_under_a_name_and_not_under_a_number(alice):
    for host, possible in (("localhost", True), ("127.0.0.1", False), ("[::1]", False), ("testserver", False)):
        client = Client(headers={"host": f"{host}:8000"})
        client.force_login(alice)
        page = text(client.get("/accounts/2fa/"))
        assert ("data-no-passkeys" not in page) == possible, host
        assert ('href="/accounts/2fa/webauthn/add/"' in page) == possible, host
    secure = Client(headers={"host": "localhost"})
    secure.force_login(alice)
    assert "data-no-passkeys" not in text(secure.get("/accounts/2fa/", secure=True))


def test_a_key_is_made_for_the_sites_name_without_its_port(alice):
    client = Client(headers={"host": "localhost:8000"})
    client.force_login(alice)
    page = text(prove_oneself(client, "/accounts/2fa/webauthn/add/"))
    assert re.search(r'"rp": \{"name": "Holdout", "id": "localhost"\}', page)
    scripts = [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag]
    assert all("application/json" in tag for tag in scripts)
    assert 'src="/static/site/keys.js"' in page


@pytest.mark.parametrize("address", [ACTIVATE, CODES, "/accounts/2fa/totp/deactivate/", "/accounts/2fa/webauthn/"])
def test_no_page_of_second_factors_has_a_style_or_a_script_of_its_own(as_alice, secret, address):
    page = text(as_alice.get(address, follow=True))
    assert " style=" not in page
    assert [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "json" not in tag] == []
    assert "data-account-sections" in page


def test_the_name_that_somebody_gave_a_key_is_shown_as_text(as_alice, alice):
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "<b>mine</b>"})
    page = text(as_alice.get("/accounts/2fa/webauthn/"))
    assert "&lt;b&gt;mine" in page
    assert "<b>mine" not in page
