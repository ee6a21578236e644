"""With real processes: a ladder tells each team one story, and each score has one receipt, whoever dies."""

import signal

from running_site import eventually

QUICK = {"HOLDOUT_LEASE_SECONDS": "3", "HOLDOUT_SWEEP_SECONDS": "1", "HOLDOUT_RECEIPTS_AT_ONCE": "3"}
EACH = 60
# By somebody who knows the labels: better and better, with steps back and some that are too small to be told.
SEND = """
import numpy as np
import pandas as pd
from django.core.files.base import ContentFile
from competitions.models import Competition
from submissions import lifecycle
from submissions.uploads import store_upload
Competition.objects.update(daily_limit=10_000)
competition = Competition.objects.get(slug="secret-shelves")
labels = pd.read_csv(competition.solutions.get(is_active=True).file.path)
random = np.random.default_rng(3)
for number in range({0}):
    for team in competition.teams.filter(is_baseline=False):
        known = random.uniform(0.5, 1) * number / {0}
        guess = 3.0 + known * (labels.rating - 3.0) + random.normal(0, 0.1, len(labels))
        text = pd.DataFrame(dict(id=labels.id, rating=guess.clip(1, 5))).to_csv(index=False)
        upload = store_upload(competition, ContentFile(text.encode(), name="p.csv"))
        lifecycle.submit(team, team.memberships.get().user, upload)
"""
TOLD_AGAIN = """
from competitions.models import Competition
from grader.scoring.score_ladder import Judged, Ladder
from grading.kept_predictions import read_kept
from grading.labels import labels_of
from leaderboard.rungs import weakest_baseline
from leaderboard.standings import rebuild
from submissions.models import Evaluation
competition = Competition.objects.get(slug="secret-shelves")
version = competition.solutions.get(is_active=True)
labels = labels_of(version)
def judged(one):
    rows, kept = labels.is_public, read_kept(one, labels.row_ids.size)
    return Judged(one.public_score, competition.scored_by.row_loss(labels.targets[rows], kept[rows]))
otherwise = 0
for team in competition.teams.filter(is_baseline=False):
    ladder = Ladder(judged(weakest_baseline(competition, version).evaluation), competition.decimals)
    for one in Evaluation.objects.filter(submission__team=team).order_by("pk"):
        ladder, answer = ladder.tell(judged(one))
        otherwise += (answer.word is None) != (one.told == "score")
print("told otherwise:", otherwise, "standings mended:", rebuild(competition))
"""
THEIRS = "FROM submissions_submission WHERE submitted_by_id IS NOT NULL"
SCORED = f"SELECT count(*) {THEIRS} AND status = 'scored'"
IN_HAND = f"SELECT count(*) {THEIRS} AND status = 'scoring'"
EVALUATIONS = f"""
SELECT count(*), count(DISTINCT submission_id) FROM submissions_evaluation WHERE submission_id IN (SELECT id {THEIRS})
"""
WITHOUT_RECEIPT = "SELECT count(*) FROM submissions_evaluation WHERE NOT is_receipted"
CHAIN = """
SELECT r.number, r.evaluation_id FROM leaderboard_receipt r JOIN competitions_competition c ON c.id = r.competition_id
WHERE c.slug = 'secret-shelves' ORDER BY r.number
"""
ANSWERS = "SELECT told, count(*) FROM submissions_evaluation GROUP BY told"


def kill_in_mid_grade(site):
    """kill -9 the worker while it holds a submission, and no transaction is open."""
    site.hold("worker", lambda: site.value(IN_HAND))
    site.kill("worker")


def test_a_ladder_and_its_chain_are_whole_after_workers_were_killed(run_site):
    site = run_site(**QUICK)
    site.participants("alice", "bob", slug="secret-shelves")
    site.hold("worker")
    site.manage("shell", "-v", "0", "-c", SEND.format(EACH))
    site.signal_all("worker", signal.SIGCONT)
    for _ in range(2):
        kill_in_mid_grade(site)
    eventually(lambda: site.value(SCORED) == 2 * EACH, "all are scored")
    assert site.rows(EVALUATIONS) == [(2 * EACH, 2 * EACH)]
    assert dict(site.rows(ANSWERS)).keys() == {"score", "no_improvement", "below_baseline"}
    assert "told otherwise: 0 standings mended: 0" in site.manage("shell", "-v", "0", "-c", TOLD_AGAIN)
    eventually(lambda: site.value(WITHOUT_RECEIPT) == 0, "each has its receipt")
    chain = site.rows(CHAIN)
    assert [number for number, _ in chain] == list(range(1, len(chain) + 1))
    assert len({evaluation for _, evaluation in chain}) == len(chain) > 2 * EACH
