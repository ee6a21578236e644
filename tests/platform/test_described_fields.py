"""What stands beside a field, its help and what is wrong with it, belongs to it also for those who hear the page."""

import re

import pytest
from django.test import Client

from competitions.models import Competition

SUBMIT = "/competitions/stars/submit/"
JOIN = "/competitions/stars/join/"
SIGN_UP = {"username": "alice", "email": "no address", "password1": "short", "password2": "other"}


def described(response) -> list[str]:
    """The ids that the page's fields are described by; each of them stands on the page once."""
    page = response.content.decode()
    named = [name for names in re.findall(r'aria-describedby="([^"]+)"', page) for name in names.split()]
    assert {name: page.count(f'id="{name}"') for name in named} == dict.fromkeys(named, 1)
    return named


def test_who_signs_up_hears_the_rules_for_a_password_and_what_is_wrong(alice):
    assert "id_password1_helptext" in described(Client().get("/accounts/signup/"))
    assert {"id_username_error", "id_email_error"} <= set(described(Client().post("/accounts/signup/", SIGN_UP)))


def test_who_sends_a_file_hears_what_the_fields_are_for(as_alice, alices_team):
    assert "id_description_helptext" in described(as_alice.get(SUBMIT))
    assert "id_file_error" in described(as_alice.post(SUBMIT, {}))


@pytest.mark.parametrize("address", ["/account/tokens/", "/competitions/stars/team/", "/account/", "/account/letters/"])
def test_no_field_is_described_by_what_is_not_there(as_alice, alices_team, address):
    response = as_alice.get(address)
    assert response.status_code == 200
    described(response)


def test_who_asks_to_be_let_in_hears_who_reads_it(as_alice, competition):
    Competition.objects.update(entry="approval")
    assert "id_message_helptext" in described(as_alice.get(JOIN))
