"""Which teams' best files are nearly one and the same: made anew when the bests have changed, never more often than
SIMILARITY_PAUSE_SECONDS, and in steps between which every file that waits is scored.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic

import numpy as np
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from competitions.models import Competition
from competitions.models import Solution as SolutionVersion
from config.clock import seconds_from_now
from grader.scoring.arrays import Int64Array
from grader.scoring.similar_files import Float32Array, Similar, fingerprint, strongest_pairs
from grader.scoring.solution import Solution
from grading.beside_scoring import score_what_waits
from grading.kept_predictions import UNREADABLE, read_kept
from grading.labels import LabelsDoNotFit, NoActiveSolution, active_version, labels_of
from leaderboard.models import IntegrityState, SimilarPair, Standing
from submissions.models import Evaluation

log = structlog.get_logger(__name__)

FILES_AT_ONCE = 100
# Of labels, an organizer is told how far they spread to so many digits.
DIGITS_TOLD = 3


@dataclass(frozen=True)
class Compared:
    """What was made: the files that could be read, in the order of the pairs' places, and how many could not."""

    evaluation_ids: list[int]
    row_count: int
    left_out_count: int
    similar: Similar


def due() -> QuerySet[Competition]:
    """Competitions whose bests may be looked at again now: with labels, not archived, and not looked at just before."""
    return Competition.objects.filter(
        Q(integrity_state__isnull=True) | Q(integrity_state__next_at__lte=Now()),
        Q(archived_at__isnull=True) | Q(archived_at__gt=Now()),
        solutions__is_active=True,
    ).order_by("pk")


class PutOff(Exception):
    """Too many files waited for their scores: the comparison is made another time."""


def compare_due(ends_at: float) -> None:
    """Look at every competition that is due, each in its turn, until that moment (monotonic)."""
    for competition in due():
        if monotonic() > ends_at or (ticket := _claim(competition)) is None:
            continue
        try:
            _look_at(competition, ticket, ends_at)
        except (LabelsDoNotFit, NoActiveSolution, PutOff) as reason:
            log.warning("similarity_not_made", competition=competition.slug, why=str(reason))
        finally:
            _taken(competition, ticket).update(next_at=seconds_from_now(settings.SIMILARITY_PAUSE_SECONDS))


def _look_at(competition: Competition, ticket: datetime, ends_at: float) -> None:
    version = active_version(competition)
    digest = _digest(version)
    if IntegrityState.objects.filter(competition=competition, made_from=digest).exists():
        return
    labels = labels_of(version)
    compared = _compare(competition, labels, list(_bests(competition)), ends_at)
    with transaction.atomic():
        is_mine = _taken(competition, ticket).update(
            made_from=digest,
            made_at=Now(),
            compared_count=len(compared.evaluation_ids),
            left_out_count=compared.left_out_count,
            row_count=compared.row_count,
            like_baseline_count=compared.similar.like_baseline_count,
            solution=version,
            **_facts_of(labels),
        )
        if not is_mine:
            return
        competition.similar_pairs.all().delete()
        SimilarPair.objects.bulk_create(_pairs(competition, compared))
    log.info("similarity_made", competition=competition.slug, files=len(compared.evaluation_ids))


def _claim(competition: Competition) -> datetime | None:
    """Put the next look off for as long as this one may last, which takes it in hand. None: another has it."""
    IntegrityState.objects.get_or_create(competition=competition)
    row = IntegrityState.objects.filter(competition=competition)
    at_most = settings.SIMILARITY_AT_MOST_SECONDS + settings.GRADING_SECONDS
    if not row.filter(next_at__lte=Now()).update(next_at=seconds_from_now(at_most)):
        return None
    return row.values_list("next_at", flat=True).get()


def _taken(competition: Competition, ticket: datetime) -> QuerySet[IntegrityState]:
    """The state, as long as nobody else has taken it in hand."""
    return IntegrityState.objects.filter(competition=competition, next_at=ticket)


def _bests(competition: Competition) -> QuerySet[Evaluation]:
    """What stands on the board for each team and baseline: its best file, or, where none was told, its final one."""
    best = Standing.objects.filter(competition=competition).values(stands=Coalesce("best", "final"))
    return Evaluation.objects.filter(pk__in=best).select_related("submission__team").order_by("pk")


def _digest(version: SolutionVersion) -> str:
    """Of all that a comparison is made from. Read before the files: what changes meanwhile is compared next time."""
    standings = Standing.objects.filter(competition=version.competition).order_by("team")
    state = [
        version.pk,
        version.competition.metric,
        *standings.values_list("team", Coalesce("best", "final"), "is_ranked"),
    ]
    return hashlib.sha256(repr(state).encode()).hexdigest()


def _compare(competition: Competition, labels: Solution, evaluations: Sequence[Evaluation], ends_at: float) -> Compared:
    """Read the files and compare all pairs; after every step what waits is scored first. Raises PutOff."""
    rows = _rows_compared(labels, len(evaluations))
    meanwhile = partial(score_what_waits, partial(_refuse_beyond, ends_at))
    table: Float32Array = np.empty((len(evaluations), rows.size), dtype=np.float32)
    targets = labels.targets[rows]
    read: list[Evaluation] = []
    for number, evaluation in enumerate(evaluations):
        try:
            predictions = read_kept(evaluation, labels.row_ids.size)[rows]
        except UNREADABLE as lost:
            log.warning("kept_predictions_lost", submission=str(evaluation.submission_id), problem=str(lost))
        else:
            table[len(read)] = fingerprint(competition.scored_by, targets, predictions)
            read.append(evaluation)
        if number % FILES_AT_ONCE == 0:
            meanwhile()
    is_baseline = np.array([one.submission.team.is_baseline for one in read], dtype=np.bool_)
    similar = strongest_pairs(table[: len(read)], is_baseline, settings.SIMILAR_PAIRS_SHOWN, meanwhile)
    return Compared([one.pk for one in read], rows.size, len(evaluations) - len(read), similar)


def _refuse_beyond(ends_at: float) -> None:
    """Raises PutOff after that moment (monotonic)."""
    if monotonic() >= ends_at:
        raise PutOff("Files waited for their scores all the time.")


def _rows_compared(labels: Solution, file_count: int) -> Int64Array:
    """The places of the rows that count, evenly thinned out where the table would outgrow SIMILARITY_BYTES."""
    counting = np.flatnonzero(labels.is_public | labels.is_private)
    room = max(1, settings.SIMILARITY_BYTES // (4 * max(1, file_count)))
    if counting.size <= room:
        return counting
    return counting[np.linspace(0, counting.size - 1, room).astype(np.int64)]


def _facts_of(labels: Solution) -> dict[str, float | int | None]:
    """How many public labels differ, their smallest gap, and how far they spread: no label itself."""
    public = labels.targets[labels.is_public]
    values = np.unique(public)
    gap = float(np.diff(values).min()) if values.size > 1 else None
    return {
        "label_count": int(values.size),
        "label_step": None if gap is None else float(f"{gap:.{DIGITS_TOLD}g}"),
        "label_spread": float(f"{public.std():.{DIGITS_TOLD}g}"),
    }


def _pairs(competition: Competition, compared: Compared) -> list[SimilarPair]:
    ids, similar = compared.evaluation_ids, compared.similar
    return [
        SimilarPair(
            competition=competition,
            one_id=ids[pair.one],
            other_id=ids[pair.other],
            correlation=pair.correlation,
            is_with_baseline=is_with_baseline,
        )
        for pairs, is_with_baseline in ((similar.teams, False), (similar.with_baselines, True))
        for pair in pairs
    ]
