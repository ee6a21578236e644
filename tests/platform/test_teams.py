"""Teams: captains, invitations by name and by link, leaving, names."""

from datetime import timedelta

import pytest
from cast_of_stories import BAD, GOOD
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, User
from competitions.models import Competition
from grading.tasks import score_waiting
from submissions import lifecycle
from submissions.models import Submission
from submissions.quota import SubmissionRefused
from submissions.uploads import store_upload
from teams.joining import join, team_of
from teams.members import captain_of
from teams.models import Membership, Team, TeamInvitation

TEAM = "/competitions/stars/team/"


def text(response):
    return response.content.decode()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def post(user, where, **values):
    """What `user` sees after that."""
    return text(signed_in(user).post(TEAM + where, values, follow=True))


def people(team):
    return sorted(team.memberships.values_list("user__username", flat=True))


def upload(user, team, content=GOOD):
    return lifecycle.submit(team, user, store_upload(team.competition, ContentFile(content.encode(), name="p.csv")))


@pytest.fixture
def carol(db):
    return User.objects.create_user("carol", "carol@example.org", "a fine password")


@pytest.fixture
def together(alice, bob, alices_team, bobs_team):
    """alice, the captain, and bob in her team."""
    post(alice, "invitations/", username="bob")
    post(bob, f"invitations/{TeamInvitation.objects.get().pk}/accept/")
    assert people(alices_team) == ["alice", "bob"]
    return alices_team


def test_a_captain_invites_by_name_and_the_person_accepts(alice, bob, alices_team, bobs_team, competition):
    assert "bob is invited" in post(alice, "invitations/", username=" Bob ")
    page = text(signed_in(bob).get("/competitions/stars/"))
    assert "waiting for your answer" in page
    assert "invites you to" in text(signed_in(bob).get(TEAM))
    assert "You are in alice now." in post(bob, f"invitations/{TeamInvitation.objects.get().pk}/accept/")
    assert team_of(bob, competition) == alices_team
    # Bob was alone and had sent nothing: his own team is gone, and its name is free.
    assert not Team.objects.filter(name="bob").exists()
    assert captain_of(alices_team) == alice
    # The rules that he accepted stay on record.
    assert Membership.objects.get(user=bob).rules_sha256 == Membership.objects.get(user=alice).rules_sha256


def test_an_invitation_is_declined_or_withdrawn_and_then_opens_nothing(alice, bob, alices_team, bobs_team):
    post(alice, "invitations/", username="bob")
    first = TeamInvitation.objects.get()
    assert "is declined" in post(bob, f"invitations/{first.pk}/decline/")
    assert "answered or withdrawn before" in post(bob, f"invitations/{first.pk}/accept/")
    post(alice, "invitations/", username="bob")
    second = TeamInvitation.objects.exclude(pk=first.pk).get()
    assert "is withdrawn" in post(alice, f"invitations/{second.pk}/withdraw/")
    assert "answered or withdrawn before" in post(bob, f"invitations/{second.pk}/accept/")
    assert people(bobs_team) == ["bob"]


def test_who_is_invited_by_name_gets_a_letter_once(alice, bob, alices_team, bobs_team):
    post(alice, "invitations/", username="bob")
    post(alice, "invitations/", username="bob")
    letter = Letter.objects.get()
    assert letter.to == bob.email
    assert letter.subject == "alice invites you in Five stars"
    assert f"http://testserver{TEAM}\n" in letter.text


def test_asking_twice_asks_once(alice, alices_team, bobs_team):
    post(alice, "invitations/", username="bob")
    post(alice, "invitations/", username="bob")
    assert TeamInvitation.objects.count() == 1


def test_names_that_do_not_take_part_are_all_answered_alike(alice, alices_team, carol):
    known = post(alice, "invitations/", username="carol").replace("carol", "…")
    unknown = post(alice, "invitations/", username="nobody").replace("nobody", "…")
    assert "takes part in Five stars. Send them your team&#x27;s link" in known
    assert known.split("<main")[1].split("csrf")[0] == unknown.split("<main")[1].split("csrf")[0]


def test_a_team_asks_only_so_many_a_day(alice, bob, carol, alices_team, bobs_team, competition, settings):
    settings.TEAM_INVITATIONS_PER_DAY = 1
    join(carol, competition)
    post(alice, "invitations/", username="bob")
    assert "has asked 1 times within 24 hours, people and teams together; 1 is the most" in post(
        alice, "invitations/", username="carol"
    )
    TeamInvitation.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "carol is invited" in post(alice, "invitations/", username="carol")


