"""Fifty requests at once: nobody stands in two teams, no team is too large, no limit is passed, one merger wins."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from cast_of_stories import GOOD
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition, EntryPolicy
from leaderboard.mergers import accept_proposal
from submissions.account_deletion import delete_account
from submissions.merging import counted
from submissions.models import SliceReport, Submission
from teams.entry import approve, ask_to_enter, deny
from teams.entry_invitations import invite_by_link
from teams.joining import join
from teams.members import ChangeRefused
from teams.merging import propose
from teams.models import EntryInvitationUse, EntryRequest, Membership, MergeProposal, Team, TeamInvitation

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/competitions/stars/"


def at_once(calls):
    """Let each call begin at the same moment, each with a connection of its own; returns what they answered."""
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as crowd:
        return list(crowd.map(run, calls))


def crowd_of(count, competition, *, joined=True):
    """So many people, (user, client) each."""
    found = []
    for number in range(count):
        user = User.objects.create_user(f"user{number:02}", f"user{number:02}@example.org", "a fine password")
        if joined:
            join(user, competition)
        client = Client()
        client.force_login(user)
        found.append((user, client))
    return found


def posts(client, where, **values):
    def send():
        return client.post(HOME + where, values).status_code

    return send


def uploads(client, more=""):
    def send():
        file = SimpleUploadedFile("p.csv", GOOD.encode() + more.encode())
        return client.post(f"{HOME}submit/", {"file": file}).status_code

    return send


def live_teams():
    return Team.objects.filter(merged_into=None)


def check_the_laws(competition, people):
    """What holds whatever has happened."""
    competition.refresh_from_db()
    teams = Counter(Membership.objects.filter(competition=competition).values_list("user", flat=True))
    assert teams == {user.pk: 1 for user, _ in people}
    for team in Team.objects.all():
        size = team.memberships.count()
        assert size <= competition.max_team_size
        assert team.memberships.filter(is_captain=True).count() == min(size, 1)
        assert not (team.merged_into_id and (size or team.submissions.exists()))
    for submission in Submission.objects.all():
        assert submission.team.memberships.filter(user=submission.submitted_by).exists()


def test_fifty_people_open_the_link_of_a_team_with_four_places(competition):
    people = crowd_of(51, competition)
    captain, as_captain = people[0]
    as_captain.post(f"{HOME}team/link/")
    team = Team.objects.get(memberships__user=captain)
    assert set(at_once([posts(client, f"team/link/{team.link_token}/") for _, client in people[1:]])) == {302}
    assert team.memberships.count() == 5
    check_the_laws(competition, people)


def test_one_person_accepts_the_invitations_of_many_teams(competition):
    people = crowd_of(21, competition)
    guest, as_guest = people[0]
    for _, client in people[1:]:
        client.post(f"{HOME}team/invitations/", {"username": guest.username})
    asked = list(TeamInvitation.objects.values_list("pk", flat=True))
    assert len(asked) == 20
    at_once([posts(as_guest, f"team/invitations/{pk}/accept/") for pk in asked])
    assert TeamInvitation.objects.filter(state="accepted").count() == 1
    assert Membership.objects.get(user=guest).team.memberships.count() == 2
    check_the_laws(competition, people)


def test_one_proposal_is_accepted_by_twenty_browsers_of_one_captain(competition):
    people = crowd_of(2, competition)
    (first, _), (second, _) = people
    uploads(people[1][1])()
    proposal = propose(first.memberships.get().team, first, second.username, "http://testserver")

    def accept():
        try:
            accept_proposal(MergeProposal.objects.get(pk=proposal.pk), second)
        except ChangeRefused:
            return False
        return True

    assert sum(at_once([accept] * 20)) == 1
    check_the_laws(competition, people)


def test_everyone_proposes_to_everyone_and_all_accept(competition):
    """Mergers in both directions of each pair, and in rings: none waits for another for ever."""
    Competition.objects.update(max_team_size=3)
    competition.refresh_from_db()
    people = crowd_of(7, competition)
    for _, client in people:
        assert uploads(client)() == 302
    for user, _ in people:
        for other, _ in people:
            if other != user:
                propose(user.memberships.get().team, user, other.username, "http://testserver")
    calls = [_accepts(proposal, people) for proposal in MergeProposal.objects.select_related("to_team")]
    assert len(calls) == 42
    at_once(calls)
    check_the_laws(competition, people)
    assert any(team.memberships.count() == 3 for team in live_teams())


def _accepts(proposal, people):
    captain = proposal.to_team.memberships.get().user
    client = next(client for user, client in people if user == captain)
    return posts(client, f"team/mergers/{proposal.pk}/accept/")


def test_uploads_mergers_leaving_and_links_at_once_pass_no_limit(competition):
    """On the first day, with three submissions a day, no team may ever have more than three that count."""
    Competition.objects.update(opens_at=timezone.now(), daily_limit=3)
    competition.refresh_from_db()
    people = crowd_of(10, competition)
    hosts = people[:5]
    for _, client in hosts:
        client.post(f"{HOME}team/link/")
    links = list(Team.objects.exclude(link_token="").values_list("link_token", flat=True))
    proposals = []
    for (first, _), (second, as_second) in zip(hosts, hosts[1:] + hosts[:1], strict=True):
        proposal = propose(first.memberships.get().team, first, second.username, "http://testserver")
        proposals.append(posts(as_second, f"team/mergers/{proposal.pk}/accept/"))
    calls = [*proposals]
    calls += [uploads(client) for _, client in people for _ in range(3)]
    calls += [posts(client, f"team/link/{link}/") for (_, client), link in zip(people[5:], links, strict=True)]
    calls += [posts(client, "team/leave/") for _, client in people]
    assert len(calls) == 50
    at_once(calls)
    check_the_laws(competition, people)
    assert all(counted(team) <= 3 for team in live_teams())
    assert Submission.objects.exists()


def test_fifty_uploads_of_one_team_take_the_days_five_and_no_more(competition):
    ((user, client),) = people = crowd_of(1, competition)
    answers = Counter(at_once([uploads(client, f"{number},3\n") for number in range(50)]))
    assert answers == {302: 5, 409: 45}
    assert user.memberships.get().team.submissions.count() == 5
    check_the_laws(competition, people)


def test_a_deadline_that_passes_among_fifty_requests_is_one_moment_for_all(competition):
    """Half of them come at once, the others as soon as it has passed: of these none is taken."""
    people = crowd_of(20, competition)
    accepting = []
    for (first, _), (second, as_second) in zip(people[::2], people[1::2], strict=True):
        proposal = propose(first.memberships.get().team, first, second.username, "http://testserver")
        accepting.append(posts(as_second, f"team/mergers/{proposal.pk}/accept/"))
    deadline = timezone.now() + timedelta(seconds=2)
    Competition.objects.update(merger_deadline_at=deadline, closes_at=deadline)

    def afterwards(call):
        def wait_and_call():
            time.sleep(max(0.0, (deadline - timezone.now()).total_seconds()))
            return call()

        return wait_and_call

    in_time = [*accepting[:5], *(uploads(client) for _, client in people)]
    too_late = [*accepting[5:], *(uploads(client, "9,1\n") for _, client in people)]
    answers = at_once([*in_time, *map(afterwards, too_late)])
    assert len(answers) == 50
    assert set(answers[30:]) == {409}
    assert MergeProposal.objects.filter(state="accepted").count() <= 5
    assert not MergeProposal.objects.filter(state="accepted", answered_at__gte=deadline).exists()
    assert not Submission.objects.filter(submitted_at__gte=deadline).exists()
    assert Submission.objects.count() == Counter(answers[5:25])[302]
    check_the_laws(competition, people)


def test_whoever_is_denied_while_they_join_is_either_in_or_denied(competition, olga):
    Competition.objects.update(entry=EntryPolicy.APPROVAL)
    competition.refresh_from_db()
    people = crowd_of(25, competition, joined=False)
    for user, _ in people:
        ask_to_enter(user, competition)
    approve(EntryRequest.objects.all(), olga, "http://testserver")
    denials = [partial(deny, EntryRequest.objects.filter(user=user), olga, "The class is full.") for user, _ in people]
    joins = [posts(client, "join/", accept_rules="on") for _, client in people]
    at_once([call for pair in zip(joins, denials, strict=True) for call in pair])
    inside = set(Membership.objects.values_list("user", flat=True))
    denied = set(EntryRequest.objects.filter(state="denied").values_list("user", flat=True))
    assert not inside & denied
    assert inside | denied == {user.pk for user, _ in people}


def test_fifty_requests_for_an_invitation_of_three_uses(competition):
    Competition.objects.update(entry=EntryPolicy.INVITATION)
    invitation = invite_by_link(competition, 3, None)
    people = crowd_of(25, competition, joined=False)
    entering = {"accept_rules": "on", "invitation": invitation.token}
    at_once([posts(client, "join/", **entering) for _, client in people for _ in range(2)])
    assert EntryInvitationUse.objects.count() == Membership.objects.count() == Team.objects.count() == 3
    invitation.refresh_from_db()
    assert invitation.use_count == 3


def test_fifty_teams_take_one_name(competition):
    people = crowd_of(50, competition)
    at_once([posts(client, "team/name/", name="The best") for _, client in people])
    assert Team.objects.filter(name="The best").count() == 1
    check_the_laws(competition, people)


def test_two_browsers_of_one_team_take_the_days_last_look_into_slices_once(competition, alices_team, graded, settings):
    # Of the two public rows each level is a slice of its own.
    settings.SLICES_PER_DAY, settings.LEAST_SLICE_ROWS = 1, 1
    sent = [graded(alices_team, GOOD + "\n" * number) for number in range(4)]
    browsers = [Client() for _ in sent]
    for browser in browsers:
        browser.force_login(alices_team.memberships.get().user)

    def asks(browser, submission):
        return lambda: browser.post(f"/submissions/{submission.pk}/slices/").status_code

    calls = [asks(browser, submission) for browser, submission in zip(browsers, sent, strict=True)]
    assert set(at_once(calls)) == {302}
    assert SliceReport.objects.count() == 1


def test_two_who_take_part_in_what_the_other_organizes_delete_their_accounts(competition, alice, bob, olga):
    """Each holds what the other needs: they take the rows in one order, and none waits for ever."""
    other = Competition.objects.create(slug="other", title="Another", tagline="x", is_published=True)
    other.organizers.add(alice, olga)
    competition.organizers.add(bob)
    join(bob, other)
    join(alice, competition)
    names = at_once([partial(delete_account, alice), partial(delete_account, bob)])
    assert names == [f"deleted user {alice.pk}", f"deleted user {bob.pk}"]
    assert set(Team.objects.values_list("name", flat=True)) == set(names)
    assert [list(one.organizers.all()) for one in (competition, other)] == [[olga], [olga]]
