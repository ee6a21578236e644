"""The door of a competition: who may join, what is said to those who may not yet, and what organizers do about it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from programs import STARS, Program

from accounts.models import Letter, User
from competitions.models import Competition, EntryPolicy
from teams.entry import ask_to_enter
from teams.entry_invitations import invite_addresses, invite_by_link
from teams.joining import rules_version, team_of
from teams.models import EntryInvitation, EntryInvitationUse, EntryRequest, Membership

JOIN = "/competitions/stars/join/"


def text(response):
    return response.content.decode()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def asks(competition, policy, **values):
    Competition.objects.filter(pk=competition.pk).update(entry=policy, **values)
    competition.refresh_from_db()


def confirm(user, address):
    EmailAddress.objects.update_or_create(user=user, email=address, defaults={"verified": True})


def joins(client, **values):
    return text(client.post(JOIN, {"accept_rules": "on", **values}, follow=True))


def test_a_public_competition_takes_everyone(as_alice, alice, competition):
    assert "You have joined Five stars as alice." in joins(as_alice)
    assert team_of(alice, competition).name == "alice"


def change_the_rules(competition, words="No more than one account each."):
    rules = competition.pages.get(kind="rules")
    rules.text = words
    rules.save()


def rules_on(page):
    return re.search(r'name="rules_version" value="([0-9a-f]{64})"', page)[1]


def test_rules_that_changed_after_they_were_read_are_read_again_before_anybody_joins(as_alice, alice, competition):
    opened = rules_on(text(as_alice.get(JOIN)))
    change_the_rules(competition)
    page = joins(as_alice, rules_version=opened, team="a link", invitation="its token")
    assert "changed the rules after you had opened them, so you have not joined" in page
    assert "No more than one account each." in page
    assert 'name="team" value="a link"' in page
    assert 'name="invitation" value="its token"' in page
    assert team_of(alice, competition) is None
    assert "You have joined" in joins(as_alice, rules_version=rules_on(page))
    assert Membership.objects.get().rules_sha256 == rules_version("No more than one account each.")


def test_a_program_that_read_other_rules_does_not_join(alice, competition):
    program = Program(alice)
    read = program.get(f"{STARS}/").json()["rules_version"]
    change_the_rules(competition)
    refused = program.post(f"{STARS}/join/", accept_rules=True, rules_version=read)
    assert (refused.status_code, refused.json()["code"]) == (409, "rules_changed")
    assert not Membership.objects.exists()
    read = program.get(f"{STARS}/").json()["rules_version"]
    assert program.post(f"{STARS}/join/", accept_rules=True, rules_version=read).status_code == 201


def test_where_a_confirmed_address_is_needed_the_page_says_where_to_confirm_it(as_alice, alice, competition):
    asks(competition, EntryPolicy.PUBLIC, needs_verified_email=True)
    page = text(as_alice.get(JOIN))
    assert "you have none yet" in page
    assert 'href="/accounts/email/"' in page
    assert "accept_rules" not in page
    EmailAddress.objects.create(user=alice, email="alice@example.org", verified=False)
    assert "you have none yet" in joins(as_alice)
    confirm(alice, "alice@example.org")
    assert "You have joined" in joins(as_alice)


@pytest.mark.parametrize(
    ("listed", "address", "enters"),
    [
        ("ada@example.org\nAlice@Example.org", "alice@example.ORG", True),
        ("@EXAMPLE.org", "alice@example.org", True),
        ("@example.org", "alice@mail.example.org", False),
        ("@example.org", "alice@badexample.org", False),
        ("example.org", "alice@example.org", False),
        ("bob@example.org, ada@example.org", "alice@example.org", False),
        ("bob@example.org; alice@example.org", "alice@example.org", True),
    ],
)
def test_the_list_admits_its_addresses_and_exactly_its_domains(as_alice, alice, competition, listed, address, enters):
    asks(competition, EntryPolicy.LIST, allowed_emails=listed)
    confirm(alice, address)
    page = joins(as_alice)
    assert ("You have joined" in page) == enters
    assert enters or f"{address.lower()} is not on it" in page


def test_the_list_looks_at_confirmed_addresses_only(as_alice, alice, competition):
    asks(competition, EntryPolicy.LIST, allowed_emails="@example.org")
    EmailAddress.objects.create(user=alice, email="alice@example.org", verified=False)
    assert "you have not confirmed yours yet" in joins(as_alice)
    assert not Membership.objects.exists()


@pytest.mark.parametrize("needs_verified_email", [True, False])
def test_who_is_not_on_the_list_reads_it_before_confirming_anything(as_alice, alice, competition, needs_verified_email):
    asks(
        competition,
        EntryPolicy.LIST,
        allowed_emails="@class.example.org",
        needs_verified_email=needs_verified_email,
    )
    page = joins(as_alice)
    assert "alice@example.org is not on it" in page
    assert "you have not confirmed" not in page
    # Invited by her address, though it is not listed: confirming it is what helps.
    invite_addresses(competition, ["alice@example.org"], None, "http://testserver")
    assert "you have not confirmed yours yet" in joins(as_alice)


def test_a_list_names_what_is_no_address(competition):
    competition.allowed_emails = "ada@example.org\n@example.org\nada at example.org"
    with pytest.raises(ValidationError, match="'ada' is neither an address nor a domain"):
        competition.full_clean()


def test_a_list_that_decides_may_not_be_empty(competition):
    competition.entry, competition.allowed_emails = EntryPolicy.LIST, " \n"
    with pytest.raises(ValidationError, match="an address or a domain at least"):
        competition.full_clean()


def test_somebody_asks_the_organizer_approves_and_they_join(as_alice, as_olga, alice, olga, competition):
    asks(competition, EntryPolicy.APPROVAL)
    assert "decide who takes part" in joins(as_alice)
    as_alice.post(f"{JOIN}ask/", {"message": "Alice of the reading class."})
    as_alice.post(f"{JOIN}ask/", {"message": "Once more."})
    request = EntryRequest.objects.get()
    assert request.message == "Alice of the reading class."
    assert "have not decided yet" in text(as_alice.get(JOIN))
    assert "have not decided yet" in joins(as_alice)

    act = {"action": "approve_requests", "_selected_action": [request.pk]}
    question = text(as_olga.post("/admin/teams/entryrequest/", act))
    assert "These people will be able to join." in question
    assert "Alice of the reading class." in question
    assert not Membership.objects.exists()
    answer = as_olga.post("/admin/teams/entryrequest/", {**act, "confirmed": "yes"}, follow=True)
    assert "Approved: 1." in text(answer)
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("approved", olga)
    assert "You have joined" in joins(as_alice)


def test_the_list_of_requests_asks_for_all_addresses_at_once(
    as_olga, alice, bob, competition, django_assert_max_num_queries
):
    asks(competition, EntryPolicy.APPROVAL)
    people = [alice, bob, *(User.objects.create_user(f"user{n}", f"user{n}@example.org") for n in range(20))]
    for person in people:
        confirm(person, person.email)
        ask_to_enter(person, competition)
    with django_assert_max_num_queries(20):
        page = text(as_olga.get("/admin/teams/entryrequest/"))
    assert all(person.email in page for person in people)


def test_more_requests_than_can_be_asked_about_at_once_are_not_asked_about(as_olga, competition):
    asks(competition, EntryPolicy.APPROVAL)
    people = User.objects.bulk_create([User(username=f"user{n}") for n in range(501)])
    made = EntryRequest.objects.bulk_create([EntryRequest(competition=competition, user=user) for user in people])
    form = {"action": "approve_requests", "_selected_action": [made[0].pk], "select_across": "1"}
    page = text(as_olga.post("/admin/teams/entryrequest/", form, follow=True))
    assert "These are 501; 500 at once is the most." in page
    assert not EntryRequest.objects.exclude(state="waiting").exists()


def test_a_denied_person_reads_the_reason_and_can_be_approved_later(as_alice, as_olga, competition):
    asks(competition, EntryPolicy.APPROVAL)
    as_alice.post(f"{JOIN}ask/", {})
    request = EntryRequest.objects.get()
    act = {"action": "deny_requests", "_selected_action": [request.pk], "confirmed": "yes"}
    assert "Say why." in text(as_olga.post("/admin/teams/entryrequest/", act))
    as_olga.post("/admin/teams/entryrequest/", {**act, "reason": "The class is full."})
    assert "denied your request: The class is full." in text(as_alice.get(JOIN))
    assert "The class is full." in joins(as_alice)
    as_olga.post("/admin/teams/entryrequest/", {**act, "action": "approve_requests"})
    assert "You have joined" in joins(as_alice)


def test_who_asked_or_is_invited_reads_it_in_a_letter(as_alice, as_olga, competition):
    asks(competition, EntryPolicy.APPROVAL)
    as_alice.post(f"{JOIN}ask/", {})
    act = {"_selected_action": [EntryRequest.objects.get().pk], "confirmed": "yes"}
    as_olga.post("/admin/teams/entryrequest/", {**act, "action": "deny_requests", "reason": "The class is full."})
    as_olga.post("/admin/teams/entryrequest/", {**act, "action": "approve_requests"})
    as_olga.post("/admin/teams/entryrequest/", {**act, "action": "approve_requests"})
    made = {"competition": competition.pk, "addresses": "ada@example.org", "max_uses": 1}
    as_olga.post("/admin/teams/entryinvitation/add/", made)
    as_olga.post("/admin/teams/entryinvitation/add/", made)
    letters = {(letter.to, letter.subject): letter.text for letter in Letter.objects.all()}
    assert Letter.objects.count() == len(letters) == 3
    assert "The class is full." in letters["alice@example.org", "Your request to join Five stars"]
    approved = letters["alice@example.org", "You may join Five stars"]
    assert "http://testserver/competitions/stars/join/\n" in approved
    invited = letters["ada@example.org", "You are invited to Five stars"]
    assert f"{JOIN}?invitation={EntryInvitation.objects.get().token}\n" in invited


def test_nobody_who_has_joined_is_denied_afterwards(as_alice, as_olga, competition):
    asks(competition, EntryPolicy.APPROVAL)
    as_alice.post(f"{JOIN}ask/", {})
    request = EntryRequest.objects.get()
    act = {"_selected_action": [request.pk], "confirmed": "yes"}
    as_olga.post("/admin/teams/entryrequest/", {**act, "action": "approve_requests"})
    joins(as_alice)
    page = as_olga.post(
        "/admin/teams/entryrequest/", {**act, "action": "deny_requests", "reason": "Too late."}, follow=True
    )
    assert "Left alone: 1" in text(page)
    assert EntryRequest.objects.get().state == "approved"


def test_nobody_asks_where_everyone_may_join(as_alice, competition):
    assert "does not ask its organizers" in text(as_alice.post(f"{JOIN}ask/", {}, follow=True))
    assert not EntryRequest.objects.exists()


def test_an_organizer_decides_only_about_their_own_competitions(as_olga, alice, competition):
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x", entry="approval")
    request = EntryRequest.objects.create(competition=other, user=alice)
    assert "alice" not in text(as_olga.get("/admin/teams/entryrequest/"))
    as_olga.post(
        "/admin/teams/entryrequest/",
        {"action": "approve_requests", "_selected_action": [request.pk], "confirmed": "yes"},
    )
    request.refresh_from_db()
    assert request.state == "waiting"
    invite_by_link(other, 1, None)
    assert "other" not in text(as_olga.get("/admin/teams/entryinvitation/"))


def test_an_organizers_link_lets_as_many_in_as_it_was_made_for(as_olga, alice, bob, olga, competition):
    asks(competition, EntryPolicy.INVITATION)
    as_olga.post("/admin/teams/entryinvitation/add/", {"competition": competition.pk, "addresses": "", "max_uses": "1"})
    invitation = EntryInvitation.objects.get()
    assert invitation.made_by == olga
    assert len(invitation.token) == 43
    link = f"http://testserver{JOIN}?invitation={invitation.token}"
    assert link in text(as_olga.get("/admin/teams/entryinvitation/"))

    as_alice, as_bob = signed_in(alice), signed_in(bob)
    assert "whom its organizers have invited" in text(as_alice.get(JOIN))
    assert f'value="{invitation.token}"' in text(as_alice.get(link))
    assert "You have joined" in joins(as_alice, invitation=invitation.token)
    assert "used by as many people" in text(as_bob.get(link))
    assert "used by as many people" in joins(as_bob, invitation=invitation.token)
    assert list(EntryInvitationUse.objects.values_list("user__username", flat=True)) == ["alice"]
    assert "alice" in text(as_olga.get(f"/admin/teams/entryinvitation/{invitation.pk}/change/"))


def test_an_invitation_to_an_address_is_for_its_owner_alone(as_olga, alice, bob, competition):
    asks(competition, EntryPolicy.INVITATION)
    pasted = "Alice@Example.org, carol@example.org\nalice@example.org"
    answer = as_olga.post(
        "/admin/teams/entryinvitation/add/",
        {"competition": competition.pk, "addresses": pasted, "max_uses": "1"},
        follow=True,
    )
    assert "2 invitations were made. Letters are on their way to these addresses: 2." in text(answer)
    assert "was added successfully" not in text(answer)
    assert sorted(EntryInvitation.objects.values_list("email", flat=True)) == ["alice@example.org", "carol@example.org"]
    invitation = EntryInvitation.objects.get(email="alice@example.org")
    as_bob = signed_in(bob)
    confirm(bob, "bob@example.org")
    assert "for the owner of one e-mail address" in joins(as_bob, invitation=invitation.token)
    # The owner needs no link.
    confirm(alice, "alice@example.org")
    assert "You have joined" in joins(signed_in(alice))


def test_two_thousand_addresses_are_invited_in_a_few_questions(competition, olga, django_assert_max_num_queries):
    class_list = [f"pupil{number}@example.org" for number in range(2000)]
    with django_assert_max_num_queries(60):
        made = invite_addresses(competition, class_list, olga, "http://testserver")
    assert Letter.objects.count() == 2000
    assert {one.email for one in made} == set(class_list)
    assert invite_addresses(competition, class_list[:3], olga, "http://testserver") == []


def test_addresses_that_are_none_are_refused_whole(as_olga, competition):
    answer = as_olga.post(
        "/admin/teams/entryinvitation/add/",
        {"competition": competition.pk, "addresses": "ada@example.org\n@example.org", "max_uses": "1"},
    )
    assert "&#x27;@example.org&#x27; is not an e-mail address" in text(answer)
    assert not EntryInvitation.objects.exists()


def test_an_address_that_is_too_long_to_be_kept_is_none(as_olga, competition):
    far_too_long = f"{'a' * 243}@example.org"
    form = {"competition": competition.pk, "addresses": far_too_long, "max_uses": "1"}
    assert "has 255 characters; 254 is the most" in text(as_olga.post("/admin/teams/entryinvitation/add/", form))
    assert not EntryInvitation.objects.exists()


def test_inviting_an_address_twice_changes_nothing(as_olga, competition):
    (first,) = invite_addresses(competition, ["ada@example.org"], None, "http://site")
    as_olga.post(
        "/admin/teams/entryinvitation/add/",
        {"competition": competition.pk, "addresses": "ada@example.org", "max_uses": "1"},
    )
    assert EntryInvitation.objects.get() == first


def test_a_revoked_invitation_opens_nothing(as_olga, as_alice, competition):
    asks(competition, EntryPolicy.INVITATION)
    invitation = invite_by_link(competition, 5, None)
    as_olga.post("/admin/teams/entryinvitation/", {"action": "revoke_invitations", "_selected_action": [invitation.pk]})
    assert "have revoked this invitation" in joins(as_alice, invitation=invitation.token)


def test_an_invitation_of_another_competition_is_not_known_here(as_alice, competition):
    asks(competition, EntryPolicy.INVITATION)
    other = Competition.objects.create(slug="other", title="Other", tagline="x", is_published=True)
    assert "not known here" in joins(as_alice, invitation=invite_by_link(other, 1, None).token)


def test_an_invitation_with_a_character_that_no_database_keeps_is_not_known(as_alice, competition):
    """PostgreSQL takes no NUL at all."""
    asks(competition, EntryPolicy.INVITATION)
    for sent in (as_alice.get(f"{JOIN}?invitation=%00&team=%00"), as_alice.post(JOIN, {"invitation": "\0"})):
        assert sent.status_code == 200
        assert "This invitation is not known here" in text(sent)


def test_an_invitation_opens_a_competition_of_a_list_or_of_approval_too(as_alice, competition):
    asks(competition, EntryPolicy.LIST, allowed_emails="@example.net")
    invitation = invite_by_link(competition, 2, None)
    assert "You have joined" in joins(as_alice, invitation=invitation.token)
    invitation.refresh_from_db()
    assert invitation.use_count == 1


def test_an_invitation_that_is_not_needed_is_not_used_up(as_alice, competition):
    invitation = invite_by_link(competition, 1, None)
    joins(as_alice, invitation=invitation.token)
    invitation.refresh_from_db()
    assert invitation.use_count == 0


def test_nobody_new_joins_after_the_entry_deadline_invited_or_not(as_alice, competition):
    now = timezone.now()
    asks(
        competition, EntryPolicy.INVITATION, opens_at=now - timedelta(days=2), entry_deadline_at=now - timedelta(days=1)
    )
    invitation = invite_by_link(competition, 1, None)
    assert "The entry deadline of Five stars was on" in text(as_alice.get(f"{JOIN}?invitation={invitation.token}"))
    assert "The entry deadline of Five stars was on" in joins(as_alice, invitation=invitation.token)
    invitation.refresh_from_db()
    assert invitation.use_count == 0


def test_deleting_the_account_of_the_organizer_keeps_what_they_decided(as_alice, as_olga, olga, competition):
    asks(competition, EntryPolicy.APPROVAL)
    as_alice.post(f"{JOIN}ask/", {})
    as_olga.post(
        "/admin/teams/entryrequest/",
        {"action": "approve_requests", "_selected_action": [EntryRequest.objects.get().pk], "confirmed": "yes"},
    )
    User.objects.filter(pk=olga.pk).delete()
    assert "You have joined" in joins(as_alice)
