"""Organizers disqualify, reinstate and mark baselines with a reason; superusers close accounts."""

import re
from datetime import timedelta

import pytest
from cast_of_stories import GOOD, PERFECT
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.organizers import make_organizer
from competitions.models import Competition
from leaderboard.board import standings
from leaderboard.mergers import accept_proposal, come_by_link
from leaderboard.models import ModerationAct
from leaderboard.moderation import (
    ModerationRefused,
    disqualify_submission,
    disqualify_team,
    mark_baseline,
    reinstate_submission,
    reinstate_team,
    unmark_baseline,
)
from submissions.models import Submission
from teams import invitations
from teams.joining import join
from teams.members import ChangeRefused, captain_of, hand_over
from teams.merging import propose
from teams.models import Team

TEAMS, SUBMISSIONS, PEOPLE = "/admin/teams/team/", "/admin/submissions/submission/", "/admin/accounts/user/"


def text(response):
    return response.content.decode()


def act(client, address, action, *chosen, reason="Two accounts of one person"):
    """What somebody does who chooses rows and an action, writes a reason and confirms."""
    form = {"action": action, "_selected_action": [str(row.pk) for row in chosen]}
    asked = client.post(address, form)
    assert asked.status_code == 200, text(asked)
    assert "Reason" in text(asked)
    return client.post(address, {**form, "confirmed": "yes", "reason": reason}, follow=True)


def board(competition, private=False):
    return [(row.rank, row.team.name) for row in standings(competition, private=private)]


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root", "root@example.org", "a fine password")


@pytest.fixture
def as_root(root) -> Client:
    client = Client()
    client.force_login(root)
    return client


def test_a_disqualified_team_leaves_every_board_reads_why_and_comes_back(
    as_olga, as_alice, olga, competition, alices_team, bobs_team, graded
):
    graded(alices_team, PERFECT)
    graded(bobs_team)
    answer = act(as_olga, TEAMS, "disqualify_team", alices_team)
    assert "Disqualify: done for 1." in text(answer)
    assert board(competition) == [(1, "bob")]
    assert board(competition, private=True) == [(1, "bob")]
    page = text(as_alice.get("/competitions/stars/"))
    assert "alice was disqualified" in page
    assert "Two accounts of one person." in page
    assert "Two accounts" not in text(Client().get("/competitions/stars/leaderboard/"))

    act(as_olga, TEAMS, "reinstate_team", alices_team, reason="It was a brother.")
    assert board(competition) == [(1, "alice"), (2, "bob")]
    assert "was disqualified" not in text(as_alice.get("/competitions/stars/"))
    acts = ModerationAct.objects.order_by("id").values_list("deed", "team__name", "reason", "by__username")
    assert list(acts) == [
        ("team_disqualified", "alice", "Two accounts of one person.", "olga"),
        ("team_reinstated", "alice", "It was a brother.", "olga"),
    ]
    listed = text(as_olga.get("/admin/leaderboard/moderationact/"))
    assert "It was a brother." in listed
    assert "It was a brother." in text(as_olga.get(f"{TEAMS}{alices_team.pk}/change/"))


def test_a_disqualified_team_cannot_submit(as_olga, as_alice, alices_team):
    act(as_olga, TEAMS, "disqualify_team", alices_team)
    file = SimpleUploadedFile("predictions.csv", GOOD.encode())
    refused = as_alice.post("/competitions/stars/submit/", {"file": file})
    assert refused.status_code == 409
    assert "alice was disqualified: Two accounts of one person. Ask the organizers" in text(refused)
    assert not Submission.objects.exists()


def test_nor_can_a_disqualified_baseline(as_olga, as_alice, alices_team):
    act(as_olga, TEAMS, "mark_baseline", alices_team)
    act(as_olga, TEAMS, "disqualify_team", alices_team)
    file = SimpleUploadedFile("predictions.csv", GOOD.encode())
    assert as_alice.post("/competitions/stars/submit/", {"file": file}).status_code == 409
    assert not Submission.objects.exists()


def test_a_disqualified_submission_gives_way_to_the_teams_next_best(
    as_olga, as_alice, competition, alices_team, graded
):
    best, second = graded(alices_team, PERFECT), graded(alices_team)
    act(as_olga, SUBMISSIONS, "disqualify_submission", best, reason="Made by hand")
    assert [row.score for row in standings(competition)] == [0.5]
    page = text(as_alice.get(f"/submissions/{best.pk}/"))
    assert "This submission was disqualified" in page
    assert "Made by hand." in page
    assert "was disqualified" not in text(as_alice.get(f"/submissions/{second.pk}/"))
    assert "disqualified" in text(as_alice.get("/competitions/stars/submissions/"))
    act(as_olga, SUBMISSIONS, "reinstate_submission", best)
    assert [row.score for row in standings(competition)] == [0.0]


def test_a_submission_disqualified_while_it_waits_never_ranks(as_olga, competition, alices_team, send, graded):
    waiting = send(alices_team, PERFECT)
    act(as_olga, SUBMISSIONS, "disqualify_submission", waiting)
    graded(alices_team)
    assert [row.score for row in standings(competition)] == [0.5]


