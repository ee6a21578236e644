"""A file that a worker, or beat, touches from its own loop: how a container's health check sees that it goes round.

No message is sent and no database asked, so a broker or database that is away does not make every worker look dead.
Only where HOLDOUT_ALIVE_FILE names one (docker-compose.yml); its age is the sign.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps

SECONDS = 5.0


def show_life(**_: Any) -> None:
    """Touch the file, where there is to be one."""
    if path := os.environ.get("HOLDOUT_ALIVE_FILE"):
        Path(path).touch()


class SignOfLife(bootsteps.StartStopStep):
    """The worker's timer runs in the loop that takes messages: while that stands still, the file grows old."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        show_life()
        parent.timer.call_repeatedly(SECONDS, show_life)


def show_it_in(app: Celery) -> None:
    """Let every worker of the app show it. Beat does so with each round (`config.rounds`)."""
    app.steps["worker"].add(SignOfLife)
