"""Two teams become one: on both captains' word, within the limits, whole or not at all."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, User
from competitions.models import Competition, LimitWindow
from grading.scoring import score_claimed
from grading.tasks import score_waiting
from leaderboard.board import standings
from leaderboard.models import ModerationAct, Standing
from leaderboard.moderation import disqualify_team, reinstate_team
from submissions import chunked_uploads, lifecycle
from submissions.merging import most_by_now
from submissions.models import Queue, Submission
from submissions.uploads import store_upload
from teams.joining import join, team_of
from teams.members import captain_of
from teams.models import MergeProposal, Team, TeamInvitation

TEAM = "/competitions/stars/team/"


def text(response):
    return response.content.decode()


def post(user, where, **values):
    """What `user` sees after that."""
    client = Client()
    client.force_login(user)
    return text(client.post(TEAM + where, values, follow=True))


def people(team):
    return sorted(team.memberships.values_list("user__username", flat=True))


def upload(user, team, *contents):
    for content in contents:
        upload = store_upload(team.competition, ContentFile(content.encode(), name="p.csv"))
        lifecycle.submit(team, user, upload)
    score_waiting()


def proposed(captain, name):
    post(captain, "mergers/", team=name)
    return MergeProposal.objects.get(state="waiting")


def snapshot():
    """Everything that a merger touches."""
    return (
        list(Team.objects.order_by("pk").values()),
        list(Submission.objects.order_by("pk").values_list("pk", "team", "is_selected")),
        list(MergeProposal.objects.order_by("pk").values()),
        list(Standing.objects.order_by("pk").values()),
        [people(team) for team in Team.objects.order_by("pk")],
    )


@pytest.fixture
def carol(db):
    return User.objects.create_user("carol", "carol@example.org", "a fine password")


def test_two_teams_become_one_on_both_captains_word(alice, bob, alices_team, bobs_team, competition):
    upload(alice, alices_team, GOOD)
    upload(bob, bobs_team, PERFECT, BAD)
    assert "The captain of bob is asked" in post(alice, "mergers/", team="Bob")
    proposal = MergeProposal.objects.get()
    assert "Your teams are one: you are in alice now." in post(bob, f"mergers/{proposal.pk}/accept/")

    assert people(alices_team) == ["alice", "bob"]
    assert captain_of(alices_team) == alice
    assert alices_team.submissions.count() == 3
    bobs_team.refresh_from_db()
    assert (bobs_team.merged_into, people(bobs_team)) == (alices_team, [])
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answered_by) == ("accepted", bob)
    # The board has one team, with the better of both.
    (row,) = standings(competition)
    assert (row.team, row.score, row.scored_count, row.rank) == (alices_team, 0.0, 2, 1)
    # Bob sees what he has sent among the team's.
    assert post(bob, "name/", name="x").count("Only the captain") == 1
    client = Client()
    client.force_login(bob)
    assert text(client.get("/competitions/stars/submissions/")).count(">p.csv</a>") == 3


def test_the_captain_who_is_asked_to_merge_gets_a_letter(alice, bob, alices_team, bobs_team):
    proposed(alice, "bob")
    letter = Letter.objects.get()
    assert letter.to == bob.email
    assert letter.subject == "alice proposes to merge in Five stars"
    assert f"http://testserver{TEAM}\n" in letter.text


def test_the_limit_of_the_day_is_the_new_teams_own(alice, bob, alices_team, bobs_team, competition):
    Competition.objects.update(opens_at=timezone.now() - timedelta(days=3))
    upload(alice, alices_team, GOOD, GOOD, GOOD)
    upload(bob, bobs_team, GOOD, GOOD)
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    # 3 + 2 of 5 are used.
    client = Client()
    client.force_login(bob)
    assert "has used its 5 submissions for today" in text(client.get("/competitions/stars/submit/"))


def test_more_than_one_team_could_have_sent_is_refused_and_nothing_changes(
    alice, bob, alices_team, bobs_team, competition
):
    Competition.objects.update(opens_at=timezone.now(), daily_limit=3)
    upload(alice, alices_team, GOOD, GOOD)
    upload(bob, bobs_team, GOOD, PERFECT)
    proposal = proposed(alice, "bob")
    before = snapshot()
    page = post(bob, f"mergers/{proposal.pk}/accept/")
    assert "have sent 4 submissions that count (2 + 2); one team of Five stars could have sent 3 by now." in page
    assert snapshot() == before
    # A day later one team could have sent six.
    Competition.objects.update(opens_at=timezone.now() - timedelta(days=1))
    assert "Your teams are one" in post(bob, f"mergers/{proposal.pk}/accept/")


def test_the_limit_in_all_binds_a_merger_too(alice, bob, alices_team, bobs_team, competition):
    Competition.objects.update(opens_at=timezone.now() - timedelta(days=9), total_limit=3)
    upload(alice, alices_team, GOOD, GOOD)
    upload(bob, bobs_team, GOOD, GOOD)
    proposal = proposed(alice, "bob")
    assert "one team of Five stars could have sent 3 by now" in post(bob, f"mergers/{proposal.pk}/accept/")


def at(text):
    """The moment, in UTC as the site has it."""
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "opens", "now", "most"),
    [
        (LimitWindow.UTC_DAY, "2026-03-28T23:59:00+00:00", "2026-03-28T23:59:30+00:00", 5),
        (LimitWindow.UTC_DAY, "2026-03-28T23:59:00+00:00", "2026-03-29T00:00:00+00:00", 10),
        # Europe changes its clocks on 29 March and 25 October: a UTC day has 24 hours all the same.
        (LimitWindow.UTC_DAY, "2026-03-28T12:00:00+00:00", "2026-03-30T00:30:00+02:00", 10),
        (LimitWindow.UTC_DAY, "2026-03-28T12:00:00+00:00", "2026-03-30T02:00:00+02:00", 15),
        (LimitWindow.UTC_DAY, "2026-10-24T12:00:00+00:00", "2026-10-26T00:59:59+01:00", 10),
        (LimitWindow.ROLLING, "2026-03-28T23:59:00+00:00", "2026-03-29T23:58:59+00:00", 5),
        (LimitWindow.ROLLING, "2026-03-28T23:59:00+00:00", "2026-03-29T23:59:00+00:00", 10),
        (LimitWindow.UTC_DAY, "2026-03-28T12:00:00+00:00", "2026-03-28T11:00:00+00:00", 0),
    ],
)
def test_what_one_team_could_have_sent_by_now(competition, window, opens, now, most):
    competition.limit_window, competition.opens_at = window, at(opens)
    assert most_by_now(competition, at(now)) == most


def test_a_merger_above_the_team_size_is_refused_with_both_numbers(
    alice, bob, carol, alices_team, bobs_team, competition
):
    join(carol, competition)
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    proposal = proposed(carol, "alice")
    Competition.objects.update(max_team_size=2)
    before = snapshot()
    page = post(alice, f"mergers/{proposal.pk}/accept/")
    assert "Together you would be 3 people (1 + 2); a team of Five stars has at most 2. Nothing was changed." in page
    assert snapshot() == before


def test_no_merger_after_the_deadline(alice, bob, alices_team, bobs_team, competition):
    upload(bob, bobs_team, GOOD)
    proposal = proposed(alice, "bob")
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=2), merger_deadline_at=now)
    assert "The team merger deadline of Five stars was on" in post(bob, f"mergers/{proposal.pk}/accept/")
    assert people(bobs_team) == ["bob"]


def test_only_the_captain_who_was_asked_answers(alice, bob, carol, alices_team, bobs_team, competition):
    join(carol, competition)
    proposal = proposed(alice, "bob")
    for who in (alice, carol):
        client = Client()
        client.force_login(who)
        assert client.post(f"{TEAM}mergers/{proposal.pk}/accept/").status_code == 404
    client = Client()
    client.force_login(bob)
    assert client.post(f"{TEAM}mergers/{proposal.pk}/withdraw/").status_code == 404
    assert "is declined" in post(bob, f"mergers/{proposal.pk}/decline/")
    assert "answered or withdrawn before" in post(bob, f"mergers/{proposal.pk}/accept/")
    again = proposed(alice, "bob")
    assert "is withdrawn" in post(alice, f"mergers/{again.pk}/withdraw/")
    assert "answered or withdrawn before" in post(bob, f"mergers/{again.pk}/accept/")


@pytest.mark.parametrize(
    "change",
    [
        {"disqualified_at": timezone.now(), "disqualification": "Two accounts."},
        {"is_baseline": True},
        {"is_rehearsal": True},
    ],
)
def test_a_team_that_takes_no_part_does_not_merge(alice, bob, alices_team, bobs_team, change):
    upload(bob, bobs_team, GOOD)
    proposal = proposed(alice, "bob")
    Team.objects.filter(pk=bobs_team.pk).update(**change)
    post(bob, f"mergers/{proposal.pk}/accept/")
    assert people(alices_team) == ["alice"]


def test_a_proposal_to_nobody_or_to_oneself(alice, alices_team, competition):
    Team.objects.create(competition=competition, name="Mean rating", is_baseline=True)
    assert "No team that takes part is called “Mean rating”" in post(alice, "mergers/", team="Mean rating")
    assert "No team that takes part is called “nobody”" in post(alice, "mergers/", team="nobody")
    assert "That is your own team" in post(alice, "mergers/", team="ALICE")


def test_what_the_merged_team_was_asked_dies_with_it(alice, bob, carol, alices_team, bobs_team, competition):
    join(carol, competition)
    upload(bob, bobs_team, GOOD)
    post(bob, "invitations/", username="carol")
    post(bob, "link/")
    post(carol, "mergers/", team="bob")
    post(bob, f"mergers/{proposed_by(alice, 'bob').pk}/accept/")
    assert TeamInvitation.objects.get().state == "withdrawn"
    assert set(MergeProposal.objects.values_list("from_team__name", "state")) == {
        ("carol", "withdrawn"),
        ("alice", "accepted"),
    }
    bobs_team.refresh_from_db()
    assert bobs_team.link_token == ""


def proposed_by(captain, name):
    post(captain, "mergers/", team=name)
    return MergeProposal.objects.get(state="waiting", from_team__name=captain.username)


def test_an_invited_person_who_has_sent_something_brings_it_along(alice, bob, alices_team, bobs_team, competition):
    upload(bob, bobs_team, PERFECT)
    post(alice, "invitations/", username="bob")
    assert "You are in alice now." in post(bob, f"invitations/{TeamInvitation.objects.get().pk}/accept/")
    bobs_team.refresh_from_db()
    assert bobs_team.merged_into == alices_team
    assert [row.team for row in standings(competition)] == [alices_team]
    assert TeamInvitation.objects.get().state == "accepted"


def test_an_invitation_that_would_break_the_limit_changes_nothing(alice, bob, alices_team, bobs_team, competition):
    Competition.objects.update(opens_at=timezone.now(), daily_limit=1)
    upload(alice, alices_team, GOOD)
    upload(bob, bobs_team, GOOD)
    post(alice, "invitations/", username="bob")
    invitation = TeamInvitation.objects.get()
    before = snapshot()
    assert "(1 + 1); one team of Five stars could have sent 1 by now" in post(
        bob, f"invitations/{invitation.pk}/accept/"
    )
    assert snapshot() == before
    invitation.refresh_from_db()
    assert invitation.state == "waiting"


def test_who_is_in_a_team_of_several_leaves_it_first(alice, bob, carol, alices_team, bobs_team, competition):
    carols = join(carol, competition)
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    post(carol, "invitations/", username="bob")
    page = post(bob, f"invitations/{TeamInvitation.objects.get().pk}/accept/")
    assert "You are one of 2 in alice. Leave it first" in page
    assert people(carols) == ["carol"]


def test_both_final_selections_are_cut_to_what_one_team_may_choose(alice, bob, alices_team, bobs_team, competition):
    upload(alice, alices_team, GOOD, PERFECT)
    upload(bob, bobs_team, PERFECT, GOOD)
    chosen = Submission.objects.filter(submitted_by=alice).latest("submitted_at")
    Submission.objects.filter(pk=chosen.pk).update(is_selected=True)
    Submission.objects.filter(submitted_by=bob).update(is_selected=True)
    first_of_bobs = Submission.objects.filter(submitted_by=bob).earliest("submitted_at")
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    assert set(Submission.objects.filter(is_selected=True)) == {chosen, first_of_bobs}


def test_a_submission_that_is_being_scored_while_its_team_merges_counts_for_the_new_one(
    alice, bob, alices_team, bobs_team, competition
):
    """The worker has read the submission before the merger, and finishes after it."""
    upload(alice, alices_team, GOOD)
    sent = store_upload(competition, ContentFile(PERFECT.encode(), name="p.csv"))
    lifecycle.submit(bobs_team, bob, sent)
    claim = lifecycle.claim_next(Queue.SCORING)
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    score_claimed(claim)
    (row,) = standings(competition)
    assert (row.team, row.score, row.scored_count) == (alices_team, 0.0, 2)


def test_a_file_on_its_way_ends_in_the_team_that_its_sender_is_in_then(alice, bob, alices_team, bobs_team, competition):
    content = GOOD.encode()
    on_its_way = chunked_uploads.begin(bobs_team, bob, "p.csv", len(content), sha256(content).hexdigest())
    chunked_uploads.append(on_its_way.pk, 0, content[:10])
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    assert not Team.objects.filter(name="bob").exists()
    chunked_uploads.append(on_its_way.pk, 10, content[10:])
    assert chunked_uploads.finish(on_its_way.pk).team == alices_team


def test_a_file_on_its_way_goes_with_the_one_who_leaves(alice, bob, alices_team, bobs_team, competition):
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    content = GOOD.encode()
    on_its_way = chunked_uploads.begin(alices_team, bob, "p.csv", len(content), sha256(content).hexdigest())
    post(bob, "leave/")
    chunked_uploads.append(on_its_way.pk, 0, content)
    assert chunked_uploads.finish(on_its_way.pk).team == team_of(bob, competition) != alices_team


def test_what_organizers_once_decided_about_a_team_stays_on_record(alice, bob, olga, alices_team, bobs_team):
    disqualify_team(bobs_team, "Two accounts.", olga)
    reinstate_team(bobs_team, "A mistake of ours.", olga)
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    assert people(alices_team) == ["alice", "bob"]
    assert ModerationAct.objects.filter(team=bobs_team).count() == 2


def test_three_teams_one_after_the_other_leave_one_record_each(alice, bob, carol, alices_team, bobs_team, competition):
    carols = join(carol, competition)
    for user, team in ((alice, alices_team), (bob, bobs_team), (carol, carols)):
        upload(user, team, GOOD)
    post(carol, f"mergers/{proposed(bob, 'carol').pk}/accept/")
    post(bob, f"mergers/{proposed(alice, 'bob').pk}/accept/")
    assert people(alices_team) == ["alice", "bob", "carol"]
    assert alices_team.submissions.count() == 3
    assert set(Team.objects.exclude(merged_into=None).values_list("name", "merged_into__name")) == {
        ("bob", "alice"),
        ("carol", "bob"),
    }
    assert team_of(carol, competition) == alices_team
