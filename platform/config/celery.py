"""The Celery application. It carries doorbells only: see `submissions/dispatch.py` and ARCHITECTURE.md."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("holdout")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["accounts", "grading"])


@beat_init.connect
@worker_ready.connect
def say_ready(**_: Any) -> None:
    """Tell the process that started this worker, or beat, by a file that it is at work now."""
    if path := os.environ.get("HOLDOUT_READY_FILE"):
        Path(path).touch()
