"""Which files may be sent where, and how much a team's models may run in a day."""

import io
import zipfile

import pytest
from cast_of_stories import GOOD
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from test_uploading import post, refusal

from competitions.models import Competition, DataFile
from grading.tasks import predict_waiting
from submissions.models import Kind, ModelRun, Status, Submission


def ran(submission, seconds):
    ModelRun.objects.create(
        submission=submission, is_public_sample=False, outcome="timed_out", seconds=seconds, peak_rss_bytes=0
    )


def test_a_zip_with_a_saved_model_is_taken_for_one(as_alice, alices_team, takes_models, sent_models):
    assert post(as_alice, sent_models["good"], "good.zip").status_code == 302
    submission = Submission.objects.get()
    assert (submission.kind, submission.status) == (Kind.SAVED_MODEL, Status.QUEUED)
    with submission.file.open("rb") as stored:
        assert stored.read() == sent_models["good"]


def test_a_competition_for_files_refuses_a_model_and_says_what_it_takes(as_alice, alices_team, sent_models):
    response = post(as_alice, sent_models["good"], "good.zip")
    assert response.status_code == 409
    assert refusal(response).startswith("Five stars takes predictions, not models.")
    assert not Submission.objects.exists()


def test_a_competition_for_models_refuses_a_file(as_alice, alices_team, takes_models):
    Competition.objects.update(takes_predictions=False)
    response = post(as_alice, GOOD)
    assert response.status_code == 409
    assert refusal(response) == ("Five stars takes SavedModels, not prediction files. Send a .zip with one SavedModel.")


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "saved_model.pb", "model.onnx", "model.pkl"])
def test_other_models_are_refused_with_the_way_out(name, as_alice, alices_team, takes_models):
    response = post(as_alice, b"anything", name)
    assert response.status_code == 409
    assert f"'{name}' is a model of a kind that is not run here." in refusal(response)
    assert "model.export('my_model') writes that directory" in refusal(response)


def test_without_a_test_file_no_model_is_taken(as_alice, alices_team, takes_models, sent_models):
    DataFile.objects.filter(name="test.csv").delete()
    response = post(as_alice, sent_models["good"], "good.zip")
    assert "cannot run models yet: its organizers have not added test.csv" in refusal(response)


def test_each_kind_has_its_own_size(as_alice, alices_team, takes_models, sent_models):
    model = sent_models["good"]
    Competition.objects.update(max_upload_bytes=1_000, max_model_bytes=len(model))
    assert post(as_alice, model, "good.zip").status_code == 302
    response = post(as_alice, GOOD + "\n" * 1_000)
    assert response.status_code == 413
    assert "takes at most 1,000" in refusal(response)
    Competition.objects.update(max_model_bytes=len(model) - 1)
    response = post(as_alice, model, "good.zip")
    assert response.status_code == 413
    assert "Make the model smaller" in refusal(response)


def test_the_submit_page_says_what_a_model_must_be(as_alice, alices_team, takes_models):
    Competition.objects.update(tensorflow_version="2.21.0")
    page = as_alice.get("/competitions/stars/submit/").content.decode()
    for words in ("TensorFlow 2.21.0", 'in ["user_id", "book_name"]', "model.export", "100 MB", "2,048 MiB"):
        assert words in page.replace("&quot;", '"'), words
    page = as_alice.get("/competitions/stars/").content.decode()
    assert "prediction files, SavedModels" in page


def test_models_that_have_run_for_their_seconds_of_the_day_are_refused(
    as_alice, alices_team, takes_models, sent_models, settings
):
    settings.UPLOADS_PER_SLOT = 2
    Competition.objects.update(daily_limit=3, model_seconds=10)
    post(as_alice, sent_models["good"], "good.zip")
    ran(Submission.objects.get(), 59.0)
    assert post(as_alice, sent_models["good"], "good.zip").status_code == 302
    ran(Submission.objects.first(), 1.0)
    response = post(as_alice, sent_models["good"], "good.zip")
    assert response.status_code == 409
    assert "Your team's models have run for their 60 seconds of today" in refusal(response)
    assert "00:00 UTC (in " in refusal(response)
    # A file costs no model seconds.
    assert post(as_alice).status_code == 302


def test_what_was_sent_before_the_seconds_were_used_up_is_not_run(
    alices_team, takes_models, send, run_and_graded, sent_models
):
    Competition.objects.update(model_seconds=1)
    first = send(alices_team, sent_models["good"], "good.zip")
    ran(first, 51.0)
    Submission.objects.filter(pk=first.pk).update(status=Status.CANCELLED)
    submission = Submission.objects.create(
        competition=takes_models, team=alices_team, kind=Kind.SAVED_MODEL, file=first.file.name, original_name="m.zip",
        size_bytes=1, sha256="0", submitted_at=first.submitted_at, waiting_since=first.waiting_since,
    )  # fmt: skip
    predict_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.REJECTED
    assert "have run for their 50 seconds of today" in submission.problems[0]["finding"]


def test_an_organizer_cannot_allow_more_than_the_site(competition, settings):
    competition.max_model_bytes = settings.MAX_MODEL_BYTES + 1
    with pytest.raises(ValidationError, match="This site allows at most 512,000,000"):
        competition.full_clean()


def test_a_zip_with_one_csv_is_still_a_prediction_file(as_alice, alices_team, takes_models):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("predictions.csv", GOOD)
    as_alice.post(
        "/competitions/stars/submit/", {"file": SimpleUploadedFile("p.zip", buffer.getvalue()), "description": ""}
    )
    assert Submission.objects.get().kind == Kind.PREDICTIONS
