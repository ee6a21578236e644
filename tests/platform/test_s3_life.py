"""Files in buckets: the whole life of a file and of a model, each process under its own policy of docs/stores.md."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from cast_of_stories import GOOD, PERFECT, SOLUTION
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from competitions.models import Archive, Competition, data_storage, label_storage
from competitions.row_ids import id_runs
from grader.verify.__main__ import main
from grading import models_worker
from grading.label_wall import labels_within_reach
from grading.sweeper import sweep
from grading.tasks import archives, audits, board_certainty, predict_waiting, score_waiting
from leaderboard.archives import ask_for_archive
from submissions.launch_jobs import ask_for_audit
from submissions.models import Submission, prediction_storage, submission_storage


@pytest.fixture
def contest(guarded_store, request) -> Competition:
    """The small competition, made by a process that may write labels; then this process is the web."""
    with guarded_store.being("scoring"):
        competition: Competition = request.getfixturevalue("competition")
    return competition


def upload(client, content: bytes, name: str) -> Submission:
    """Sent by the page."""
    answer = client.post("/competitions/stars/submit/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content
    return Submission.objects.latest("submitted_at")


def test_a_file_is_taken_by_the_web_scored_twice_by_the_worker_and_read_back(
    contest, guarded_store, as_alice, alices_team, new_version, rescored
):
    submission = upload(as_alice, GOOD.encode(), "predictions.csv")
    with guarded_store.being("scoring"):
        score_waiting()
        submission.refresh_from_db()
        assert submission.evaluation.public_score == 0.5
        assert prediction_storage().exists(str(submission.evaluation.predictions.name))
        # Scored again by another solution, from the predictions that were kept.
        rescored(new_version(SOLUTION.replace("1,5,Public", "1,1,Public")))
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 4.5
    sent = as_alice.get(reverse("submission_file", args=[submission.pk]))
    assert sent.headers["Content-Length"] == str(len(GOOD))
    assert b"".join(sent.streaming_content) == GOOD.encode()
    data = as_alice.get("/competitions/stars/data/test.csv")
    assert b"".join(data.streaming_content).startswith(b"id,user_id,book_name\n1,u1,")
    assert id_runs(contest.data_files.get(name="test.csv"), "id") == [1, 5]


def test_a_model_is_run_by_a_worker_that_can_read_no_label(
    contest, guarded_store, as_alice, alices_team, sent_models, settings, tmp_path, monkeypatch, request
):
    with guarded_store.being("scoring"):
        request.getfixturevalue("takes_models")
    submission = upload(as_alice, sent_models["good"], "model.zip")
    monkeypatch.setattr(models_worker, "_name", "")
    with guarded_store.being("models"):
        models_worker.begin("models@here")
        predict_waiting()
        submission.refresh_from_db()
        assert submission.status == "predicted", [event.note for event in submission.events.all()]
        for refused in (label_storage().listdir, label_storage().open, label_storage().exists):
            with pytest.raises(PermissionError, match="no credentials of the label store"):
                refused("stars")
    with guarded_store.being("scoring"):
        score_waiting()
    submission.refresh_from_db()
    assert submission.status == "scored"


def test_the_web_puts_labels_and_can_neither_read_list_nor_remove_them(contest, guarded_store, as_olga, as_alice):
    name = label_storage().save("stars/new.csv", ContentFile(SOLUTION))
    with pytest.raises(PermissionError):
        label_storage().open(name)
    with pytest.raises(PermissionError):
        label_storage().listdir("stars")
    # What the web cannot take back stays for the clean-up, and breaks nothing.
    label_storage().delete(name)
    with guarded_store.being("scoring"):
        assert label_storage().open(name).read() == SOLUTION.encode()
        assert label_storage().size(name) == len(SOLUTION)
        assert timezone.now() - label_storage().get_modified_time(name) < timedelta(hours=1)
        label_storage().delete(name)
        assert not label_storage().exists(name)


def test_nobody_has_an_address_for_an_object(contest):
    for storage in (data_storage(), submission_storage(), label_storage()):
        with pytest.raises(ValueError, match="not accessible via a URL"):
            storage.url("stars/anything")


def test_a_models_worker_whose_keys_open_the_labels_runs_nothing(bucket_store, request):
    with bucket_store.being("scoring"):
        request.getfixturevalue("competition")
        assert labels_within_reach()
    # No policy is in force here: these keys open everything.
    with bucket_store.being("models"):
        assert labels_within_reach()
        assert "this worker could read the label bucket" in models_worker.why_off()


def test_a_models_worker_that_may_list_the_labels_or_cannot_ask_runs_nothing(contest, guarded_store, settings):
    with guarded_store.being("models"):
        assert not labels_within_reach()
        settings.STORAGES = settings.STORAGES | {
            "labels": settings.STORAGES["labels"]
            | {"OPTIONS": settings.STORAGES["labels"]["OPTIONS"] | {"bucket_name": "holdout-submissions"}}
        }
        assert labels_within_reach()
        nobody = {"endpoint_url": "http://127.0.0.1:9"}
        settings.STORAGES = settings.STORAGES | {
            "labels": settings.STORAGES["labels"] | {"OPTIONS": settings.STORAGES["labels"]["OPTIONS"] | nobody}
        }
        assert labels_within_reach()


def test_an_object_that_is_not_what_was_stored_is_not_scored(bucket_store, request, as_alice):
    with bucket_store.being("scoring"):
        request.getfixturevalue("alices_team")
    submission = upload(as_alice, GOOD.encode(), "predictions.csv")
    bucket_store.admin.put_object(Bucket="holdout-submissions", Key=str(submission.file.name), Body=PERFECT.encode())
    with bucket_store.being("scoring"):
        score_waiting()
    submission.refresh_from_db()
    assert submission.status == "queued"
    assert "the scoring stopped with ChangedInStore" in submission.events.last().note


def test_an_audit_the_certainty_and_an_archive_are_made_from_buckets_and_leave_no_copies(
    contest, guarded_store, as_alice, as_olga, alices_team, bobs_team, graded, settings, tmp_path
):
    with guarded_store.being("scoring"):
        graded(alices_team, GOOD)
        graded(bobs_team, PERFECT)
        ask_for_audit(contest, None)
        audits()
        assert contest.data_audits.get().state == "done", contest.data_audits.get().failure
        board_certainty()
        made = {one.board: one.problem for one in contest.certainties.all()}
        assert made == {"public": ""}
        now = timezone.now()
        Competition.objects.update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(days=2))
        contest.refresh_from_db()
        sweep()
        ask_for_archive(contest, None)
        archives()
        archive = Archive.objects.get()
        assert archive.state == "done", archive.failure
        assert list(settings.LABELS_DIR.iterdir()) == []
    answer = as_alice.get("/competitions/stars/archive.zip")
    content = b"".join(answer.streaming_content)
    assert len(content) == archive.size_bytes
    assert zipfile.ZipFile(BytesIO(content)).testzip() is None
    (tmp_path / "stars.zip").write_bytes(content)
    assert main([str(tmp_path / "stars.zip")]) == 0


def test_a_store_that_is_away_loses_nothing(bucket_store, request, as_alice, monkeypatch):
    with bucket_store.being("scoring"):
        request.getfixturevalue("alices_team")
    submission = upload(as_alice, GOOD.encode(), "predictions.csv")
    monkeypatch.setenv("HOLDOUT_S3_ENDPOINT", "http://127.0.0.1:9")
    with bucket_store.being("scoring"):
        score_waiting()
        submission.refresh_from_db()
        assert (submission.status, submission.failure) == ("queued", "")
        assert "the scoring stopped with StoreAway" in submission.events.last().note
        sweep()
    monkeypatch.setenv("HOLDOUT_S3_ENDPOINT", bucket_store.url)
    Submission.objects.update(waiting_since=timezone.now())
    with bucket_store.being("scoring"):
        score_waiting()
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 0.5
