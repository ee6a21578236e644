"""Running one claimed SavedModel: on the hidden features, and where it fails once more on rows that all may see.

No label is at hand here, and what a participant is told of the hidden run is one of a few fixed sentences.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from competitions.clock import database_now
from competitions.models import Competition
from config.stored_files import local_copy_of
from grader.model_runner.child_process import WorkStopped
from grader.model_runner.limits import MIB, ModelLimits
from grader.model_runner.outcomes import (
    BATCH_WARNING,
    ModelGradingUnavailable,
    Outcome,
    RunReport,
    explain,
    newer_export,
)
from grader.model_runner.predicting import predict
from grader.scoring.arrays import Float64Array
from grader.scoring.model_answers import write_answers
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.rejection import Problem, Rejected
from grading import models_worker
from grading.claimed_work import carry_out
from grading.model_inputs import Asked, all_of_test, public_sample
from leaderboard.mergers import hold_team_of
from submissions import lifecycle
from submissions.lifecycle import Claim
from submissions.models import ModelRun, Submission, prediction_storage
from submissions.quota import model_seconds_left_today, next_day, no_model_seconds
from submissions.whole_files import save_whole


class RunFailed(Exception):
    """A run ended through a fault of ours: the submission is tried again."""


def run_claimed(claim: Claim) -> bool:
    """Finish the claimed step: PREDICTED, REJECTED, put back where it cannot be run now, or given back.

    False: this machine can do nothing more for now.
    """
    return carry_out(claim, _run, "run")


def limits_of(competition: Competition) -> ModelLimits:
    """What the competition allows a model, within what the site does."""
    allowed = competition.model_allowance()
    return ModelLimits(
        max_zip_bytes=allowed.zip_bytes,
        cpu_seconds=allowed.seconds,
        wall_seconds=settings.WALL_SECONDS_PER_MODEL_SECOND * allowed.seconds,
        memory_bytes=allowed.memory_mib * MIB,
    )


def _run(claim: Claim, submission: Submission) -> None:
    competition = submission.competition
    now = database_now(competition)
    if not submission.team.is_baseline and model_seconds_left_today(submission.team, now) <= 0:
        lifecycle.put_back(claim, no_model_seconds(competition, now), until=next_day(now))
        return
    if not models_worker.is_run_with_ours(competition):
        lifecycle.put_back(claim, "it is run with another TensorFlow version than this worker has")
        return
    asked = all_of_test(competition)
    try:
        with local_copy_of(submission.file, submission.sha256) as path:
            _run_file(claim, submission, path, asked)
    except WorkStopped:
        lifecycle.put_back(claim, "the worker was stopped; the next one runs it again")


def _run_file(claim: Claim, submission: Submission, path: Path, asked: Asked) -> None:
    competition, limits = submission.competition, limits_of(submission.competition)
    expected = competition.prediction_format()
    try:
        report = predict(path, asked.columns, limits, settings.MODEL_RUNS_DIR)
        if report.outcome == Outcome.WALLS_FAILED:
            raise ModelGradingUnavailable("the walls of a run failed; the worker's log says how")
        # At once and whatever comes after: a run that went unrecorded would be free.
        _note_run(submission, report)
        if report.outcome == Outcome.RUNNER_FAILED:
            raise RunFailed(report.outcome)
    except Rejected as refused:
        return _reject(claim, submission, refused)
    except ModelGradingUnavailable as unavailable:
        models_worker.switch_off(unavailable.reason)
        lifecycle.put_back(claim, f"no models are run here now: {unavailable.reason}")
        return
    values = None if report.predictions is None else expected.settled(report.predictions)
    if values is not None:
        return _hand_over(claim, asked, values)
    problems = [_what_is_wrong(report, limits, expected)]
    if newer := newer_export(report.exported_with, models_worker.tensorflow_version()):
        problems.append(newer)
    if sample := public_sample(competition, settings.MODEL_SAMPLE_ROWS):
        shown = predict(path, sample, limits, settings.MODEL_RUNS_DIR)
        _note_run(submission, shown, is_public_sample=True)
        if shown.outcome not in (Outcome.WALLS_FAILED, Outcome.RUNNER_FAILED):
            problems.append(_on_public_rows(sample, shown, limits, expected))
    _reject(claim, submission, Rejected(problems))


def _hand_over(claim: Claim, asked: Asked, values: Float64Array) -> None:
    buffer = BytesIO()
    write_answers(buffer, asked.row_ids, values)
    answers = f"{claim.submission_id}/{claim.attempt}.answers.npy"
    name = save_whole(prediction_storage(), answers, ContentFile(buffer.getvalue()))
    with transaction.atomic():
        lifecycle.predicted(claim, name)


def _reject(claim: Claim, submission: Submission, refused: Rejected) -> None:
    # The team's standing stays as it is: what is run was never scored.
    with transaction.atomic():
        hold_team_of(submission.pk)
        lifecycle.reject(claim, refused)


def _note_run(submission: Submission, report: RunReport, *, is_public_sample: bool = False) -> None:
    ModelRun.objects.create(
        submission=submission,
        is_public_sample=is_public_sample,
        outcome=report.outcome.value,
        seconds=report.seconds,
        peak_rss_bytes=report.peak_rss_bytes,
        walls=list(report.walls),
        warning=str(BATCH_WARNING) if report.depends_on_batch else "",
        exported_with=report.exported_with,
        log=report.log,
    )


def _what_is_wrong(report: RunReport, limits: ModelLimits, expected: PredictionFormat) -> Problem:
    """In fixed words: a number from the hidden run would carry a hidden feature out."""
    if report.outcome != Outcome.OK:
        return explain(report.outcome, limits)
    low, high = (f"{bound:g}" for bound in expected.bounds)
    if expected.integers_only:
        return Problem(
            None,
            f"Some of the model's answers are no whole numbers within {low} to {high}.",
            "Let it answer with the number of a class: tf.argmax gives it.",
        )
    return Problem(
        None,
        f"Some of the model's answers lie outside {low} to {high}.",
        f"Clip them in the model: tf.clip_by_value(answer, {low}, {high}).",
    )


def _on_public_rows(
    sample: Mapping[str, Sequence[str]], shown: RunReport, limits: ModelLimits, expected: PredictionFormat
) -> Problem:
    where = f"Run once more, on {len(next(iter(sample.values()))):,} rows of train.csv:"
    if shown.outcome != Outcome.OK:
        cure = "What it printed stands below." if shown.log else "It printed nothing."
        return Problem(None, f"{where} {explain(shown.outcome, limits).finding}", cure)
    values = shown.predictions
    if values is None or expected.settled(values) is None:
        found = "" if values is None else f" its answers go from {values.min():g} to {values.max():g}."
        return Problem(None, f"{where}{found}", "The range is part of the task.")
    return Problem(
        None,
        f"{where} all went well.",
        "So it is something that test.csv has and these rows have not: more of them, or keys never seen in training.",
    )
