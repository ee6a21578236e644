"""The web server tells each request how long it has waited for a thread."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import requests
import slow_site
from running_site import ROOT, SOURCES, eventually, free_port


def test_who_comes_to_threads_that_are_at_work_is_told_how_long_it_waited(tmp_path):
    port = free_port()
    address = f"http://localhost:{port}/"
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "slow_site:application", "--bind", f"127.0.0.1:{port}",
                "--worker-class", "config.web_worker.WaitingTold", "--threads", "1", "--no-control-socket",
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join((SOURCES, str(ROOT / "tests" / "stack")))},
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        log = tmp_path / "log"
        eventually(lambda: "Booting worker" in log.read_text(), "gunicorn is up")
        with ThreadPoolExecutor(3) as crowd:
            waited = sorted(crowd.map(lambda _: float(requests.get(address, timeout=30).text), range(3)))
        # One thread: the second stands in line for one that is worked on, the third for two.
        assert waited[1] > 0
        assert waited[2] - waited[1] > slow_site.WORK_SECONDS / 2
        with requests.Session() as kept:
            again = [float(kept.get(address, timeout=30).text) for _ in range(2)]
        assert all(each < waited[2] for each in again)
    finally:
        server.terminate()
        server.wait(timeout=30)
