"""Where a submission stands in its queue, and when its answer can be expected: the fair order, played with a clock."""

import io
import random
import zipfile
from datetime import datetime, timedelta

import pytest
from cast_of_stories import GOOD
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config.clock import seconds_from_now
from grader.scoring.rejection import Problem, Rejected
from grading.scoring import score_claimed
from submissions import lifecycle
from submissions.fairness import order_of
from submissions.models import Event, ModelRun, Queue, Status, Submission
from submissions.pace import pace_of
from submissions.queue_place import place_in_queue
from teams.joining import join

SECONDS = 4


@pytest.fixture
def teams(competition):
    """Four teams of one person each."""
    competition.daily_limit = 50
    competition.save()
    people = [User.objects.create_user(name, f"{name}@example.org", "a fine password") for name in "wxyz"]
    return [join(person, competition) for person in people]


def play(workers, count=None, begins=None):
    """So many workers take up what waits, in the fair order, SECONDS for each file; returns who ended when."""
    begins = begins or timezone.now() - timedelta(hours=1)
    free_at = [begins] * workers
    ended = {}
    while (count is None or len(ended) < count) and (claim := lifecycle.claim_next(Queue.SCORING)):
        score_claimed(claim)
        worker = free_at.index(min(free_at))
        taken_at, free_at[worker] = free_at[worker], free_at[worker] + timedelta(seconds=SECONDS)
        events = Event.objects.filter(submission=claim.submission_id)
        events.filter(status=Status.SCORING).update(at=taken_at)
        events.filter(status=Status.SCORED).update(at=free_at[worker])
        ended[claim.submission_id] = (free_at[worker] - begins).total_seconds()
    return ended


def test_the_place_is_the_one_that_the_fair_order_gives(teams, send):
    busy, some, late, last = teams
    for _ in range(3):
        send(busy)
    send(some)
    play(1)
    sent = [send(team) for team in (busy, busy, some, busy, some, late, some, last)]
    places = {one.pk: place_in_queue(one).number for one in sent}
    assert sorted(places.values()) == [1, 2, 3, 4, 5, 6, 7, 8]
    taken = []
    while claim := lifecycle.claim_next(Queue.SCORING):
        taken.append(claim.submission_id)
    assert sorted(sent, key=lambda one: places[one.pk]) == [Submission.objects.get(pk=pk) for pk in taken]
    # Who had no turn yet stands first, though others had sent before.
    assert places[sent[5].pk] == 1
    assert places[sent[3].pk] == 8


def test_a_team_that_had_nothing_lately_takes_one_turn_at_once_and_then_its_share(teams, send):
    *busy, late = teams
    for _ in range(5):
        for team in busy:
            send(team)
    play(1)
    flood = [send(late) for _ in range(6)]
    others = [send(team) for team in busy * 2]
    told = sorted((place_in_queue(one).number, one.team_id) for one in flood + others)
    taken = []
    while claim := lifecycle.claim_next(Queue.SCORING):
        taken.append(Submission.objects.get(pk=claim.submission_id).team_id)
    assert taken == [team for _, team in told]
    in_turn = [late.pk, *(team.pk for team in busy)]
    assert taken == [*in_turn, *in_turn, *[late.pk] * 4]


@pytest.mark.parametrize("workers", [1, 2])
def test_in_a_steady_queue_the_wait_is_true_within_a_factor_of_two(teams, send, workers):
    for team in teams * 3:
        send(team)
    play(workers)
    sent = [send(team) for team in teams * 3]
    expected = {one.pk: place_in_queue(one).seconds for one in sent}
    ended = play(workers, count=6)
    # Those that still wait are told anew, from then on.
    later = {one.pk: place_in_queue(one).seconds for one in sent if one.pk not in ended}
    assert len(later) == 6
    ended_later = play(workers)
    for told, came in ((expected, ended), (later, ended_later)):
        for pk, seconds in came.items():
            assert 0.5 <= told[pk] / seconds <= 2, (told[pk], seconds)


def test_nothing_is_said_of_the_wait_before_anything_was_measured(teams, send):
    first, second = send(teams[0]), send(teams[1])
    assert (place_in_queue(first).number, place_in_queue(first).seconds) == (1, None)
    assert (place_in_queue(second).number, place_in_queue(second).seconds) == (2, None)


