"""The kit before a site: signing in by password or token, and out again."""

import json
import os
import stat

import pytest
from kit_at_home import PASSWORD
from kit_at_home import alice_at_home as alice_at_home
from kit_at_home import home as home
from kit_at_home import kit as kit

from accounts.models import Token
from accounts.tokens import make_token


@pytest.fixture
def kept(tmp_path):
    """The file of tokens."""
    return tmp_path / "config" / "holdout" / "tokens.json"


def test_a_name_and_a_password_sign_in_once_for_all_commands(kit, alice, competition, kept):
    signed_in = kit("login", "--username", "alice", typed=f"{PASSWORD}\n")
    assert signed_in.exit_code == 0, signed_in.output
    assert "as alice" in signed_in.stdout
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    (entry,) = json.loads(kept.read_text())["sites"].values()
    assert Token.objects.get().user == alice
    assert entry["token"] not in signed_in.output
    assert PASSWORD not in kept.read_text()
    listed = kit("competitions")
    assert listed.exit_code == 0, listed.output
    assert "stars" in listed.stdout


def test_the_password_may_come_from_the_environment(kit, alice, monkeypatch):
    monkeypatch.setenv("KIT_PASSWORD", PASSWORD)
    assert kit("login", "--username", "alice").exit_code == 0


def test_a_wrong_password_keeps_nothing(kit, alice, kept):
    refused = kit("login", "--username", "alice", typed="another\n")
    assert refused.exit_code == 3
    assert "/accounts/password/reset/" in refused.stderr
    assert not kept.exists()


def test_a_token_made_on_the_site_does_as_well(kit, alice, competition, kept):
    _, key = make_token(alice, "my laptop")
    signed_in = kit("login", "--token", typed=f"{key}\n")
    assert signed_in.exit_code == 0, signed_in.output
    assert "as alice" in signed_in.stdout
    assert key not in signed_in.output
    assert key in kept.read_text()


def test_a_token_that_the_site_does_not_know_is_not_kept(kit, db, kept):
    refused = kit("login", "--token", typed="holdout_0000\n")
    assert refused.exit_code == 3
    assert "/account/tokens/" in refused.stderr
    assert not kept.exists()


def test_a_token_in_the_environment_needs_no_login(kit, alice, monkeypatch, kept):
    _, key = make_token(alice, "a script")
    monkeypatch.setenv("HOLDOUT_TOKEN", key)
    assert kit("competitions", "--json").exit_code == 0
    assert not kept.exists()


def test_a_token_in_the_environment_goes_to_no_other_site_than_the_one_beside_it(
    kit, alice, competition, monkeypatch, live_server
):
    _, key = make_token(alice, "a script")
    monkeypatch.setenv("HOLDOUT_TOKEN", key)
    monkeypatch.setenv("HOLDOUT_SITE", "https://holdout.example.org")
    refused = kit("quota", "stars", "--site", live_server.url)
    assert refused.exit_code == 3
    assert "not signed in" in refused.stderr
    assert Token.objects.get().last_used_at is None


def test_login_answers_a_script_with_one_document_and_no_token(kit, alice, kept):
    answer = kit("login", "--username", "alice", "--json", typed=f"{PASSWORD}\n")
    assert json.loads(answer.stdout) == {
        "site": os.environ["HOLDOUT_SITE"],
        "username": "alice",
        "expires_at": json.loads(kept.read_text())["sites"][os.environ["HOLDOUT_SITE"]]["expires_at"],
        "kept_in": str(kept),
    }


def test_after_signing_out_the_token_is_worth_nothing(alice_at_home, kept):
    out = alice_at_home("logout")
    assert out.exit_code == 0, out.output
    assert not Token.objects.exists()
    assert json.loads(kept.read_text())["sites"] == {}
    assert alice_at_home("quota", "stars").exit_code == 3


def test_a_token_revoked_on_the_site_says_how_to_sign_in_again(alice_at_home, competition):
    Token.objects.all().delete()
    refused = alice_at_home("quota", "stars")
    assert refused.exit_code == 3
    assert "Sign in with: python -m starter_kit login" in refused.stderr
    assert alice_at_home("logout").exit_code == 0