def test_whoever_has_the_link_comes_to_the_team_until_it_is_renewed(alice, carol, alices_team, competition):
    first = post(alice, "link/")
    assert "The team has a link." in first
    assert "older one" not in first
    alices_team.refresh_from_db()
    old = alices_team.link_token
    assert len(old) == 43
    assert f"http://testserver{TEAM}link/{old}/" in text(signed_in(alice).get(TEAM))
    assert "the older one opens nothing any more" in post(alice, "link/")
    as_carol = signed_in(carol)
    assert as_carol.get(f"{TEAM}link/{old}/").status_code == 404
    assert as_carol.post(f"{TEAM}link/{old}/").status_code == 404
    alices_team.refresh_from_db()
    link = f"{TEAM}link/{alices_team.link_token}/"
    # Carol has not joined yet: the link leads through the door and back.
    page = text(as_carol.get(link))
    assert "Join alice" in page
    door = f"/competitions/stars/join/?team={alices_team.link_token}"
    assert f'href="{door}"' in page
    answer = as_carol.post(door, {"accept_rules": "on", "team": alices_team.link_token})
    assert answer.url == link
    assert "You are in alice now." in text(as_carol.post(link, follow=True))
    assert people(alices_team) == ["alice", "carol"]
    post(alice, "link/", close="1")
    assert as_carol.get(link).status_code == 404


def test_links_and_invitations_of_another_competition_are_not_found(alice, bob, alices_team, bobs_team):
    other = Competition.objects.create(slug="other", title="Other", tagline="x", is_published=True)
    join(alice, other)
    post(alice, "link/")
    alices_team.refresh_from_db()
    as_bob = signed_in(bob)
    assert as_bob.get(f"/competitions/other/team/link/{alices_team.link_token}/").status_code == 404
    post(alice, "invitations/", username="bob")
    invitation = TeamInvitation.objects.get()
    join(bob, other)
    assert as_bob.post(f"/competitions/other/team/invitations/{invitation.pk}/accept/").status_code == 404


def test_nobody_answers_what_another_was_asked(alice, bob, carol, alices_team, bobs_team, competition):
    join(carol, competition)
    post(alice, "invitations/", username="bob")
    invitation = TeamInvitation.objects.get()
    as_carol = signed_in(carol)
    for answer in ("accept", "decline", "withdraw"):
        assert as_carol.post(f"{TEAM}invitations/{invitation.pk}/{answer}/").status_code == 404
    invitation.refresh_from_db()
    assert invitation.state == "waiting"


def test_changes_are_made_by_post_with_a_token_only(alice, alices_team):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for where in ("name/", "captain/", "leave/", "link/", "invitations/", "mergers/", "invitations/1/accept/"):
        assert strict.get(TEAM + where).status_code == 405
        assert strict.post(TEAM + where).status_code == 403


def test_a_full_team_says_both_numbers(alice, together, carol, competition):
    Competition.objects.update(max_team_size=2)
    join(carol, competition)
    assert "Together you would be 3 people (2 + 1); a team of Five stars has at most 2." in post(
        alice, "invitations/", username="carol"
    )
    assert people(together) == ["alice", "bob"]


def test_only_the_captain_invites_renames_and_hands_over(bob, carol, together, competition):
    join(carol, competition)
    for where, values in (
        ("invitations/", {"username": "carol"}),
        ("name/", {"name": "Ours"}),
        ("link/", {}),
        ("mergers/", {"team": "carol"}),
        ("captain/", {"member": Membership.objects.get(user=bob).pk}),
    ):
        assert "Only the captain of alice may do this. Ask alice." in post(bob, where, **values)


def test_the_captain_hands_over_and_then_may_leave(alice, bob, together, competition):
    assert "Hand over to another member, then leave." in post(alice, "leave/")
    assert "bob is the captain now." in post(alice, "captain/", member=Membership.objects.get(user=bob).pk)
    assert captain_of(together) == bob
    assert "You have left alice and take part as alice 2, alone." in post(alice, "leave/")
    assert people(together) == ["bob"]
    own = team_of(alice, competition)
    assert captain_of(own) == alice
    assert own.memberships.get().rules_sha256


def test_nobody_hands_over_to_somebody_outside(alice, carol, together, competition):
    outside = join(carol, competition).memberships.get()
    assert "not in your team" in post(alice, "captain/", member=outside.pk)
    assert captain_of(together) == alice


def test_nobody_leaves_a_team_that_has_submitted(alice, bob, together, competition):
    upload(alice, together)
    page = post(bob, "leave/")
    assert "alice has submitted (1 that count), so its members stay" in page
    assert people(together) == ["alice", "bob"]


