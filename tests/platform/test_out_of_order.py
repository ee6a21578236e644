"""A full disk and a database that is away: nothing is lost, nobody is blamed, and everybody is told."""

import errno
from pathlib import Path

import pytest
from cast_of_stories import GOOD
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client

from config.clock import seconds_from_now
from grading.tasks import score_waiting
from submissions.models import Status, Submission
from submissions.quota import allowance


@pytest.fixture
def fill(monkeypatch):
    """fill(name) makes the disk under that store full: the kernel takes the first bytes of a file and no more."""

    def fill_store(name):
        def write(self, path, content):
            Path(self.path(path)).parent.mkdir(parents=True, exist_ok=True)
            Path(self.path(path)).write_bytes(b"id,ra")
            raise OSError(errno.ENOSPC, "No space left on device")

        disk = type("FullDisk", (FileSystemStorage,), {"_save": write})
        monkeypatch.setattr(storages[name], "__class__", disk)

    return fill_store


def test_a_full_disk_of_predictions_costs_no_try_and_leaves_nothing_half(
    alices_team, bobs_team, send, fill, monkeypatch, settings
):
    settings.RETRY_PAUSE_SECONDS = 0
    sent = [send(alices_team), send(bobs_team)]
    with monkeypatch.context():
        fill("predictions")
        for _ in range(settings.MAX_TRIES + 2):
            score_waiting()
        for one in sent:
            one.refresh_from_db()
        # One of them was tried at each bell: the other would have fared no better.
        assert [(one.status, one.tries) for one in sent] == [(Status.QUEUED, 0)] * 2
        assert sum(one.attempt for one in sent) == settings.MAX_TRIES + 2
        note = sent[0].events.last().note
        assert note == "our fault: the scoring stopped because a disk takes nothing more; it will be tried again"
        assert not [path for path in Path(storages["predictions"].location).rglob("*.npy") if path.stat().st_size < 100]
        monkeypatch.undo()
    Submission.objects.update(waiting_since=seconds_from_now(-1))
    score_waiting()
    assert set(Submission.objects.values_list("status", flat=True)) == {Status.SCORED}


@pytest.fixture
def visitor(alice):
    """Alice, whose browser shows what is answered."""
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


def test_an_upload_that_the_disk_does_not_take_counts_for_nothing(alices_team, visitor, fill, settings, competition):
    fill("submissions")
    before = set(Path(storages["submissions"].location).rglob("*"))
    for address in ("/competitions/stars/submit/", "/api/v1/competitions/stars/submissions/"):
        answer = visitor.post(address, {"file": SimpleUploadedFile("good.csv", GOOD.encode()), "description": ""})
        assert answer.status_code == 503, answer.content.decode()
        assert answer["Retry-After"] == "5"
        assert "disk is full" in answer.content.decode()
    assert {path for path in set(Path(storages["submissions"].location).rglob("*")) - before if path.is_file()} == set()
    assert not Submission.objects.exists()
    assert allowance(alices_team, alices_team.created_at).left_today == 5


def test_while_the_database_is_away_pages_and_programs_are_told_to_come_back(visitor):
    def refused(*_):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refused):
        page = visitor.get("/competitions/stars/")
        program = visitor.get("/api/v1/competitions/stars/")
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "The site&#x27;s database does not answer." in page.content.decode()
    assert (program.status_code, program["Retry-After"], program.json()["code"]) == (503, "5", "out_of_order")
