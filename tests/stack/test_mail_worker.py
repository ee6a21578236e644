"""`./run` with a real mail worker, which is killed in the middle of its letters."""

import subprocess
import sys

from mail_server import mail_server
from running_site import ROOT, eventually

COUNT = 40
POST = f"""
from accounts import outbox
outbox.post_all([outbox.letter_to(f"p{{i}}@example.org", "News", "There are news.") for i in range({COUNT})])
"""


def test_a_killed_mail_worker_loses_no_letter_and_scoring_goes_on(run_site):
    with mail_server() as server:
        server.seconds_for_a_letter = 0.1
        site = run_site(
            EMAIL_URL=f"smtp://127.0.0.1:{server.port}", HOLDOUT_MAIL_TIMEOUT_SECONDS="1",
            HOLDOUT_MAIL_PAUSE_SECONDS="1", HOLDOUT_SWEEP_SECONDS="1",
        )  # fmt: skip
        (mona,) = site.participants("mona")
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", POST],
            env=site.environment, cwd=ROOT, check=True,
        )  # fmt: skip
        eventually(lambda: len(server.letters) > COUNT // 4, "some letters were sent")
        sent = mona.submit(site.sample())
        site.kill("mail worker")
        mona.wait_for(sent, "scored")
        open_letters = "SELECT count(*) FROM accounts_letter WHERE state != 'sent'"
        eventually(lambda: site.value(open_letters) == 0, "every letter was sent")
        names = {str(letter["Message-ID"]) for letter in server.letters}
        assert len(names) == COUNT
        # At most the one that was under way when the worker was killed came twice, under one name.
        assert len(server.letters) <= COUNT + 1
