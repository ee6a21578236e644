"""With real processes: a file that kills whoever reads it ends as failed, and nobody else waits for it."""

import os
import signal

from running_site import eventually
from test_never_lost import ATTEMPT, EVALUATIONS, QUICK, STATUS, stop_the_worker

FILE = "SELECT file FROM submissions_submission WHERE id = ?"
FAILURE = "SELECT failure FROM submissions_submission WHERE id = ?"
BEGUN = "SELECT id FROM submissions_event WHERE submission_id = ? AND status = 'scoring' ORDER BY id"
ENDED = "SELECT id FROM submissions_event WHERE submission_id = ? AND status = 'scored'"


def test_a_file_that_kills_its_worker_each_time_fails_and_holds_up_nobody(run_site):
    site = run_site(**QUICK, HOLDOUT_SCORING_PROCESSES="1")
    mallory, bob = site.participants("mallory", "bob")
    sample = site.sample()
    stop_the_worker(site)
    poison = mallory.submit(sample)
    others = [bob.submit(sample) for _ in range(2)]
    # Whoever opens it waits for a writer that never comes, and can be struck in the act.
    path = site.var / "submissions" / str(site.value(FILE, poison))
    path.unlink()
    os.mkfifo(path)
    site.signal_all("worker", signal.SIGCONT)
    for attempt in (1, 2, 3):
        eventually(lambda: reads(site, poison, attempt), f"it is read for the {attempt}. time")  # noqa: B023
        (child,) = site.top("worker").children()
        child.kill()
    mallory.wait_for(poison, "failed")
    assert site.value(FAILURE, poison) == "the worker went away (3 tries)"
    second_try = site.rows(BEGUN, poison)[1][0]
    for one in others:
        assert (site.value(STATUS, one), site.value(ATTEMPT, one), site.value(EVALUATIONS, one)) == ("scored", 1, 1)
        assert site.value(ENDED, one) < second_try


def reads(site, submission, attempt):
    return site.value(STATUS, submission) == "scoring" and site.value(ATTEMPT, submission) == attempt
