"""Organizers announce: on the competition's page, and by e-mail to those who take part and want it."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Letter, User
from accounts.tasks import send_letters
from competitions.models import Announcement, Competition
from teams.joining import join
from teams.models import Team

ADD, LIST = "/admin/competitions/announcement/add/", "/admin/competitions/announcement/"
PAGE = "/competitions/stars/announcements/"


def text(response):
    return response.content.decode()


@pytest.fixture
def draft(competition):
    return {
        "competition": competition.pk,
        "title": "New data",
        "text": "There is a **new** `test.csv`.\n\n<script>alert(1)</script>",
        "key": "00000000-0000-4000-8000-000000000001",
    }


def published(client, draft, **more):
    answer = client.post(ADD, {**draft, **more, "publish": "Publish"}, follow=True)
    assert answer.status_code == 200
    return text(answer)


def hidden_fields(page):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_an_announcement_is_looked_at_then_published_on_the_page(as_olga, olga, draft, alices_team, bobs_team):
    preview = text(as_olga.post(ADD, draft))
    assert "There is a <strong>new</strong> <code>test.csv</code>." in preview
    assert "No e-mail is sent. (2 people would get one.)" in preview
    assert not Announcement.objects.exists()
    assert "Announcements</a>" in text(Client().get("/competitions/stars/"))

    as_olga.post(ADD, {**draft, "publish": "Publish"})
    announcement = Announcement.objects.get()
    assert (announcement.by, announcement.letter_count) == (olga, 0)
    page = text(Client().get(PAGE))
    assert "There is a <strong>new</strong> <code>test.csv</code>." in page
    assert "<script>alert" not in page
    assert 'Announcements <span class="badge text-bg-secondary">1</span>' in text(Client().get("/competitions/stars/"))
    assert not Letter.objects.exists()


def test_changing_ones_mind_keeps_what_was_written(as_olga, draft):
    form = text(as_olga.post(ADD, {**draft, "change": "Change it"}))
    assert 'value="New data"' in form
    assert draft["key"] in form
    assert not Announcement.objects.exists()


def test_a_letter_goes_to_everyone_who_takes_part_once(as_olga, alice, draft, alices_team, bobs_team):
    User.objects.create_user("carol", "carol@example.org", "x")
    preview = text(as_olga.post(ADD, {**draft, "by_mail": "on"}))
    assert re.search(r"By e-mail to <strong>2</strong> people, with the subject “Five stars: New data”", preview)
    # What the preview page sends when its button is pressed.
    form = {**hidden_fields(preview), "text": draft["text"], "publish": "Publish"}
    assert "Letters on their way: 2." in text(as_olga.post(ADD, form, follow=True))
    assert "It was published already" in text(as_olga.post(ADD, form, follow=True))
    send_letters()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["alice@example.org", "bob@example.org"]
    letter = next(letter for letter in mail.outbox if letter.to == ["alice@example.org"])
    assert letter.subject == "Five stars: New data"
    assert "There is a **new** `test.csv`." in letter.body
    assert f"http://testserver{PAGE}" in letter.body
    assert Announcement.objects.get().letter_count == 2


def test_no_letter_to_baselines_the_disqualified_the_closed_and_the_same_address(
    as_olga, alice, bob, draft, alices_team, bobs_team, competition
):
    def somebody(name, **more):
        person = User.objects.create_user(name, f"{name}@example.org", "x", **more)
        return person, join(person, competition)

    _, baseline = somebody("baseline")
    Team.objects.filter(pk=baseline.pk).update(is_baseline=True)
    closed, _ = somebody("closed")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    _, cheat = somebody("cheat")
    Team.objects.filter(pk=cheat.pk).update(disqualified_at=competition.created_at, disqualification="x.")
    User.objects.filter(pk=bob.pk).update(email="Alice@example.org")
    published(as_olga, draft, by_mail="on")
    assert list(Letter.objects.values_list("to", flat=True)) == ["alice@example.org"]


def test_one_click_in_a_letter_ends_them_and_looking_alone_does_not(as_olga, alice, draft, alices_team):
    published(as_olga, draft, by_mail="on")
    send_letters()
    (letter,) = mail.outbox
    address = re.search(r"http://testserver(/letters/announcements/\S+)", letter.body)[1]
    assert letter.extra_headers["List-Unsubscribe"] == f"<http://testserver{address}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    mail_program = Client(enforce_csrf_checks=True)
    assert "alice gets announcements" in text(mail_program.get(address))
    alice.refresh_from_db()
    assert alice.wants_announcements

    assert "no announcements by e-mail" in text(mail_program.post(address, {"List-Unsubscribe": "One-Click"}))
    published(as_olga, {**draft, "key": "00000000-0000-4000-8000-000000000002"}, by_mail="on")
    assert Letter.objects.count() == 1
    # The link of a letter from an earlier version.
    mail_program.post(address.replace("/letters/announcements/", "/announcements-by-mail/"), {"wants": "yes"})
    alice.refresh_from_db()
    assert alice.wants_announcements


def test_a_link_that_was_made_up_opens_nothing(alice):
    assert Client().get(f"/announcements-by-mail/{alice.pk}:made-up/").status_code == 404
    assert Client().post(f"/announcements-by-mail/{alice.pk}/").status_code == 404


def test_participants_find_their_choice_on_the_page(as_alice, alices_team):
    page = text(as_alice.get(PAGE))
    assert "You get announcements by e-mail, to alice@example.org." in page
    address = re.search(r'href="(/announcements-by-mail/[^"]+)"', page)[1]
    as_alice.post(address, {"wants": "no"})
    assert "You do not get announcements by e-mail." in text(as_alice.get(PAGE))


def test_the_newest_stands_first(as_olga, draft):
    published(as_olga, draft)
    published(as_olga, {**draft, "title": "Newer", "key": "00000000-0000-4000-8000-000000000002"})
    page = text(Client().get(PAGE))
    assert page.index("Newer") < page.index("New data")


def test_organizers_announce_in_their_own_competitions_only(as_olga, draft):
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x")
    assert "Select a valid choice" in published(as_olga, {**draft, "competition": other.pk})
    assert "Somebody else" not in text(as_olga.get(ADD))
    assert not Announcement.objects.exists()


def test_a_mistake_is_mended_and_the_history_shows_what_changed(as_olga, draft):
    published(as_olga, draft)
    announcement = Announcement.objects.get()
    change = f"{LIST}{announcement.pk}/change/"
    assert as_olga.post(change, {"title": "Newest data", "text": "Right."}).status_code == 302
    assert "Newest data" in text(Client().get(PAGE))
    history = text(as_olga.get(f"{LIST}{announcement.pk}/history/"))
    assert "New data" in history
    assert "Newest data" in history


def test_announcements_of_an_unpublished_competition_are_for_its_organizers(as_olga, as_alice, draft):
    published(as_olga, draft)
    Competition.objects.update(is_published=False)
    assert as_alice.get(PAGE).status_code == 404
    assert as_olga.get(PAGE).status_code == 200
