"""Receipts: what was told of each score, appended to the competition's chain in batches, after the score is recorded.

Not in the transaction of a score: the end of a chain is one row, for which all workers would wait.
"""

import json
from collections.abc import Iterable, Iterator
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from competitions.commitments import published_commitments
from competitions.models import Competition
from grader.scoring.commitment import Facts
from grader.scoring.receipts import CHAIN_BEGINS, RECEIPT_FORMAT, canonical, digest_of, links, shown
from leaderboard.models import Receipt
from submissions.models import Evaluation, Told

ROWS_AT_ONCE = 2000
READ_WITH = ("submission__team", "solution", "commitment")


def append_waiting(ends_at: float, competition: Competition | None = None) -> bool:
    """Write the receipts that are due, until that moment (monotonic). False: some are still due then.

    `competition`: of this one alone.
    """
    due = _due()
    if competition is not None:
        due = due.filter(submission__competition=competition)
    while (first := due.values_list("submission__competition", flat=True).first()) is not None:
        _append(first)
        if monotonic() > ends_at:
            return False
    return True


def head_of(competition: Competition) -> Receipt | None:
    """The last receipt: its link stands for the whole chain. None: there is no receipt yet."""
    return Receipt.objects.filter(competition=competition).order_by("-number").first()


def _due() -> QuerySet[Evaluation]:
    """The evaluations that teams are told of and that have no receipt, the oldest first.

    Not those of a rescore that waits for its organizer's word, nor a rehearsal's.
    """
    return Evaluation.objects.filter(
        is_receipted=False,
        is_live=True,
        current_of__isnull=False,
        solution__is_active=True,
        submission__team__is_rehearsal=False,
    ).order_by("pk")


@transaction.atomic
def _append(competition_id: int) -> None:
    # One at a time: the chain has one end.
    competition = Competition.objects.select_for_update(no_key=True).get(pk=competition_id)
    due = _due().filter(submission__competition=competition).select_related(*READ_WITH)
    evaluations = list(due[: settings.RECEIPTS_AT_ONCE])
    _write(competition, evaluations)
    Evaluation.objects.filter(pk__in=[evaluation.pk for evaluation in evaluations]).update(is_receipted=True)


def _write(competition: Competition, evaluations: Iterable[Evaluation]) -> None:
    last = head_of(competition)
    number, previous = (last.number, last.link) if last else (0, CHAIN_BEGINS)
    made = []
    for evaluation in evaluations:
        number += 1
        text = canonical(_facts(number, evaluation, competition))
        made.append(
            Receipt(competition=competition, number=number, evaluation=evaluation, text=text, digest=digest_of(text))
        )
    for receipt, its_link in zip(made, links((receipt.digest for receipt in made), previous), strict=True):
        receipt.link = its_link
    Receipt.objects.bulk_create(made)


def _facts(number: int, evaluation: Evaluation, competition: Competition) -> Facts:
    submission = evaluation.submission
    return {
        "format": RECEIPT_FORMAT,
        "number": number,
        "competition": competition.slug,
        "submission": str(submission.pk),
        "team": submission.team.name,
        "team_key": submission.team_id,
        "kind": submission.kind,
        "file_sha256": submission.sha256,
        "file_bytes": submission.size_bytes,
        "predictions_sha256": evaluation.predictions_sha256,
        "sent_at": submission.submitted_at.isoformat(),
        "is_late": submission.is_late,
        "scored_at": evaluation.graded_at.isoformat(),
        "solution_version": evaluation.solution.version,
        "commitment": evaluation.commitment.digest if evaluation.commitment else "",
        "grader": evaluation.commitment.grader if evaluation.commitment else "",
        "metric": evaluation.metric,
        "told": evaluation.told,
        "public_score": (
            shown(evaluation.public_score, competition.decimals) if evaluation.told == Told.SCORE else None
        ),
    }


def as_kept(receipt: Receipt) -> dict[str, object]:
    """A receipt as its team keeps it: its text, the digest of it, and where it stands in the chain."""
    before = Receipt.objects.filter(competition=receipt.competition_id, number=receipt.number - 1).first()
    return {
        "text": receipt.text,
        "digest": receipt.digest,
        "number": receipt.number,
        "link_before": before.link if before else CHAIN_BEGINS,
        "link": receipt.link,
    }


def chain_of(competition: Competition) -> Iterator[str]:
    """The commitments and the whole chain, as JSON: digests only, which tell nothing of what they are made from."""
    head = head_of(competition)
    count = head.number if head else 0
    commitments: list[dict[str, object]] = [
        {
            "version": made.solution.version,
            "digest": made.digest,
            "grader": made.grader,
            "made_at": made.made_at.isoformat(),
        }
        for made in published_commitments(competition)
    ]
    begins: dict[str, object] = {
        "competition": competition.slug,
        "commitments": commitments,
        "head": head.link if head else CHAIN_BEGINS,
        "count": count,
    }
    return _lines_of_chain(competition, begins, count)


def _lines_of_chain(competition: Competition, begins: dict[str, object], count: int) -> Iterator[str]:
    """JSON: the facts that it begins with, then number, digest and link of the first `count` receipts, one a line."""
    yield f'{json.dumps(begins, ensure_ascii=False)[:-1]}, "receipts": ['
    before = "\n"
    chain = Receipt.objects.filter(competition=competition, number__lte=count).order_by("number")
    for number, digest, link in chain.values_list("number", "digest", "link").iterator(chunk_size=ROWS_AT_ONCE):
        yield before + json.dumps({"number": number, "digest": digest, "link": link})
        before = ",\n"
    yield "\n]}\n"
