"""How a ladder is kept: by workers at once, when files are lost, through rescores, and against guessing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from cast_of_stories import predictions
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.utils import timezone
from ladder_of_stories import (
    FIRST_RUNG,
    NOT_CLEARLY_BETTER,
    SECOND_RUNG,
    enter_baseline,
    told,
)

from competitions.models import Competition, DataFile, Solution
from grading.scoring import score_claimed
from grading.solutions import check
from grading.tasks import score_waiting
from leaderboard.board import standings
from leaderboard.mergers import accept_proposal
from leaderboard.standings import rebuild
from submissions import lifecycle
from submissions.models import Queue, Status, Submission, Told
from submissions.uploads import store_upload
from teams.joining import join
from teams.models import MergeProposal


def text(response):
    return response.content.decode()


def board(competition):
    return [(row.rank, row.team.name, row.score) for row in standings(competition)]


def test_what_was_told_stays_told_when_it_is_graded_again(alices, graded):
    first = graded(alices, FIRST_RUNG)
    between = graded(alices, NOT_CLEARLY_BETTER)
    graded(alices, SECOND_RUNG)
    for sent, said in ((first, Told.SCORE), (between, Told.NO_IMPROVEMENT)):
        assert lifecycle.regrade(sent)
        score_waiting()
        assert told(sent) == said


def test_kept_predictions_of_a_rung_that_are_lost_are_read_from_what_was_sent(alices, graded):
    rung = graded(alices, FIRST_RUNG)
    Path(rung.evaluation.predictions.path).unlink()
    assert told(graded(alices, NOT_CLEARLY_BETTER)) == Told.NO_IMPROVEMENT
    assert told(graded(alices, SECOND_RUNG)) == Told.SCORE


def test_a_file_whose_rung_is_lost_altogether_waits_as_our_fault(alices, graded, settings):
    rung = graded(alices, FIRST_RUNG)
    Path(rung.evaluation.predictions.path).unlink()
    stored = Path(rung.file.path)
    content = stored.read_bytes()
    stored.unlink()
    sent = graded(alices, SECOND_RUNG)
    assert sent.status == Status.QUEUED
    assert sent.events.last().note == "our fault: the scoring stopped with RungIsLost; it will be tried again"
    stored.write_bytes(content)
    Submission.objects.filter(pk=sent.pk).update(waiting_since=timezone.now() - timedelta(minutes=1))
    score_waiting()
    assert told(sent) == Told.SCORE


class WhileItIsKept(FileSystemStorage):
    """A store that is slow enough for something else to happen before it has written a file."""

    happens = None

    def _save(self, name, content):
        if act := type(self).happens:
            type(self).happens = None
            act()
        return super()._save(name, content)


def test_of_two_workers_the_one_that_comes_second_judges_again(alices, send, settings):
    """Both files beat the baseline; the same file twice is no improvement, whichever worker is faster."""
    first, second = send(alices, FIRST_RUNG), send(alices, FIRST_RUNG)
    slow, fast = lifecycle.claim_next(Queue.SCORING), lifecycle.claim_next(Queue.SCORING)
    store = {"BACKEND": f"{__name__}.WhileItIsKept", "OPTIONS": settings.STORAGES["predictions"]["OPTIONS"]}
    settings.STORAGES = settings.STORAGES | {"predictions": store}
    WhileItIsKept.happens = lambda: score_claimed(fast)
    score_claimed(slow)
    assert Submission.objects.get(pk=fast.submission_id).evaluation.told == Told.SCORE
    assert Submission.objects.get(pk=slow.submission_id).evaluation.told == Told.NO_IMPROVEMENT
    assert {told(first), told(second)} == {Told.SCORE, Told.NO_IMPROVEMENT}


@pytest.mark.django_db(transaction=True)
def test_of_twelve_equal_files_that_three_workers_score_at_once_one_is_told(alices, send):
    sent = [send(alices, FIRST_RUNG) for _ in range(12)]

    def work(_):
        try:
            score_waiting()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(work, range(3)))
    # Whatever a turn has left over.
    score_waiting()
    assert sorted(told(one) for one in sent) == [Told.NO_IMPROVEMENT] * 11 + [Told.SCORE]


def test_a_merger_tells_nothing_anew_and_the_best_of_both_is_to_be_beaten(ladder, alices, bobs, alice, bob, graded):
    alices_file, bobs_file = graded(alices, FIRST_RUNG), graded(bobs, SECOND_RUNG)
    below = graded(bobs, NOT_CLEARLY_BETTER)
    proposal = MergeProposal.objects.create(from_team=alices, to_team=bobs, proposed_by=alice)
    accept_proposal(proposal, bob)
    assert [told(one) for one in (alices_file, bobs_file, below)] == [Told.SCORE, Told.SCORE, Told.NO_IMPROVEMENT]
    assert board(ladder)[0] == (1, "alice", 0.125)
    upload = store_upload(ladder, ContentFile(predictions(4.2, 3).encode(), name="p.csv"))
    lifecycle.submit(alices, alice, upload)
    score_waiting()
    # MSE 0.32: better than alice's own, and not than bob's.
    assert told(Submission.objects.latest("submitted_at")) == Told.NO_IMPROVEMENT
    assert rebuild(ladder) == 0


def test_a_rescore_tells_the_files_anew_in_their_order(ladder, alices, bobs, graded, new_version, rescored, as_olga):
    """The first public target becomes 1, so that the baseline (losses 4, 0) and what was a rung change places.

    Against (3, 3): (4, 3) is worse; (1, 3.5) has losses 0 and 0.25, differences 4 and -0.25: 1.875 > 1.503.
    """
    baselines = Submission.objects.get(team__is_baseline=True)
    was_rung = graded(alices, FIRST_RUNG)
    becomes_rung = graded(alices, predictions(1, 3.5))
    same_again = graded(alices, predictions(1, 3.5))
    assert [told(sent) for sent in (was_rung, becomes_rung)] == [Told.SCORE, Told.NO_IMPROVEMENT]
    below = graded(bobs, predictions(5, 3))
    asked = rescored(new_version("id,rating,Usage\n1,1,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"))
    assert told(baselines) == Told.SCORE
    assert told(was_rung) == Told.BELOW_BASELINE
    assert told(becomes_rung) == Told.SCORE
    assert told(same_again) == Told.NO_IMPROVEMENT
    assert told(below) == Told.BELOW_BASELINE
    assert "3 are answered otherwise on the ladder" in text(
        as_olga.get(f"/admin/competitions/rescore/{asked.pk}/change/")
    )
    assert board(ladder) == [(1, "alice", 0.125), (None, "Always three", 2.0), (None, "bob", None)]
    assert rebuild(ladder) == 0
    assert told(graded(alices, predictions(1, 3))) == Told.SCORE


def test_a_rescore_in_small_batches_tells_the_same(ladder, alices, graded, new_version, rescored, settings):
    settings.RESCORE_BATCH = 1
    sent = [graded(alices, content) for content in (FIRST_RUNG, NOT_CLEARLY_BETTER, SECOND_RUNG)]
    # A baseline of later: the replay takes it first.
    enter_baseline(ladder, FIRST_RUNG, "Four and three")
    before = [told(one) for one in sent]
    rescored(new_version("id,rating,Usage\n1,5,Public\n2,3,Public\n3,4,Private\n4,2,Private\n5,2,Private\n"))
    assert [told(one) for one in sent] == before == [Told.SCORE, Told.NO_IMPROVEMENT, Told.SCORE]


def test_a_metric_without_a_loss_by_row_is_judged_by_its_draws(alice, bob, graded, competition):
    """AUC of 60 rows: the baseline orders half of them; a few swaps are no improvement, the right order is one."""
    rows = range(1, 61)
    targets = {number: number % 2 for number in rows}
    solution = "id,rating,Usage\n" + "".join(f"{n},{targets[n]},{'Public' if n <= 40 else 'Private'}\n" for n in rows)
    made = Competition.objects.create(
        slug="auc", title="AUC", tagline="t", is_published=True, metric="auc", disclosure="ladder", lowest=None,
        highest=None,
    )  # fmt: skip
    table = "id,user_id,book_name\n" + "".join(f"{n},u,b\n" for n in rows)
    DataFile.objects.create(competition=made, name="test.csv", file=ContentFile(table, "t.csv"))
    assert check(Solution.objects.create(competition=made, version=1, file=ContentFile(solution, "s.csv")))

    def file(value):
        return "id,rating\n" + "".join(f"{n},{value(n)}\n" for n in rows)

    chance = Random(3)
    noise = {n: chance.random() for n in rows}
    enter_baseline(made, file(lambda n: noise[n] + 0.2 * targets[n]))
    team = join(alice, made)
    assert told(graded(team, file(lambda n: noise[n] + 0.201 * targets[n]))) == Told.BELOW_BASELINE
    assert told(graded(team, file(lambda n: noise[n] + 0.5 * targets[n]))) == Told.SCORE
    assert told(graded(team, file(lambda n: noise[n] + 0.5 * targets[n]))) == Told.NO_IMPROVEMENT
    assert told(graded(team, file(lambda n: targets[n]))) == Told.SCORE


def test_lists_are_judged_by_draws_of_whole_lists(alice, graded):
    """Thirty readers with three books each, of which one is liked; twenty of the readers are public."""
    rows = range(1, 91)
    liked = {n: int(n % 3 == 0) for n in rows}
    part = {n: "Public" if n <= 60 else "Private" for n in rows}
    solution = "id,relevance,group,Usage\n" + "".join(f"{n},{liked[n]},{(n + 2) // 3},{part[n]}\n" for n in rows)
    made = Competition.objects.create(
        slug="lists", title="Lists", tagline="t", is_published=True, metric="ndcg_at_k", metric_k=3,
        target_column="score", disclosure="ladder", lowest=None, highest=None,
    )  # fmt: skip
    table = "id,user_id,book_name\n" + "".join(f"{n},u,b\n" for n in rows)
    DataFile.objects.create(competition=made, name="test.csv", file=ContentFile(table, "t.csv"))
    assert check(Solution.objects.create(competition=made, version=1, file=ContentFile(solution, "s.csv")))

    def file(first):
        """The liked book is put first in the lists of that many readers, and last in the others."""
        return "id,score\n" + "".join(f"{n},{liked[n] if n <= 3 * first else -liked[n]}\n" for n in rows)

    enter_baseline(made, file(2))
    team = join(alice, made)
    assert told(graded(team, file(2))) == Told.BELOW_BASELINE
    assert told(graded(team, file(12))) == Told.SCORE
    assert told(graded(team, file(12))) == Told.NO_IMPROVEMENT
    assert told(graded(team, file(20))) == Told.SCORE


def said_of(sent, reader):
    """What its page says of a file's score, without what names the file."""
    said = text(reader.get(sent.get_absolute_url() + "status/")).split("data-word", 1)[1].split("Receipt", 1)[0]
    return said.replace(str(sent.pk), "")


