"""A launch check with real workers: killed in mid-work, it is carried on with, and nothing of it stays."""

from running_site import eventually

ASK = """
from competitions.models import Competition
from submissions.launch_jobs import ask_for_launch_check
ask_for_launch_check(Competition.objects.get(slug="goodreads"), None)
"""


def rows_of(site):
    tables = ("teams_team", "submissions_submission", "submissions_evaluation", "submissions_event")
    return [site.value(f"SELECT count(*) FROM {table}") for table in tables]


def files_of(site):
    return sorted(path for store in ("submissions", "predictions") for path in (site.var / store).rglob("*"))


def test_a_scoring_worker_killed_in_mid_check_is_followed_by_another(run_site):
    site = run_site(HOLDOUT_JOB_LEASE_SECONDS="2")
    baselines_wait = "SELECT count(*) FROM submissions_submission WHERE status != 'scored'"
    eventually(lambda: site.value(baselines_wait) == 0, "the baselines are scored")
    rows, files = rows_of(site), files_of(site)
    site.manage("shell", "-v", "0", "-c", ASK)
    sent = "SELECT count(*) FROM teams_team WHERE is_rehearsal"
    state = "SELECT state FROM competitions_launchcheck ORDER BY id DESC"
    eventually(lambda: site.value(sent) or site.value(state) == "done", "the rehearsal has begun")
    site.kill("worker")
    eventually(lambda: site.value(state) == "done", "the launch check is done")
    assert site.value("SELECT worst FROM competitions_launchcheck ORDER BY id DESC") == "yellow"
    assert rows_of(site) == rows
    assert files_of(site) == files


def test_launch_check_and_audit_with_the_workers_of_a_site(run_site):
    site = run_site()
    assert "told_apart" in site.manage("audit", "secret-shelves")
    assert "GREEN   Perfect answer gets the best score" in site.manage("launch_check", "secret-shelves")
