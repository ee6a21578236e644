"""Which files may be sent where, and how much a team's models may run in a day."""

import io
import zipfile
from datetime import timedelta

import pytest
from cast_of_stories import BAD, GOOD
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from test_uploading import post, refusal

from competitions.models import Competition, DataFile
from grading.tasks import predict_waiting, score_waiting
from submissions.models import Kind, ModelRun, Status, Submission
from submissions.quota import next_day


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
    assert "cannot run models yet" in refusal(response)
    assert "There is no test.csv among the data files." in refusal(response)


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


def test_what_was_sent_before_the_seconds_were_used_up_waits_for_the_next_day(
    as_alice, alices_team, takes_models, run_and_graded, sent_models, send
):
    # Time enough for a run on a busy machine.
    Competition.objects.update(model_seconds=6)
    first = send(alices_team, sent_models["good"], "good.zip")
    second = send(alices_team, sent_models["good"], "good.zip")
    ran(first, 301.0)
    predict_waiting()
    second.refresh_from_db()
    assert (second.status, second.tries) == (Status.QUEUED, 0)
    now = timezone.now()
    assert second.waiting_since == next_day(now)
    page = as_alice.get(second.get_absolute_url()).content.decode()
    assert "have run for their 300 seconds of today" in page
    assert "every 10s" in page
    # Tomorrow.
    ModelRun.objects.update(ran_at=now - timedelta(days=1))
    Submission.objects.update(waiting_since=now)
    predict_waiting()
    second.refresh_from_db()
    assert second.status == Status.PREDICTED


def test_files_and_models_have_budgets_of_their_own(as_alice, alices_team, takes_models, sent_models, settings):
    settings.UPLOADS_PER_SLOT = 1
    Competition.objects.update(daily_limit=1)
    post(as_alice, BAD)
    score_waiting()
    response = post(as_alice, BAD)
    assert "Your team has uploaded 1 files today" in refusal(response)
    assert post(as_alice, sent_models["good"], "good.zip").status_code == 302


def test_bytes_are_counted_too(as_alice, alices_team, settings):
    settings.TEAM_UPLOAD_BYTES_PER_DAY = 60
    post(as_alice, GOOD)
    post(as_alice, GOOD)
    response = post(as_alice, GOOD)
    assert response.status_code == 409
    assert f"has uploaded {2 * len(GOOD)} bytes today; 60 is the most" in refusal(response)


@pytest.mark.parametrize(
    ("header", "finding"),
    [
        (",id,user_id", "test.csv has a column named &#x27;&#x27;"),
        ("id", "test.csv has no column beside &#x27;id&#x27;"),
        ("user_id,book_name", "test.csv has no column &#x27;id&#x27;; found user_id, book_name."),
        ("id,a,a", "test.csv has the column &#x27;a&#x27; twice."),
        ("id, user_id", "test.csv has a column named &#x27; user_id&#x27;"),
    ],
)
def test_a_test_file_that_no_model_can_be_asked_with_is_said_before_the_upload(
    header, finding, as_alice, alices_team, takes_models, sent_models
):
    test_file = DataFile.objects.get(name="test.csv")
    test_file.file.save("t.csv", ContentFile(header + "\n"))
    response = post(as_alice, sent_models["good"], "good.zip")
    assert response.status_code == 409
    assert finding in response.content.decode()


def test_hidden_rows_take_models_only(as_alice, alices_team, takes_models):
    DataFile.objects.filter(name="test.csv").update(is_hidden=True)
    response = post(as_alice, GOOD)
    assert response.status_code == 409
    assert refusal(response).startswith("The rows of Five stars are hidden, so it takes SavedModels")


def test_a_large_body_is_refused_before_it_is_read(as_alice, alices_team, takes_models, settings):
    settings.EARLY_REFUSAL_BYTES = 100
    Competition.objects.update(closes_at=timezone.now())
    response = as_alice.generic("POST", "/competitions/stars/submit/", b"no form at all" * 10, "multipart/form-data")
    assert response.status_code == 409
    assert "closed on" in refusal(response)


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