def test_three_hundred_random_files_hear_one_and_the_same_word(alice, graded, as_alice, competition):
    """A plain board would tell 300 numbers, enough to put 100 labels together; here nothing differs."""
    chance = Random(7)
    rows = range(1, 121)
    labels = {n: chance.choice((1, 2, 3, 4, 5)) for n in rows}
    solution = "id,rating,Usage\n" + "".join(f"{n},{labels[n]},{'Public' if n <= 100 else 'Private'}\n" for n in rows)
    made = Competition.objects.create(
        slug="wide", title="Wide", tagline="t", is_published=True, disclosure="ladder", daily_limit=1000
    )
    table = "id,user_id,book_name\n" + "".join(f"{n},u,b\n" for n in rows)
    DataFile.objects.create(competition=made, name="test.csv", file=ContentFile(table, "t.csv"))
    assert check(Solution.objects.create(competition=made, version=1, file=ContentFile(solution, "s.csv")))
    enter_baseline(made, "id,rating\n" + "".join(f"{n},3\n" for n in rows))
    team = join(alice, made)
    for _ in range(300):
        graded(team, "id,rating\n" + "".join(f"{n},{chance.randint(1, 5)}\n" for n in rows))
    sent = Submission.objects.filter(team=team, status=Status.SCORED)
    assert set(sent.values_list("evaluation__told", flat=True)) == {Told.BELOW_BASELINE}
    assert sent.count() == 300
    panels = {said_of(one, as_alice) for one in sent[:20]}
    assert len(panels) == 1, panels
    assert board(made)[-1] == (None, "alice", None)
    # It can still be left behind by a model.
    assert told(graded(team, "id,rating\n" + "".join(f"{n},{(labels[n] + 3) / 2}\n" for n in rows))) == Told.SCORE