def test_a_submission_that_a_merger_has_just_moved_leaves_the_board_of_its_new_team(
    olga, bob, competition, alices_team, bobs_team, graded
):
    graded(alices_team)
    best = graded(bobs_team, PERFECT)
    stale = Submission.objects.select_related("team").get(pk=best.pk)
    accept_proposal(propose(alices_team, alices_team.memberships.get().user, "bob", "http://testserver"), bob)
    assert [(row.team, row.score) for row in standings(competition)] == [(alices_team, 0.0)]
    assert disqualify_submission(stale, "Made by hand", olga)
    assert [(row.team, row.score) for row in standings(competition)] == [(alices_team, 0.5)]
    assert ModerationAct.objects.get().team == alices_team
    assert reinstate_submission(stale, "By another", olga)
    assert [(row.team, row.score) for row in standings(competition)] == [(alices_team, 0.0)]


def test_more_than_can_be_asked_about_at_once_are_not_asked_about(as_olga, competition, alices_team):
    """A form with a field for each would be refused by the site itself, without a word."""
    Team.objects.bulk_create([Team(competition=competition, name=f"team {n}") for n in range(501)])
    form = {"action": "disqualify_team", "_selected_action": [alices_team.pk], "select_across": "1"}
    page = text(as_olga.post(TEAMS, form, follow=True))
    assert "These are 502; 500 at once is the most. Narrow the list by a filter or a search." in page
    assert not ModerationAct.objects.exists()


def test_what_was_done_to_a_team_stays_on_record_when_its_person_joins_another(
    olga, alice, bob, alices_team, bobs_team
):
    disqualify_team(bobs_team, "Shared files", olga)
    reinstate_team(bobs_team, "It was a brother", olga)
    invitations.renew_link(alices_team, alice)
    alices_team.refresh_from_db()
    come_by_link(alices_team, alices_team.link_token, bob)
    assert list(ModerationAct.objects.values_list("team__name", flat=True)) == ["bob", "bob"]
    assert not bobs_team.memberships.exists()


def test_without_a_reason_nothing_happens(as_olga, competition, alices_team, graded):
    graded(alices_team)
    form = {"action": "disqualify_team", "_selected_action": [alices_team.pk], "confirmed": "yes", "reason": "  "}
    answer = as_olga.post(TEAMS, form)
    assert "Say why." in text(answer)
    assert board(competition) == [(1, "alice")]
    assert not ModerationAct.objects.exists()


def test_a_reason_is_needed_from_the_shell_too(olga, alices_team):
    with pytest.raises(ModerationRefused, match="Say why"):
        disqualify_team(alices_team, " \n", olga)


def test_several_at_once_and_those_that_are_so_already_are_left_alone(as_olga, alices_team, bobs_team):
    act(as_olga, TEAMS, "disqualify_team", bobs_team)
    answer = act(as_olga, TEAMS, "disqualify_team", alices_team, bobs_team, reason="Shared files")
    assert "Disqualify: done for 1." in text(answer)
    assert "Left alone, for it is so already: bob." in text(answer)
    bobs_team.refresh_from_db()
    assert bobs_team.disqualification == "Two accounts of one person."


def test_a_baseline_keeps_its_place_without_a_rank(as_olga, competition, alices_team, bobs_team, graded):
    graded(alices_team, PERFECT)
    graded(bobs_team)
    act(as_olga, TEAMS, "mark_baseline", alices_team)
    assert board(competition) == [(None, "alice"), (1, "bob")]
    act(as_olga, TEAMS, "unmark_baseline", alices_team)
    assert board(competition) == [(1, "alice"), (2, "bob")]


def test_a_rehearsal_becomes_no_baseline(olga, competition):
    team = Team.objects.create(competition=competition, name="rehearsal", is_rehearsal=True)
    with pytest.raises(ModerationRefused, match="nothing was done"):
        mark_baseline(team, "It ranks badly", olga)
    team.refresh_from_db()
    assert not team.is_baseline


def test_a_baseline_that_has_sent_after_closing_is_not_ranked(olga, competition, alices_team, send):
    Team.objects.filter(pk=alices_team.pk).update(is_baseline=True)
    sent = send(alices_team)
    Competition.objects.update(opens_at=sent.submitted_at - timedelta(days=9), closes_at=sent.submitted_at)
    with pytest.raises(ModerationRefused, match="1 submissions after closing"):
        unmark_baseline(alices_team, "He asked", olga)


def test_an_organizer_of_another_competition_touches_nothing(competition, alices_team, bob, graded):
    graded(alices_team)
    make_organizer(bob)
    client = Client()
    client.force_login(bob)
    form = {"action": "disqualify_team", "_selected_action": [alices_team.pk], "confirmed": "yes", "reason": "x"}
    client.post(TEAMS, form)
    assert board(competition) == [(1, "alice")]


