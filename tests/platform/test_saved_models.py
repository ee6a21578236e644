"""A SavedModel becomes a score, or its sender is told why not; nobody else notices."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone
from running_site import eventually

from competitions.models import Competition, DataFile
from config.clock import seconds_from_now
from grader.model_runner import child_process, predicting
from grader.model_runner.walls import walls_of_this_machine
from grading import models_worker
from grading.model_running import run_claimed
from grading.sweeper import sweep
from grading.tasks import predict_waiting, score_waiting
from leaderboard.board import rank_of
from submissions import lifecycle
from submissions.model_grading import why_models_wait
from submissions.models import Kind, ModelRun, ModelsWorker, Queue, Status, Submission
from submissions.quota import allowance

# What the good model answers for u1 to u5.
ITS_ANSWERS = "id,rating\n1,1\n2,2\n3,3\n4,4\n5,5\n"


def statuses(submission):
    return [event.status for event in submission.events.all()]


def page_of(submission, client):
    return client.get(submission.get_absolute_url()).content.decode()


@pytest.fixture(autouse=True)
def _open_to_models(takes_models):
    pass


def test_a_model_scores_what_a_file_of_its_answers_scores(alices_team, bobs_team, run_and_graded, graded):
    submission = run_and_graded(alices_team, "good")
    assert submission.kind == Kind.SAVED_MODEL
    assert statuses(submission) == ["queued", "predicting", "predicted", "scoring", "scored"]
    # (1 − 5)² and (2 − 3)² in public; (3 − 4)², (4 − 1)² and (5 − 2)² in private.
    assert submission.evaluation.public_score == 8.5
    assert submission.evaluation.private_score == 19 / 3
    as_file = graded(bobs_team, ITS_ANSWERS).evaluation
    assert (as_file.public_score, as_file.private_score) == (8.5, 19 / 3)
    with submission.evaluation.predictions.open("rb") as kept:
        assert np.load(kept).tolist() == [1, 2, 3, 4, 5]
    assert rank_of(alices_team) == (1, 2)


def test_a_run_is_on_record_with_its_walls(alices_team, run_and_graded):
    run = run_and_graded(alices_team, "good").model_runs.get()
    assert run.outcome == "ok"
    assert not run.is_public_sample
    assert "seccomp" in run.walls
    assert run.exported_with == models_worker.tensorflow_version()


def test_a_failing_model_costs_nothing_and_explains_itself_on_public_rows(
    alices_team, as_alice, as_olga, run_and_graded
):
    submission = run_and_graded(alices_team, "telling")
    assert submission.status == Status.REJECTED
    assert allowance(alices_team, timezone.now()).left_today == 5
    assert [problem["finding"] for problem in submission.problems] == [
        "TensorFlow reported an error while it loaded or ran the model.",
        "Run once more, on 10 rows of train.csv: TensorFlow reported an error while it loaded or ran the model.",
    ]
    hidden, shown = submission.model_runs.all()
    assert (hidden.is_public_sample, shown.is_public_sample) == (False, True)
    page = page_of(submission, as_alice)
    assert "What it printed on training rows" in page
    assert "[u5 u4 u3" in page
    assert "[u1 u2 u3" in hidden.log
    assert "[u1 u2 u3" not in page
    in_admin = as_olga.get(f"/admin/submissions/submission/{submission.pk}/change/").content.decode()
    assert "[u1 u2 u3" in in_admin


def test_a_failure_on_hidden_rows_alone_is_told_in_fixed_words(alices_team, as_alice, run_and_graded):
    submission = run_and_graded(alices_team, "failing_on_test_rows_alone")
    assert submission.status == Status.REJECTED
    assert "on 10 rows of train.csv: all went well" in submission.problems[1]["finding"]
    hidden, _ = submission.model_runs.all()
    assert "an unknown book" in hidden.log
    assert "an unknown book" not in page_of(submission, as_alice)


def test_answers_out_of_range_are_refused_without_a_number_from_the_hidden_rows(alices_team, run_and_graded):
    submission = run_and_graded(alices_team, "too_high")
    assert submission.status == Status.REJECTED
    hidden, shown = submission.problems
    assert hidden["finding"] == "Some of the model's answers lie outside 1 to 5."
    assert hidden["cure"] == "Clip them in the model: tf.clip_by_value(answer, 1, 5)."
    assert shown["finding"].endswith("its answers go from 2 to 6.")


def test_where_the_competition_clips_they_are_clipped(alices_team, run_and_graded):
    Competition.objects.update(out_of_range="clip")
    submission = run_and_graded(alices_team, "too_high")
    # 2, 3 | 4, 5, 5 (for 6) against 5, 3 | 4, 1, 2.
    assert submission.evaluation.public_score == 4.5
    assert submission.evaluation.private_score == 25 / 3


def test_a_model_that_depends_on_its_batch_is_scored_and_named_so(alices_team, as_alice, run_and_graded):
    submission = run_and_graded(alices_team, "of_its_batch")
    assert submission.status == Status.SCORED
    assert "answers differently when the same rows come in another order or batch" in page_of(submission, as_alice)


def test_a_model_that_reads_files_is_refused_before_it_runs(alices_team, run_and_graded):
    submission = run_and_graded(alices_team, "reading_files")
    assert submission.status == Status.REJECTED
    assert "ReadFile" in submission.problems[0]["finding"]
    assert not submission.model_runs.exists()


def test_a_model_that_loops_ends_with_its_time(alices_team, run_and_graded):
    Competition.objects.update(model_seconds=5)
    submission = run_and_graded(alices_team, "looping")
    assert submission.status == Status.REJECTED
    # On a busy machine the wall clock's twice as much is over first.
    assert submission.model_runs.first().outcome in ("out_of_cpu_time", "timed_out")


def test_what_is_no_saved_model_is_named(alices_team, send, models_worker_here):
    submission = send(alices_team, b"PK\x05\x06 saved_model.pb", "model.zip")
    predict_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.REJECTED
    assert "The file is no zip archive." in submission.problems[0]["finding"]


def test_without_a_word_from_a_models_worker_models_wait_and_files_go_on(
    alices_team, as_alice, send, graded, sent_models
):
    submission = send(alices_team, sent_models["good"], "good.zip")
    predict_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.QUEUED
    assert "model grading is off here, because no models worker has been heard of" in page_of(submission, as_alice)
    submit = as_alice.get("/competitions/stars/submit/").content.decode()
    assert "Model grading is off here, because no models worker has been heard of" in submit
    assert graded(alices_team).status == Status.SCORED


def model_at_work():
    """The process that runs a model for this one, once there is one."""

    def look():
        return [child for child in psutil.Process().children() if "child.py" in " ".join(child.cmdline())]

    return eventually(look, "a model is run")[0]


@pytest.mark.django_db(transaction=True)
def test_a_model_that_dies_costs_a_try_though_its_worker_is_taken_for_gone(
    alices_team, send, sent_models, models_worker_here
):
    def strike():
        model = model_at_work()
        ModelsWorker.objects.all().delete()
        connection.close()
        model.kill()

    submission = send(alices_team, sent_models["looping"], "looping.zip")
    with ThreadPoolExecutor(1) as other:
        striking = other.submit(strike)
        predict_waiting()
        striking.result()
    submission.refresh_from_db()
    assert (submission.status, submission.tries) == (Status.QUEUED, 1)


@pytest.fixture
def stoppable(monkeypatch):
    """The stop of this test ends nothing after it."""
    monkeypatch.setattr(child_process, "_stop_asked", bytearray(1))


def is_back_in_its_place(submission):
    submission.refresh_from_db()
    assert (submission.status, submission.tries) == (Status.QUEUED, 0)
    assert submission.events.last().note == "the worker was stopped; the next one runs it again"
    assert not ModelRun.objects.exists()
    return True


@pytest.mark.parametrize("before", ["unpack", "screen", "run_model"])
def test_a_stop_between_two_children_begins_no_other(
    before, alices_team, send, sent_models, models_worker_here, stoppable, monkeypatch
):
    begin = getattr(predicting, before)

    def stopped_before(*arguments):
        child_process.stop_children()
        return begin(*arguments)

    monkeypatch.setattr(predicting, before, stopped_before)
    submission = send(alices_team, sent_models["looping"], "looping.zip")
    predict_waiting()
    assert is_back_in_its_place(submission)
    # It is the next worker's; this one takes no more.
    predict_waiting()
    submission.refresh_from_db()
    assert submission.attempt == 1


@pytest.mark.django_db(transaction=True)
def test_a_stop_ends_the_model_that_runs(alices_team, send, sent_models, models_worker_here, stoppable):
    def stop():
        model = model_at_work()
        child_process.stop_children()
        return model

    submission = send(alices_team, sent_models["looping"], "looping.zip")
    with ThreadPoolExecutor(1) as other:
        stopping = other.submit(stop)
        predict_waiting()
        assert not stopping.result().is_running()
    assert is_back_in_its_place(submission)


def test_a_worker_that_could_read_labels_runs_nothing(alices_team, send, sent_models, settings, monkeypatch):
    monkeypatch.setattr(models_worker, "_name", "")
    models_worker.begin("models@where-labels-are")
    assert "could read the label store" in why_models_wait()
    submission = send(alices_team, sent_models["good"], "good.zip")
    predict_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.QUEUED
    assert not ModelRun.objects.exists()


def test_labels_that_appear_later_stop_it_too(alices_team, send, sent_models, models_worker_here, settings):
    settings.LABELS_DIR.mkdir()
    (settings.LABELS_DIR / "solution.csv").write_text("id,rating,Usage\n")
    send(alices_team, sent_models["good"], "good.zip")
    predict_waiting()
    assert Submission.objects.get().status == Status.QUEUED


def test_walls_that_are_missing_put_the_model_back_without_a_try(
    alices_team, send, sent_models, models_worker_here, monkeypatch
):
    monkeypatch.setattr("sys.platform", "darwin")
    walls_of_this_machine.cache_clear()
    submission = send(alices_team, sent_models["good"], "good.zip")
    predict_waiting()
    walls_of_this_machine.cache_clear()
    submission.refresh_from_db()
    assert (submission.status, submission.tries) == (Status.QUEUED, 0)
    assert "need Linux; this is darwin" in why_models_wait()
    # Until it is started again, it takes nothing more.
    predict_waiting()
    submission.refresh_from_db()
    assert submission.attempt == 1


def test_the_status_page_says_whether_models_are_graded(client, as_olga, models_worker_here, settings):
    settings.STATUS_SECONDS = 0
    assert "SavedModels are run behind walls" in client.get("/status/").content.decode()
    assert "chroot" not in client.get("/status/").content.decode()
    assert "chroot" in as_olga.get("/status/").content.decode()
    models_worker.switch_off("a wall fell down")
    assert "Model grading is off here, because a wall fell down." in client.get("/status/").content.decode()


def test_a_worker_that_falls_silent_is_forgotten(models_worker_here):
    ModelsWorker.objects.update(seen_at=seconds_from_now(-3600))
    assert why_models_wait() == "no models worker has been heard of"
    sweep()
    assert not ModelsWorker.objects.exists()


def test_the_first_run_settles_the_tensorflow_version(alices_team, run_and_graded):
    run_and_graded(alices_team, "good")
    assert Competition.objects.get().tensorflow_version == models_worker.tensorflow_version()


def test_a_competition_of_another_tensorflow_version_waits_for_its_worker(
    alices_team, as_alice, send, sent_models, models_worker_here
):
    Competition.objects.update(tensorflow_version="2.9.3")
    submission = send(alices_team, sent_models["good"], "good.zip")
    predict_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.QUEUED
    expected = "this competition&#x27;s models are run with TensorFlow 2.9.3, and the workers here have "
    assert expected + models_worker.tensorflow_version() in page_of(submission, as_alice)


def test_grading_again_runs_no_model(alices_team, run_and_graded):
    submission = run_and_graded(alices_team, "good")
    assert lifecycle.regrade(submission)
    submission.refresh_from_db()
    assert submission.status == Status.PREDICTED
    assert rank_of(alices_team) == (1, 1)
    score_waiting()
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 8.5
    assert submission.model_runs.count() == 1


def test_another_solution_scores_the_kept_answers(alices_team, run_and_graded, new_version, rescored):
    submission = run_and_graded(alices_team, "good")
    rescored(new_version("id,rating,Usage\n1,1,Public\n2,2,Public\n3,3,Private\n4,4,Private\n5,5,Private\n"))
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 0.0
    assert submission.model_runs.count() == 1


def test_answers_for_another_test_file_are_our_fault_and_run_again_when_taken_up(
    alices_team, send, sent_models, models_worker_here, settings, competition, new_version, rescored
):
    settings.RETRY_PAUSE_SECONDS = 0
    submission = send(alices_team, sent_models["good"], "good.zip")
    predict_waiting()
    DataFile.objects.filter(name="test.csv").delete()
    rows = "".join(f'{i},u{i},"Book, {i}"\n' for i in range(1, 5))
    DataFile.objects.create(
        competition=competition, name="test.csv", file=ContentFile(f"id,user_id,book_name\n{rows}", "t.csv")
    )
    # Nothing is scored yet, so the version may have other ids.
    rescored(new_version("id,rating,Usage\n1,1,Public\n2,2,Public\n3,3,Private\n4,4,Private\n"))
    score_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.FAILED
    assert "AnswersDoNotFit" in submission.failure
    assert lifecycle.retry(submission)
    predict_waiting()
    score_waiting()
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 0.0


def test_a_models_worker_that_lost_its_claim_cannot_hand_over(alices_team, send, sent_models):
    submission = send(alices_team, sent_models["good"], "good.zip")
    late = lifecycle.claim_next(Queue.MODELS)
    assert lifecycle.claim_next(Queue.SCORING) is None
    Submission.objects.filter(pk=submission.pk).update(lease_until=seconds_from_now(-1))
    assert lifecycle.release_expired() == 1
    submission.refresh_from_db()
    assert (submission.status, submission.tries) == (Status.QUEUED, 1)
    with pytest.raises(lifecycle.ClaimLost):
        lifecycle.predicted(late, "late.npy")
    assert not lifecycle.put_back(late, "late")


def test_a_scoring_worker_that_dies_gives_back_one_step_only(alices_team, send, sent_models):
    submission = send(alices_team, sent_models["good"], "good.zip")
    lifecycle.predicted(lifecycle.claim_next(Queue.MODELS), "answers.npy")
    claim = lifecycle.claim_next(Queue.SCORING)
    # It cannot hand over what is not its own step.
    with pytest.raises(lifecycle.ClaimLost):
        lifecycle.predicted(claim, "others.npy")
    lifecycle.release(claim, "a fault of ours")
    submission.refresh_from_db()
    assert (submission.status, submission.tries, submission.predictions.name) == ("predicted", 1, "answers.npy")


def test_a_model_rings_the_models_bell(alices_team, send, sent_models, mailbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send(alices_team, sent_models["good"], "good.zip")
    assert mailbox() == ["grading.predict_waiting"]


def test_no_bell_is_rung_for_a_models_worker_that_is_away(alices_team, send, sent_models, mailbox, models_worker_here):
    send(alices_team, sent_models["good"], "good.zip")
    Submission.objects.update(waiting_since=seconds_from_now(-60))
    sweep()
    assert "grading.predict_waiting" in mailbox()
    ModelsWorker.objects.all().delete()
    sweep()
    assert "grading.predict_waiting" not in mailbox()


def test_answers_that_were_tampered_with_are_not_scored(alices_team, run_and_graded, settings):
    settings.RETRY_PAUSE_SECONDS = 0
    submission = run_and_graded(alices_team, "good")
    path = submission.predictions.path
    rows = np.load(path)
    rows["value"][0] = 1e9
    with Path(path).open("wb") as file:
        np.save(file, rows)
    lifecycle.regrade(submission)
    score_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.FAILED


def test_hidden_test_features_are_for_the_worker_alone(as_alice, as_olga, alices_team, run_and_graded):
    DataFile.objects.filter(name="test.csv").update(is_hidden=True)
    page = as_alice.get("/competitions/stars/data/").content.decode()
    assert "train.csv" in page
    assert "test.csv" not in page
    for client in (as_alice, as_olga):
        assert client.get("/competitions/stars/data/test.csv").status_code == 404
    assert run_and_graded(alices_team, "good").status == Status.SCORED


def with_version(model, version):
    """The model, saying that it was exported with another TensorFlow of as many characters."""
    ours = models_worker.tensorflow_version().encode()
    assert len(version) == len(ours)
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(model)) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, data.replace(ours, version) if name.endswith("saved_model.pb") else data)
    return changed.getvalue()


def test_a_hostile_version_is_recorded_like_any_run(alices_team, send, sent_models, models_worker_here):
    # PostgreSQL takes no NUL; a run that could not be recorded would be free.
    submission = send(alices_team, with_version(sent_models["good"], b"9\0.21."), "good.zip")
    predict_waiting()
    assert submission.model_runs.get().exported_with == ""
    submission.refresh_from_db()
    assert submission.status == Status.PREDICTED


def test_a_failing_model_of_a_newer_tensorflow_is_told_so(alices_team, send, sent_models, models_worker_here):
    submission = send(alices_team, with_version(sent_models["telling"], b"9.21.0"), "telling.zip")
    predict_waiting()
    submission.refresh_from_db()
    ours = models_worker.tensorflow_version()
    assert submission.problems[1] == {
        "line": None,
        "finding": f"It was exported with TensorFlow 9.21.0; models are run with {ours} here.",
        "cure": f"Export it with TensorFlow {ours} or older.",
    }


def test_a_run_is_charged_whatever_comes_after_it(alices_team, send, sent_models, models_worker_here, settings):
    del settings.MODEL_SAMPLE_ROWS
    submission = send(alices_team, sent_models["telling"], "telling.zip")
    predict_waiting()
    submission.refresh_from_db()
    assert (submission.status, submission.tries) == (Status.QUEUED, 1)
    assert submission.model_runs.count() == 1


def test_two_workers_of_different_versions_settle_on_one(
    alices_team, send, sent_models, models_worker_here, monkeypatch
):
    submission = send(alices_team, sent_models["good"], "good.zip")
    claim = lifecycle.claim_next(Queue.MODELS)
    # The other worker's first run came between the claim and ours.
    Competition.objects.update(tensorflow_version="2.9.3")
    run_claimed(claim)
    submission.refresh_from_db()
    assert (submission.status, submission.tries) == (Status.QUEUED, 0)
    assert not submission.model_runs.exists()


def test_a_team_whose_models_run_long_comes_after_one_whose_models_are_quick(alices_team, bobs_team, send, sent_models):
    waiting = [send(team, sent_models["good"], "good.zip") for team in (alices_team, alices_team, bobs_team, bobs_team)]
    for submission, seconds in ((waiting[0], 100.0), (waiting[2], 1.0)):
        ModelRun.objects.create(
            submission=submission, is_public_sample=False, outcome="ok", seconds=seconds, peak_rss_bytes=0
        )
    order = [lifecycle.claim_next(Queue.MODELS).submission_id for _ in range(4)]
    # Bob's next is put off by 1 s, and by 60 s while one of his is running; Alice's by 100 s.
    assert order == [waiting[2].pk, waiting[3].pk, waiting[0].pk, waiting[1].pk]


def test_a_worker_that_is_off_looks_again_whether_it_can_run_models(models_worker_here, settings):
    models_worker.switch_off("a wall fell down")
    settings.WALLS_RETRY_SECONDS = 3600
    models_worker.go_on_reporting()
    assert why_models_wait() == "a wall fell down"
    settings.WALLS_RETRY_SECONDS = 0
    models_worker.go_on_reporting()
    assert why_models_wait() == ""


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_away_is_found_again_by_the_next_report(models_worker_here):
    ModelsWorker.objects.update(seen_at=seconds_from_now(-3600))
    connection.connection.close()
    models_worker.go_on_reporting()
    models_worker.go_on_reporting()
    assert why_models_wait() == ""


def test_a_model_of_classes_answers_in_whole_numbers(alices_team, run_and_graded):
    competition = alices_team.competition
    competition.metric = "accuracy"
    competition.save()
    assert run_and_graded(alices_team, "good").status == Status.SCORED
    submission = run_and_graded(alices_team, "of_its_batch")
    assert submission.status == Status.REJECTED
    assert submission.problems[0]["finding"] == "Some of the model's answers are no whole numbers within 1 to 5."
