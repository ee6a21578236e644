"""With real processes: a file whose reader dies each time ends as failed, and nobody else waits for it."""

import gzip
import signal

from running_site import eventually
from test_never_lost import ATTEMPT, EVALUATIONS, QUICK, STATUS

FAILURE = "SELECT failure FROM submissions_submission WHERE id = ?"
BEGUN = "SELECT id FROM submissions_event WHERE submission_id = ? AND status = 'scoring' ORDER BY id"
ENDED = "SELECT id FROM submissions_event WHERE submission_id = ? AND status = 'scored'"
DIGITS = 3900


def long_to_read(sample):
    """The same answers with very many digits: whoever reads them can be struck in the act."""
    header, *lines = sample.decode().split()
    rows = (f"{line.partition(',')[0]},3.{'0' * DIGITS}\n" for line in lines)
    return gzip.compress((f"{header}\n" + "".join(rows)).encode(), compresslevel=1)


def test_a_file_whose_reader_dies_each_time_fails_and_holds_up_nobody(run_site):
    site = run_site(**QUICK, HOLDOUT_SCORING_PROCESSES="1")
    mallory, bob = site.participants("mallory", "bob")
    sample = site.sample()
    poison_file = long_to_read(sample)
    site.hold("worker")
    poison = mallory.submit(poison_file, "poison.csv.gz")
    others = [bob.submit(sample) for _ in range(2)]
    site.signal_all("worker", signal.SIGCONT)
    for attempt in (1, 2, 3):
        eventually(lambda: is_read(site, poison, attempt), f"it is read for the {attempt}. time")  # noqa: B023
        for child in site.top("worker").children():
            child.kill()
    mallory.wait_for(poison, "failed")
    assert site.value(FAILURE, poison) == "the worker went away (3 tries)"
    second_try = site.rows(BEGUN, poison)[1][0]
    for one in others:
        assert (site.value(STATUS, one), site.value(ATTEMPT, one), site.value(EVALUATIONS, one)) == ("scored", 1, 1)
        assert site.value(ENDED, one) < second_try


def is_read(site, submission, attempt):
    return site.value(STATUS, submission) == "scoring" and site.value(ATTEMPT, submission) == attempt
