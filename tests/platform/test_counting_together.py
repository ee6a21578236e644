"""The processes of a web server count together, and what the killed have left is cleared away by the next one."""

import os
import subprocess
import sys

from running_site import ROOT, SOURCES

# A server that forks twice; each of the three serves a request, and the first is asked.
SERVER = """
import os, sys
from config.shared_counts import share_counts
share_counts()
from prometheus_client import generate_latest
from config import request_times

for _ in range(2):
    if os.fork() == 0:
        request_times.responses.labels("home", "GET", "200").inc()
        os._exit(0)
for _ in range(2):
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
request_times.responses.labels("home", "GET", "200").inc()
print(generate_latest(request_times.counted_by_all()).decode(), flush=True)
"""


def serve(folder, then):
    return subprocess.Popen(
        [sys.executable, "-c", SERVER + then],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": SOURCES, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_whichever_process_is_asked_answers_for_all(tmp_path):
    lives = serve(tmp_path, "sys.stdin.read()")
    counted = 'holdout_responses_total{code="200",method="GET",view="home"} 3.0\n'
    assert counted in iter(lives.stdout.readline, "")
    (its_folder,) = tmp_path.iterdir()
    # Like one that was killed: it clears nothing away.
    killed = serve(tmp_path, "os._exit(9)")
    assert counted in killed.communicate()[0]
    assert killed.returncode == 9
    assert len(list(tmp_path.iterdir())) == 2
    ended = serve(tmp_path, "")
    assert counted in ended.communicate()[0]
    # That of the killed and that of the ended are gone; who lives keeps counting.
    assert list(tmp_path.iterdir()) == [its_folder]
    lives.communicate("")
    assert list(tmp_path.iterdir()) == []
