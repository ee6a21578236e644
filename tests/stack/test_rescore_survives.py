"""With real processes: a rescore goes on whoever dies, and files that are sent meanwhile do not wait for its end."""

from running_site import eventually

from tests.benchmarks.rescoring import ASK, MAKE, MAKE_ACTIVE, STATE, UNDER_EACH

MANY = 1500
QUICK = {"HOLDOUT_LEASE_SECONDS": "3", "HOLDOUT_SWEEP_SECONDS": "1", "HOLDOUT_RESCORE_BATCH": "10"}
MADE = """
SELECT count(*) FROM submissions_evaluation e JOIN competitions_solution s ON s.id = e.solution_id
WHERE s.version = 2
"""


OLD_STANDINGS = """
SELECT count(*) FROM leaderboard_standing t JOIN submissions_evaluation e ON e.id = t.best_id
JOIN competitions_solution s ON s.id = e.solution_id JOIN competitions_competition c ON c.id = t.competition_id
WHERE c.slug = 'goodreads' AND s.version = 1
"""


def caught_in_the_middle(site):
    """Stop the worker while part of the rescore is written, and no transaction is open."""
    eventually(lambda: site.value(MADE) > 50, "some are scored again")
    site.hold("worker")
    return site.value(MADE)


def test_a_worker_killed_in_mid_rescore_leaves_nothing_out_and_nothing_twice(run_site):
    site = run_site(**QUICK)
    (alice,) = site.participants("alice")
    sample = site.sample()
    site.manage("shell", "-v", "0", "-c", MAKE.format(MANY, 30))
    before = site.rows("SELECT team_id, best_id FROM leaderboard_standing ORDER BY team_id")
    site.manage("shell", "-v", "0", "-c", ASK)
    assert 50 < caught_in_the_middle(site) < MANY
    assert site.value(STATE) == "scoring"
    submission = alice.submit(sample)
    site.kill("worker")
    alice.wait_for(submission, "scored")
    eventually(lambda: site.value(STATE) == "previewed", "the preview stands")
    # Until it is active, the board is what it was, but for alice's new line.
    assert set(before) < set(site.rows("SELECT team_id, best_id FROM leaderboard_standing"))
    site.manage("shell", "-v", "0", "-c", MAKE_ACTIVE)
    eventually(lambda: site.value(STATE) == "active", "the version is active")
    (_, *under_old), (_, *under_new) = site.rows(UNDER_EACH)
    assert under_old == under_new
    in_all, distinct = under_new
    assert in_all == distinct > MANY
    current = """
    SELECT count(*) FROM submissions_submission u JOIN submissions_evaluation e ON e.id = u.evaluation_id
    JOIN competitions_solution s ON s.id = e.solution_id JOIN competitions_competition c ON c.id = u.competition_id
    WHERE u.status = 'scored' AND c.slug = 'goodreads' AND s.version = 2
    """
    assert site.value(current) == in_all
    assert site.value(OLD_STANDINGS) == 0
