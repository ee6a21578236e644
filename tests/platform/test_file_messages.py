"""Where no broker is: messages as files, and what a killed sender or a full disk leaves of one."""

import json
from pathlib import Path

import pytest
from kombu.simple import SimpleQueue

from config.celery import app
from submissions.dispatch import TASKS, ring
from submissions.models import Queue


@pytest.fixture
def folder(mailbox, settings):
    return Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])


@pytest.mark.parametrize("left", ["", '{"body": "W1tdLCB7'])
def test_a_message_that_was_cut_off_is_passed_over(folder, left):
    (folder / "0_0.scoring.msg").write_text(left)
    assert ring(TASKS[Queue.SCORING], Queue.SCORING)
    with app.connection_for_read() as connection, SimpleQueue(connection, "scoring") as waiting:
        with pytest.raises(waiting.Empty):
            waiting.get(block=False)
        message = waiting.get(block=False)
        message.ack()
    assert message.headers["task"] == TASKS[Queue.SCORING]


def test_a_message_lies_there_whole_and_nothing_beside_it(folder):
    assert ring(TASKS[Queue.SCORING], Queue.SCORING)
    (message,) = folder.iterdir()
    assert json.loads(message.read_text())["headers"]["task"] == TASKS[Queue.SCORING]


def test_a_disk_that_takes_no_message_is_a_bell_not_rung(folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert not ring(TASKS[Queue.SCORING], Queue.SCORING)
    assert not list(folder.iterdir())
