"""One's own account: the name that others see, the address and its change, letters, and where one is signed in."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import User
from competitions.models import Competition, EntryPolicy
from teams.joining import join
from teams.models import Team

PASSWORD = "a fine password"
ACCOUNT, EMAIL, LETTERS = "/account/", "/accounts/email/", "/account/letters/"
# Each page of the account's menu and what lies behind it, but for those that ask for the password first.
PAGES = (
    ACCOUNT,
    EMAIL,
    LETTERS,
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/account/data/",
)


def text(response):
    return response.content.decode()


def prove_oneself(client, address):
    """Open a page that asks for the password first, and type it."""
    asked = client.get(address)
    assert asked.status_code == 302, text(asked)
    assert asked.url.startswith("/accounts/reauthenticate/")
    return client.post(asked.url, {"password": PASSWORD}, follow=True)


def change_address(client, email):
    """Ask for it, type the password that is asked for then, and look at the page that comes."""
    asked = client.post(EMAIL, {"email": email, "action_add": ""})
    assert asked.url.startswith("/accounts/reauthenticate/")
    return client.post(asked.url, {"password": PASSWORD}, follow=True)


@pytest.fixture
def confirmed(alice):
    return EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)


def test_one_menu_leads_through_the_account_and_says_where_one_is(as_alice):
    menu = re.search(r"<nav[^>]*data-account-sections.*?</nav>", text(as_alice.get(ACCOUNT)), re.DOTALL)[0]
    addresses = re.findall(r'href="([^"]+)"', menu)
    assert set(PAGES) <= set(addresses)
    for address in PAGES:
        page = text(as_alice.get(address))
        current = re.findall(r'href="([^"]+)" aria-current="page"', page)
        assert set(current) == {address}, address


def test_the_account_is_for_those_who_have_one(db):
    for address in (*PAGES, "/account/deletion/", "/account/data/file/"):
        answer = Client().get(address)
        assert answer.status_code == 302, address
        assert answer.url.startswith("/accounts/login/"), address


@pytest.mark.parametrize("address", PAGES)
def test_no_page_of_the_account_has_a_style_or_a_script_of_its_own(as_alice, address):
    page = text(as_alice.get(address))
    assert " style=" not in page
    assert "<style" not in page
    assert [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "json" not in tag] == []
    assert not re.search(r"\son\w+=", page)


def test_a_display_name_stands_beside_the_user_name_where_others_look(as_alice, alice, bob, competition):
    page = text(as_alice.post(ACCOUNT, {"display_name": "  Ada \n Lovelace "}, follow=True))
    assert "Others see you as Ada Lovelace (alice) now." in page
    alice.refresh_from_db()
    team = join(alice, competition)
    assert team.name == "Ada Lovelace"
    assert "Ada Lovelace (alice)" in text(as_alice.get("/competitions/stars/team/"))


def test_two_people_may_have_one_display_name_and_their_teams_are_numbered(alice, bob, competition):
    User.objects.update(display_name="Ada Lovelace")
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert [join(person, competition).name for person in (alice, bob)] == ["Ada Lovelace", "Ada Lovelace 2"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("BOB", "“BOB” is somebody else&#x27;s user name."),
        ("Deleted user 3", "stand for accounts that are gone"),
        ("a\u200bb", "a character that cannot be seen (U+200B)"),
        ("—", "The name has no letter, number or symbol."),
        ("x" * 61, "The name has 61 characters; 60 is the most."),
    ],
)
def test_a_display_name_that_deceives_or_cannot_be_read_is_refused(as_alice, alice, bob, name, sentence):
    answer = as_alice.post(ACCOUNT, {"display_name": name})
    assert answer.status_code == 400
    assert sentence in text(answer)
    alice.refresh_from_db()
    assert alice.display_name == ""


def test_a_display_name_can_be_taken_away_again(as_alice, alice):
    as_alice.post(ACCOUNT, {"display_name": "Ada"})
    as_alice.post(ACCOUNT, {"display_name": ""})
    alice.refresh_from_db()
    assert str(alice) == "alice"


def test_a_display_name_that_is_kept_for_rehearsals_gives_no_team_its_name(alice, competition):
    User.objects.filter(pk=alice.pk).update(display_name="Launch check 1")
    alice.refresh_from_db()
    assert join(alice, competition).name == "alice"


def test_a_new_address_takes_the_old_ones_place_once_confirmed_and_the_old_one_is_told(as_alice, alice, confirmed):
    page = text(change_address(as_alice, "ada@example.org"))
    assert "ada@example.org</strong> waits to be confirmed" in page
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    confirm = re.search(r"http://testserver(/accounts/confirm-email/\S+)", letter.body)[1]
    as_alice.post(confirm)
    alice.refresh_from_db()
    assert alice.email == "ada@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("ada@example.org", True)]
    told = mail.outbox[-1]
    assert told.to == ["alice@example.org"]
    assert "changed from alice@example.org to ada@example.org" in told.body


def test_a_change_of_address_can_be_taken_back_while_it_waits(as_alice, alice, confirmed):
    assert "data-address-waiting" in text(change_address(as_alice, "ada@example.org"))
    as_alice.post(EMAIL, {"email": "ada@example.org", "action_remove": ""})
    page = text(as_alice.get(EMAIL))
    assert "data-address-waiting" not in page
    assert "alice@example.org" in page


def test_an_address_that_another_account_has_confirmed_is_not_to_be_had(as_alice, bob, confirmed):
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    change_address(as_alice, "bob@example.org")
    assert not EmailAddress.objects.filter(user__username="alice", email="bob@example.org", verified=True).exists()


def test_somebody_whom_the_list_does_not_hold_is_led_to_the_change_of_address(as_alice, confirmed, competition):
    Competition.objects.update(entry=EntryPolicy.LIST, allowed_emails="ada@example.org")
    page = text(as_alice.get("/competitions/stars/join/"))
    assert "Change yours to the address that they know you by" in page
    assert f'href="{EMAIL}"' in page


def test_the_old_address_is_told_of_a_new_password(as_alice, alice, confirmed):
    new = "quite another password"
    as_alice.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)
    assert mail.outbox[-1].to == ["alice@example.org"]


def test_letters_are_chosen_on_one_page(as_alice, alice):
    page = text(as_alice.get(LETTERS))
    assert 'name="wants_announcements"' in page
    assert "is not confirmed yet, so results are not sent there" in page
    as_alice.post(LETTERS, {"wants_reminders": "on", "result_letters": "models"})
    alice.refresh_from_db()
    assert (alice.wants_announcements, alice.wants_reminders, alice.result_letters) == (False, True, "models")
    assert as_alice.post(LETTERS, {"result_letters": "sometimes"}).status_code == 400
    alice.refresh_from_db()
    assert alice.result_letters == "models"


def test_nobody_gets_results_unasked(alice):
    assert (alice.wants_announcements, alice.wants_reminders, alice.result_letters) == (True, True, "none")


def test_one_signs_out_everywhere_else_and_stays_signed_in_here(alice):
    here, elsewhere = Client(headers={"user-agent": "A laptop"}), Client(headers={"user-agent": "A phone"})
    for client in (here, elsewhere):
        client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    page = text(here.get("/accounts/sessions/"))
    assert page.count("data-session") == 2
    assert "A phone" in page
    here.post("/accounts/sessions/")
    assert elsewhere.get(ACCOUNT).status_code == 302
    assert here.get(ACCOUNT).status_code == 200


def test_the_name_in_the_bar_leads_to_the_account(as_alice, alices_team):
    assert re.search(r'href="/account/">\s*alice', text(as_alice.get("/")))
    assert Team.objects.get().name == "alice"


def test_signing_in_and_up_and_out_are_called_so_everywhere_and_a_page_has_one_main_button(as_alice, alice):
    pages = {address: text(Client().get(address)) for address in ("/accounts/login/", "/accounts/signup/")}
    pages["/accounts/logout/"] = text(as_alice.get("/accounts/logout/"))
    prove_oneself(as_alice, "/account/tokens/new/")
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    stranger = Client()
    asked = stranger.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    pages[asked.url] = text(stranger.get(asked.url))
    for address, page in pages.items():
        assert re.findall(r"Sign (?:In|Up|Out)\b|[Ll]og ?[Ii]n\b(?=[^\w\"=/]*<)", page) == [], address
        main = page.split("<main", 1)[1]
        assert main.count('"btn btn-primary"') == 1, address


def test_the_menu_of_a_narrow_screen_is_closed_and_names_the_page(as_alice):
    page = text(as_alice.get(LETTERS))
    closed = re.search(r"<details class=\"account-menu d-md-none\">\s*<summary.*?</summary>", page, re.DOTALL)[0]
    assert re.sub(r"<[^>]+>|\s+", " ", closed).split() == ["Your", "account:", "Letters"]
