"""With real processes: nothing is lost, doubled or stuck, whoever dies."""

import contextlib
import signal
from concurrent.futures import ThreadPoolExecutor

import psutil
import requests
from running_site import RunningSite, eventually

QUICK = {"HOLDOUT_LEASE_SECONDS": "3", "HOLDOUT_SWEEP_SECONDS": "1"}
EVALUATIONS = "SELECT count(*) FROM submissions_evaluation WHERE submission_id = ?"
STATUS = "SELECT status FROM submissions_submission WHERE id = ?"
LIMIT = "from competitions.models import Competition; Competition.objects.update(daily_limit={})"
ATTEMPT = "SELECT attempt FROM submissions_submission WHERE id = ?"


def test_twenty_uploads_at_once_leave_exactly_as_many_as_the_limit_allows(run_site):
    # On a machine that is slow just now the last would be told to come back.
    site = run_site(HOLDOUT_BUSY_AFTER_SECONDS="0")
    site.manage("shell", "-v", "0", "-c", LIMIT.format(5))
    (alice,) = site.participants("alice")
    sample = site.sample()
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: alice.upload(sample), range(20)))
    assert sorted(answer.status_code for answer in answers) == [302] * 5 + [409] * 15
    refusals = [answer.text for answer in answers if answer.status_code == 409]
    assert all("has used its 5 submissions for today" in text for text in refusals)
    mine = "SELECT count(*) FROM submissions_submission WHERE submitted_by_id IS NOT NULL"
    assert site.value(mine) == 5
    eventually(lambda: site.value(mine + " AND status = 'scored'") == 5, "all five are scored")
    # The files of the fifteen are gone again.
    folder = site.var / "submissions" / "goodreads"
    assert len(list(folder.iterdir())) == 5 + 3


def test_a_bell_that_rings_three_times_scores_once(run_site):
    site = run_site(HOLDOUT_SCORING_PROCESSES="3")
    (alice,) = site.participants("alice")
    site.hold("worker")
    submission = alice.submit(site.sample())
    code = (
        "from submissions.dispatch import ring, TASKS; from submissions.models import Queue;"
        "print([ring(TASKS[Queue.SCORING], Queue.SCORING) for _ in range(3)])"
    )
    assert "[True, True, True]" in site.manage("shell", "-v", "0", "-c", code)
    site.signal_all("worker", signal.SIGCONT)
    alice.wait_for(submission, "scored")
    # Another one goes through the whole queue behind the surplus bells.
    alice.wait_for(alice.submit(site.sample()), "scored")
    assert site.value(EVALUATIONS, submission) == 1
    assert site.value(ATTEMPT, submission) == 1


def test_a_bell_that_nobody_hears_scores_too(run_site):
    site = run_site(**QUICK)
    (alice,) = site.participants("alice")
    sample = site.sample()
    # A worker that is at something else takes what waits between two steps, whether it has heard a bell or not.
    site.hold("worker")
    site.signal_all("broker", signal.SIGSTOP)
    submission = alice.submit(sample)
    assert site.value(STATUS, submission) == "queued"
    site.kill("broker")
    site.signal_all("worker", signal.SIGCONT)
    alice.wait_for(submission, "scored")
    assert site.value(EVALUATIONS, submission) == 1


def caught_in_mid_grade(site, somebody):
    """Send until the worker can be stopped while it holds a submission; returns that submission."""
    sample = site.sample()
    while True:
        submission = somebody.submit(sample)
        eventually(lambda: site.value(STATUS, submission) != "queued", "it is claimed")  # noqa: B023
        if site.is_held_now("worker", lambda: site.value(STATUS, submission) == "scoring"):  # noqa: B023
            return submission


def test_a_worker_killed_in_mid_grade_ends_in_one_score(run_site):
    site = run_site(**QUICK)
    site.manage("shell", "-v", "0", "-c", LIMIT.format(100_000))
    (alice,) = site.participants("alice")
    submission = caught_in_mid_grade(site, alice)
    site.kill("worker")
    alice.wait_for(submission, "scored")
    assert site.value(EVALUATIONS, submission) == 1
    assert site.value(ATTEMPT, submission) == 2
    notes = [note for (note,) in site.rows("SELECT note FROM submissions_event WHERE submission_id = ?", submission)]
    assert any("the worker went away" in note for note in notes)


def test_a_worker_that_wakes_up_late_does_not_score_a_second_time(run_site):
    site = run_site(**QUICK, HOLDOUT_SCORING_PROCESSES="1")
    site.manage("shell", "-v", "0", "-c", LIMIT.format(100_000))
    (alice,) = site.participants("alice")
    submission = caught_in_mid_grade(site, alice)
    # Another worker on the same database takes over what the sleeping one has lost.
    successor = RunningSite(site.var.parent / "successor", DATABASE_URL=f"sqlite:///{site.database}", **QUICK)
    for folder in ("submissions", "labels", "competition_data", "predictions"):
        successor.var.mkdir(exist_ok=True)
        (successor.var / folder).symlink_to(site.var / folder)
    successor.start()
    alice.wait_for(submission, "scored")
    site.signal_all("worker", signal.SIGCONT)
    alice.wait_for(alice.submit(site.sample()), "scored")
    successor.stop()
    assert site.value(EVALUATIONS, submission) == 1
    assert site.value(ATTEMPT, submission) == 2


def test_everything_that_waits_is_scored_after_web_and_broker_were_killed(run_site):
    site = run_site(**QUICK)
    people = site.participants("alice", "bob", "carol")
    site.hold("worker")
    sample = site.sample()
    sent = [(somebody, somebody.submit(sample)) for somebody in people]
    site.kill("broker")
    site.kill("web")
    site.signal_all("worker", signal.SIGCONT)
    for somebody, submission in sent:
        somebody.wait_for(submission, "scored")
        assert site.value(EVALUATIONS, submission) == 1
    eventually(lambda: _answers(people[0]), "the web server answers again")


def _answers(somebody):
    try:
        return somebody.http.get(somebody.address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_nothing_survives_a_killed_run_and_the_next_one_goes_on(run_site):
    site = run_site(**QUICK)
    (alice,) = site.participants("alice")
    site.hold("worker")
    submission = alice.submit(site.sample())
    family = psutil.Process(site.process.pid).children(recursive=True)
    site.process.kill()
    site.process.wait()
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not alive
    site.start()
    alice.wait_for(submission, "scored")
    assert site.value(EVALUATIONS, submission) == 1


def test_without_a_broker_messages_go_through_files(run_site):
    site = run_site(HOLDOUT_EMBEDDED_BROKER="false")
    assert "messages go through files" in site.said()
    (alice,) = site.participants("alice")
    submission = alice.submit(site.sample())
    alice.wait_for(submission, "scored")
    assert site.value(EVALUATIONS, submission) == 1
