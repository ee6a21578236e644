"""A rescore while everything else goes on: gradings, new files, choices of participants, and a second worker."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from cast_of_stories import GOOD, PERFECT, SOLUTION
from django.db import connection, transaction

from competitions.models import Rescore
from grading.tasks import rescore, score_waiting
from leaderboard.final_selection import select
from leaderboard.models import Standing
from leaderboard.standings import rebuild
from submissions import lifecycle, rescores
from submissions.models import Evaluation, Status, Submission
from teams.joining import hold_names
from teams.members import hold

ROUNDS = 12


def on_a_connection_of_its_own(work: Callable[[int], object], rounds: int = ROUNDS) -> None:
    try:
        for number in range(rounds):
            work(number)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_everything_at_once_ends_with_one_score_each_under_the_new_version(
    alices_team, bobs_team, competition, graded, send, new_version, settings, olga
):
    settings.RESCORE_BATCH = 2
    competition.daily_limit = 1000
    competition.save()
    for team in (alices_team, bobs_team):
        team.refresh_from_db()
    alices, bobs = ([graded(team, text) for text in (GOOD, PERFECT) * 4] for team in (alices_team, bobs_team))
    asked = rescores.ask(new_version(SOLUTION.replace("1,5,Public", "1,4,Public")), olga)

    def send_and_score(number):
        send(alices_team if number % 2 else bobs_team, GOOD)
        score_waiting()

    def choose(number):
        select(bobs[number % 8])
        select(bobs[(number - 1) % 8], is_selected=False)

    def go_on(_):
        rescore()
        rescores.make_active(Rescore.objects.get(pk=asked.pk))

    def grade_again(number):
        lifecycle.regrade(alices[number % 8])
        score_waiting()

    works = (send_and_score, choose, go_on, go_on, grade_again)
    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(on_a_connection_of_its_own, works))
    # Whatever a turn has left over.
    for _ in range(3):
        score_waiting()
        rescore()
        rescores.make_active(asked)
    asked.refresh_from_db()
    assert asked.state == Rescore.State.ACTIVE
    assert set(Submission.objects.values_list("status", "evaluation__solution")) == {(Status.SCORED, asked.solution_id)}
    live = Evaluation.objects.filter(solution=asked.solution, is_live=True)
    assert live.count() == Submission.objects.count() == 16 + ROUNDS
    kept = list(Standing.objects.order_by("team").values_list("team", "best", "final", "scored_count"))
    rebuild(competition)
    assert list(Standing.objects.order_by("team").values_list("team", "best", "final", "scored_count")) == kept


@pytest.mark.django_db(transaction=True)
def test_a_team_that_takes_a_new_name_and_a_version_that_becomes_active_do_not_wait_for_each_other(
    alices_team, alice, competition, graded, new_version, olga
):
    graded(alices_team, GOOD)
    asked = rescores.ask(new_version(SOLUTION.replace("1,5,Public", "1,4,Public")), olga)
    rescore()
    assert rescores.make_active(Rescore.objects.get(pk=asked.pk))

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            hold(alices_team)
            activating = threads.submit(on_a_connection_of_its_own, lambda _: rescore(), 1)
            # On PostgreSQL it gets as far as the team's lock.
            wait([activating], timeout=1)
            hold_names(competition)
        activating.result()
    asked.refresh_from_db()
    assert asked.state == Rescore.State.ACTIVE