def test_a_closed_account_is_signed_out_and_its_teams_submissions_stay(
    as_root, as_alice, alice, competition, alices_team, graded
):
    graded(alices_team)
    assert "alice" in text(as_alice.get("/accounts/email/"))
    act(as_root, PEOPLE, "close_account", alice, reason="Spam")
    assert as_alice.get("/accounts/email/").status_code == 302
    signed_in = Client().post("/accounts/login/", {"login": "alice", "password": "a fine password"}, follow=True)
    assert not signed_in.context["user"].is_authenticated
    assert "This account is closed" in text(signed_in)
    assert board(competition) == [(1, "alice")]

    act(as_root, PEOPLE, "reopen_account", alice, reason="It was a mistake")
    # The old session is over for good; the password opens a new one.
    assert as_alice.get("/accounts/email/").status_code == 302
    again = Client().post("/accounts/login/", {"login": "alice", "password": "a fine password"}, follow=True)
    assert again.context["user"].is_authenticated
    deeds = list(ModerationAct.objects.order_by("id").values_list("deed", "account__username", "by__username"))
    assert deeds == [("account_closed", "alice", "root"), ("account_reopened", "alice", "root")]


def test_a_team_whose_captains_account_is_closed_is_led_by_its_longest_member_with_an_open_one(
    as_root, alice, bob, competition, alices_team, bobs_team
):
    carol, dave = (
        User.objects.create_user(name, f"{name}@example.org", "a fine password") for name in ("carol", "dave")
    )
    invitations.renew_link(alices_team, alice)
    alices_team.refresh_from_db()
    for guest in (bob, carol, dave):
        join(guest, competition)
        come_by_link(alices_team, alices_team.link_token, guest)
    act(as_root, PEOPLE, "close_account", bob)
    assert captain_of(alices_team) == alice
    act(as_root, PEOPLE, "close_account", alice)
    assert captain_of(alices_team) == carol
    # Nor does a closed account come to lead when the captain's is deleted, or by handing over.
    bob.refresh_from_db()
    with pytest.raises(ChangeRefused, match="bob's account is closed"):
        hand_over(alices_team, carol, bob)
    carol.delete()
    assert captain_of(alices_team) == dave


def test_who_is_alone_leads_their_team_after_their_account_was_closed_and_opened(as_root, alice, alices_team):
    act(as_root, PEOPLE, "close_account", alice)
    assert captain_of(alices_team) == alice


def test_nobody_closes_their_own_account_by_mistake(as_root, root):
    assert "your own account" in text(act(as_root, PEOPLE, "close_account", root))
    root.refresh_from_db()
    assert root.is_active


def test_organizers_do_not_close_accounts(as_olga, alice):
    form = {"action": "close_account", "_selected_action": [alice.pk], "confirmed": "yes", "reason": "x"}
    assert as_olga.post(PEOPLE, form).status_code == 403
    alice.refresh_from_db()
    assert alice.is_active


def test_reinstating_twice_from_two_browsers_is_one_act(olga, alice, competition):
    team = join(alice, competition)
    assert disqualify_team(team, "Shared files", olga)
    assert not disqualify_team(team, "Shared files", olga)
    assert ModerationAct.objects.count() == 1


def test_links_lead_both_ways_between_people_teams_and_submissions(as_root, alice, alices_team, graded):
    sent = graded(alices_team)
    person = text(as_root.get(f"{PEOPLE}{alice.pk}/change/"))
    team = text(as_root.get(f"{TEAMS}{alices_team.pk}/change/"))
    submission = text(as_root.get(f"{SUBMISSIONS}{sent.pk}/change/"))
    assert f"{TEAMS}{alices_team.pk}/change/" in person
    assert f"{TEAMS}{alices_team.pk}/change/" in submission
    assert f"{PEOPLE}{alice.pk}/change/" in submission
    for page in (person, team):
        (listed,) = re.findall(rf'href="({SUBMISSIONS}\?[^"]+)"', page)
        assert "1 submission" in text(as_root.get(listed))


def test_the_very_same_file_of_another_team_is_pointed_out(as_olga, alices_team, bobs_team, graded):
    first, second = graded(alices_team, GOOD), graded(bobs_team, GOOD)
    other = graded(bobs_team, PERFECT)
    assert f"{SUBMISSIONS}{first.pk}/change/" in text(as_olga.get(f"{SUBMISSIONS}{second.pk}/change/"))
    assert f"{SUBMISSIONS}{first.pk}/change/" not in text(as_olga.get(f"{SUBMISSIONS}{other.pk}/change/"))
    assert "2 submissions" in text(as_olga.get(f"{SUBMISSIONS}?q={first.sha256}"))


def test_a_team_is_found_by_its_members(as_olga, alices_team, bobs_team):
    assert "1 team" in text(as_olga.get(f"{TEAMS}?q=bob@example.org"))


def test_the_box_of_an_open_account_cannot_be_unticked_without_a_reason(as_root, alice):
    assert 'name="is_active"' not in text(as_root.get(f"{PEOPLE}{alice.pk}/change/"))
    as_root.post(f"{PEOPLE}{alice.pk}/change/", {"username": "alice"})
    alice.refresh_from_db()
    assert alice.is_active
