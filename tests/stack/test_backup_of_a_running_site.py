"""Real processes: a backup while submissions stream in, everything deleted, a restore, and the site goes on."""

import shutil
import signal
import subprocess
import sys
import time
from threading import Event, Thread

import pytest
from running_site import ROOT, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PEOPLE = tuple(f"person{number}" for number in range(8))


def test_what_was_accepted_before_the_backup_is_there_after_the_loss(run_site, tmp_path):
    site = run_site()
    sample = site.sample()
    accepted: list[str] = []
    enough = Event()

    def stream() -> None:
        people = site.participants(*PEOPLE)
        while not enough.is_set():
            for person in people:
                answer = person.upload(sample)
                if answer.status_code == 302:
                    accepted.append(answer.headers["Location"].strip("/").split("/")[-1].replace("-", ""))
            if len(accepted) >= 10 * len(PEOPLE):  # The day's limit of each.
                return
            time.sleep(0.2)

    sending = Thread(target=stream)
    sending.start()
    try:
        eventually(lambda: len(accepted) >= len(PEOPLE), "submissions stream in")
        before = list(accepted)
        backup = tmp_path / "backups" / "one.tar"
        backup.parent.mkdir()
        site.manage("backup", str(backup))
        killed = subprocess.Popen(
            [sys.executable, "manage.py", "backup", str(backup.with_name("killed.tar"))],
            cwd=ROOT,
            env=site.environment,
            stderr=subprocess.DEVNULL,
        )
        eventually(lambda: list(backup.parent.glob(".holdout-backup-*")), "the second backup is under way")
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    finally:
        enough.set()
        sending.join()
    assert [path.name for path in backup.parent.iterdir() if not path.name.startswith(".")] == ["one.tar"]
    labels = sorted(path.relative_to(site.var) for path in (site.var / "labels").rglob("*") if path.is_file())
    key = (site.var / "secret_key").read_text()
    site.stop()
    shutil.rmtree(site.var)

    said = site.manage("restore", str(backup))
    assert "standings were wrong" in said
    assert " 0 of " in f" {said.splitlines()[1]}"
    assert "!" not in said
    assert (site.var / "secret_key").read_text() == key
    restored = {row[0] for row in site.rows("SELECT id FROM submissions_submission")}
    assert set(before) <= restored
    assert all((site.var / path).is_file() for path in labels)
    site.start()
    waiting = "SELECT count(*) FROM submissions_submission WHERE status NOT IN ('scored', 'rejected', 'failed')"
    eventually(lambda: site.value(waiting) == 0, "everything that waited is scored")
    assert site.value("SELECT count(*) FROM submissions_submission WHERE status != 'scored'") == 0
    people = site.participants("newcomer")
    site_takes = people[0].submit(sample)
    people[0].wait_for(site_takes, "scored")