def test_what_was_rejected_holds_somebody_back_for_the_day_only(alice, bob, together):
    """Or else: send files that cannot be graded, or models that fail, to the day's limit; leave; and begin anew."""
    upload(alice, together, BAD)
    score_waiting()
    assert "until 00:00 UTC" in text(signed_in(bob).get(TEAM))
    page = post(bob, "leave/")
    assert "alice has sent files today" in page
    assert "from 00:00 UTC on" in page
    assert people(together) == ["alice", "bob"]
    Submission.objects.update(submitted_at=timezone.now() - timedelta(days=1))
    assert "You have left alice" in post(bob, "leave/")


def test_who_is_alone_has_nobody_to_leave(alice, alices_team):
    assert "You are alone in your team" in post(alice, "leave/")


def test_a_file_of_somebody_who_has_just_left_is_refused(bob, together, competition):
    post(bob, "leave/")
    with pytest.raises(SubmissionRefused, match="You are not in alice any more"):
        upload(bob, together)


def test_a_file_for_a_team_that_is_gone_is_refused(bob, bobs_team, alices_team, alice):
    post(alice, "link/")
    alices_team.refresh_from_db()
    post(bob, f"link/{alices_team.link_token}/")
    with pytest.raises(SubmissionRefused, match="bob is gone: its person has joined another team"):
        upload(bob, bobs_team)


def test_teams_stay_as_they_are_from_the_deadline_on(alice, bob, together, carol, competition):
    join(carol, competition)
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=2), merger_deadline_at=now - timedelta(hours=1))
    assert "The team merger deadline of Five stars was on" in post(alice, "invitations/", username="carol")
    assert "teams stay as they are from then on" in post(bob, "leave/")
    assert "Teams do not change any more." in text(signed_in(bob).get(TEAM))


def test_a_captain_gives_the_team_a_name_of_its_own(alice, bob, alices_team, bobs_team):
    assert "The team is called “Page turners é” now." in post(alice, "name/", name="  Page   turners e\u0301 ")
    assert "Another team of Five stars is called “page TURNERS é”" in post(bob, "name/", name="page TURNERS é")
    # Its own name in other letters is nobody else's.
    assert "now." in post(alice, "name/", name="PAGE TURNERS é")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Type a name"),
        ("a" * 61, "61 characters; 60 is the most"),
        ("bo\u200bb", "cannot be seen (U+200B)"),
        ("\u202eboss", "cannot be seen (U+202E)"),
        ("launch  CHECK 7: tie", "are kept for the organizers&#x27; rehearsals"),
        ("…!", "no letter, number or symbol"),
    ],
)
def test_names_that_cannot_be_read_or_are_kept_are_refused(alice, alices_team, name, sentence):
    assert sentence in post(alice, "name/", name=name)
    alices_team.refresh_from_db()
    assert alices_team.name == "alice"


def test_when_the_captains_account_goes_the_longest_member_leads(alice, bob, carol, together, competition):
    join(carol, competition)
    post(alice, "invitations/", username="carol")
    post(carol, f"invitations/{TeamInvitation.objects.get(user=carol).pk}/accept/")
    alice.delete()
    assert captain_of(together) == bob
    assert people(together) == ["bob", "carol"]
    bob.delete()
    carol.delete()
    assert people(together) == []


def test_a_disqualified_team_keeps_its_people_and_takes_nobody(alice, bob, together, carol, competition):
    join(carol, competition)
    Team.objects.filter(pk=together.pk).update(disqualified_at=timezone.now(), disqualification="Two accounts.")
    assert "alice was disqualified" in post(bob, "leave/")
    assert "alice was disqualified" in post(alice, "invitations/", username="carol")
    page = text(signed_in(alice).get(TEAM))
    assert page.count("was disqualified") == 1
    for act in ("rename", "invitations", "link", "mergers"):
        assert f'action="{TEAM}{act}/"' not in page


def test_the_team_page_is_for_those_who_have_joined(carol, competition):
    assert "Join the competition first" in text(signed_in(carol).get(TEAM, follow=True))
    assert Client().get(TEAM).status_code == 302


def test_a_link_with_a_character_that_no_database_keeps_is_not_found(alice, alices_team, as_alice):
    """PostgreSQL takes no NUL at all."""
    assert as_alice.get(f"{TEAM}link/%00/").status_code == 404
    assert as_alice.post(f"{TEAM}link/%00/").status_code == 404