def test_only_what_can_be_taken_up_has_a_place(teams, send, graded, settings):
    scored = graded(teams[0])
    assert place_in_queue(scored) is None
    waiting, other = send(teams[0]), send(teams[1])
    settings.QUEUE_LOOKED_AT = 1
    assert place_in_queue(waiting) is None
    settings.QUEUE_LOOKED_AT = 2
    assert place_in_queue(waiting).number == 2
    # After a failure of ours it waits for its next try.
    Submission.objects.filter(pk=other.pk).update(waiting_since=seconds_from_now(60))
    assert place_in_queue(other) is None
    assert place_in_queue(waiting).number == 1


def a_zip():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("model/saved_model.pb", b"no model")
    return packed.getvalue()


def test_a_model_waits_for_models_and_then_for_its_score(teams, takes_models, send):
    for team in teams:
        team.refresh_from_db()
    # Two that were run before, for ten seconds each, one after the other.
    ran = [send(teams[0], a_zip(), "m.zip"), send(teams[1], a_zip(), "m.zip")]
    begins = timezone.now() - timedelta(hours=1)
    for number, one in enumerate(ran):
        claim = lifecycle.claim_next(Queue.MODELS)
        with transaction.atomic():
            lifecycle.predicted(claim, "x.npy")
        ModelRun.objects.create(
            submission=one, is_public_sample=False, outcome="predicted", seconds=10, peak_rss_bytes=1
        )
        at = begins + timedelta(seconds=10 * number)
        one.events.filter(status=Status.PREDICTING).update(at=at)
        one.events.filter(status=Status.PREDICTED).update(at=at + timedelta(seconds=10))
    assert (pace_of(Queue.MODELS).alone, pace_of(Queue.MODELS).between) == (10, 10)
    same_team, other_team = send(teams[0], a_zip(), "m.zip"), send(teams[2], a_zip(), "m.zip")
    # A file is in no model's way.
    send(teams[3], GOOD)
    assert (place_in_queue(other_team).number, place_in_queue(other_team).seconds) == (1, 10)
    assert (place_in_queue(same_team).number, place_in_queue(same_team).seconds) == (2, 20)


def ran(submission: Submission, seconds: float, at: datetime) -> None:
    ModelRun.objects.create(
        submission=submission, is_public_sample=False, outcome="predicted", seconds=seconds, peak_rss_bytes=1, ran_at=at
    )


@pytest.mark.parametrize("seed", range(4))
def test_models_are_taken_up_as_their_places_say_whatever_ran_before(teams, takes_models, send, seed):
    chance = random.Random(seed)
    for team in teams:
        team.refresh_from_db()
    now = timezone.now()
    for team in chance.sample(teams, 3):
        ran(send(team, a_zip(), "m.zip"), chance.uniform(1, 300), now - timedelta(seconds=chance.uniform(1, 60)))
        with transaction.atomic():
            lifecycle.predicted(lifecycle.claim_next(Queue.MODELS), "x.npy")
    sent = [send(team, a_zip(), "m.zip") for team in teams for _ in range(chance.randrange(1, 6))]
    seconds = pace_of(Queue.MODELS).alone
    told = order_of(Queue.MODELS, seconds)
    taken = []
    while claim := lifecycle.claim_next(Queue.MODELS):
        taken.append(claim.submission_id)
        ran(Submission.objects.get(pk=claim.submission_id), seconds, now + len(taken) * timedelta(seconds=seconds))
        with transaction.atomic():
            lifecycle.predicted(claim, "x.npy")
    assert sorted(taken) == sorted(one.pk for one in sent)
    assert taken == told


def test_a_model_that_is_refused_before_it_runs_was_a_turn_of_its_team(teams, takes_models, send):
    first, second = teams[:2]
    for team in (first, second):
        team.refresh_from_db()
    for team in (first, first, first, second, second):
        send(team, a_zip(), "m.zip")
    taken = []
    while claim := lifecycle.claim_next(Queue.MODELS):
        taken.append(Submission.objects.get(pk=claim.submission_id).team)
        lifecycle.reject(claim, Rejected([Problem(None, "no model.", "Send one.")]))
    assert taken == [first, second, first, second, first]


def test_a_queue_is_counted_once_for_all_who_wait_in_it(teams, send, settings, django_assert_num_queries):
    settings.QUEUE_SECONDS = 60
    first, second, third = (send(team) for team in teams[:3])
    assert place_in_queue(first).number == 1
    with django_assert_num_queries(0):
        assert [place_in_queue(one).number for one in (second, third, first)] == [2, 3, 1]
    # Who has come since is not in it yet: it is counted anew, for all.
    fourth = send(teams[3])
    assert place_in_queue(fourth).number == 4
    play(1, count=2)
    with django_assert_num_queries(0):
        assert place_in_queue(fourth).number == 4
