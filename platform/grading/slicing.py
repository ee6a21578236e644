"""Where a submission errs, as a job of the scoring worker: from kept predictions, on public rows alone."""

from dataclasses import asdict
from functools import partial
from time import monotonic

import structlog
from django.conf import settings

from competitions.models import TRAIN_FILE
from grader.scoring.arrays import BoolArray
from grader.scoring.slices import Partition, by_count, by_level, by_novelty, judged_lists, largest_loss, told, values_of
from grader.scoring.solution import Solution
from grading.beside_scoring import score_what_waits
from grading.jobs import JobLost, fail, finish, hold, take_in_hand
from grading.kept_predictions import read_kept
from grading.labels import LabelsDoNotFit, labels_of
from grading.seen_in_training import CannotCount, Seen, seen_in_training
from submissions.models import SliceReport

log = structlog.get_logger(__name__)


class CannotSlice(Exception):
    """Why there is no report, as a sentence that holds no label."""


def slice_waiting(ends_at: float) -> bool:
    """Make the reports that are at hand, until that moment (monotonic). False: there may be more."""
    while (job := take_in_hand(SliceReport)) is not None:
        try:
            _carry_out(job)
        except JobLost:
            log.warning("slices_lost", report=job.pk)
        if monotonic() > ends_at:
            return False
    return True


def _carry_out(job: SliceReport) -> None:
    try:
        if job.attempt > settings.MAX_TRIES:
            raise CannotSlice(f"It was begun {settings.MAX_TRIES} times, and its worker ended each time.")
        slices = _slices_of(job)
    except JobLost:
        raise
    except (CannotSlice, CannotCount, LabelsDoNotFit) as reason:
        fail(job, str(reason))
    except Exception as problem:  # The worker must live on; the log has it whole.
        log.exception("slices_failed", report=job.pk)
        fail(job, f"It stopped with {type(problem).__name__}; the scoring worker's log says more.")
    else:
        finish(job, slices=slices)


def _slices_of(job: SliceReport) -> list[dict[str, object]]:
    """The report's slices as they are stored. Raises CannotSlice, CannotCount or LabelsDoNotFit."""
    competition, evaluation = job.competition, job.evaluation
    metric, expected = competition.scored_by, competition.prediction_format()
    labels = labels_of(evaluation.solution)
    # No file waits for a report.
    meanwhile = partial(score_what_waits, partial(hold, job, "Reading the data"))
    seen = seen_in_training(competition, labels.row_ids, meanwhile)
    predictions = read_kept(evaluation, labels.row_ids.size)
    public = labels.is_public
    most = largest_loss(metric, expected.lowest, expected.highest)
    if most is None:
        raise CannotSlice(f"{competition.metric_label} without a range has no slices.")
    groups = None if labels.groups is None else labels.groups[public]
    values = values_of(metric, labels.targets[public], predictions[public], groups, competition.metric_k)
    slices = told(
        metric,
        values,
        _things(labels, public, seen, job),
        most=most,
        decimals=competition.decimals,
        least_rows=settings.LEAST_SLICE_ROWS,
    )
    if not slices:
        least = f"at least {settings.LEAST_SLICE_ROWS:,} public {'rows' if labels.groups is None else 'lists'}"
        raise CannotSlice(f"Nothing here parts into two slices of {least}, so none is told.")
    return [asdict(one) for one in slices]


def _things(labels: Solution, public: BoolArray, seen: Seen, job: SliceReport) -> list[Partition]:
    """By what the public rows are parted; lists are parted as wholes, by their user."""
    users = None if seen.users is None else seen.users[public]
    items = None if seen.items is None else seen.items[public]
    competition = job.competition
    if labels.groups is not None:
        # The rows of a list are one user's: any of them tells how often that user was seen.
        first = judged_lists(labels.targets[public], labels.groups[public])
        if users is None:
            return []
        return [by_count(_often(competition.cluster_column), users[first])]
    things = []
    if users is not None:
        things.append(by_count(_often(competition.cluster_column), users))
    if items is not None:
        things.append(by_count(_often(competition.item_column), items))
    if users is not None and items is not None:
        things.append(by_novelty(users, items))
    expected = competition.prediction_format()
    level = by_level(competition.scored_by, labels.targets[public], expected.lowest, expected.highest)
    return things if level is None else [*things, level]


def _often(column: str) -> str:
    return f"how often the {column} stands in {TRAIN_FILE}"
