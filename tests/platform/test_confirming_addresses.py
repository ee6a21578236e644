"""Coming by a link without an account: what the sign-in page says, and the way back from the letter."""

import re

from django.core import mail
from django.test import Client

from teams.invitations import renew_link

SIGN_UP = {
    "username": "carol",
    "email": "carol@example.org",
    "password1": "a fine password",
    "password2": "a fine password",
}


def text(response):
    return response.content.decode()


def test_a_friend_with_the_teams_link_signs_up_confirms_and_is_back_at_the_team(alice, alices_team, competition):
    token = renew_link(alices_team, alice).link_token
    link = f"/competitions/stars/team/link/{token}/"
    friend = Client()
    sign_in_page = friend.get(link, follow=True)
    assert "alice invites you to the team alice in Five stars." in text(sign_in_page)
    answer = friend.post("/accounts/signup/", {**SIGN_UP, "next": link})
    assert answer.url == link
    assert "Join alice" in text(friend.get(link))
    letter = mail.outbox[-1]
    assert letter.subject == "[Holdout] Confirm your e-mail address"
    assert "the account carol on Holdout" in letter.body
    assert "Hello from" not in letter.body
    confirm = re.search(r"http://testserver(/accounts/confirm-email/\S+)", letter.body)[1]
    page = text(friend.get(confirm))
    assert "carol@example.org" in page
    assert "nav-pills" not in page
    assert friend.post(confirm).url == link


def test_without_a_place_to_return_to_confirming_leads_home(db):
    newcomer = Client()
    newcomer.post("/accounts/signup/", SIGN_UP)
    confirm = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]
    assert newcomer.post(confirm).url == "/"


def test_the_join_page_is_found_again_by_the_letter(competition):
    newcomer = Client()
    newcomer.post("/accounts/signup/", SIGN_UP)
    newcomer.get("/competitions/stars/join/?invitation=abc")
    confirm = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]
    assert newcomer.post(confirm).url == "/competitions/stars/join/?invitation=abc"
