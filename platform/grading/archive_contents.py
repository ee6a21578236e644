"""What goes into the archive of a competition, file by file: nothing of any person, no file that is not needed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.storage import Storage
from django.db.models import QuerySet

from competitions.commitments import versions_that_counted
from competitions.models import Commitment, Competition, Solution, label_storage
from competitions.terms import terms_of
from grader.scoring.commitment import split_digest
from grader.scoring.receipts import CHAIN_BEGINS, shown
from grader.verify import layout
from grading.labels import labels_of
from leaderboard.board import Row, standings
from leaderboard.models import Receipt
from leaderboard.places import places_under
from leaderboard.receipts import head_of
from submissions.models import Evaluation, Kind, Submission
from teams.models import Team

ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class StoredFile:
    """A file of the archive that is stored already: its name there, and where it is stored under which."""

    name: str
    storage: Storage
    stored_name: str


def stored_files(competition: Competition, active: Solution) -> Iterator[StoredFile]:
    """The labels, then each team's files that the ranking rests on, where they are still there."""
    for version in versions_that_counted(competition).order_by("version"):
        yield StoredFile(layout.solution_name(version.version), label_storage(), str(version.file.name))
    for submission in Submission.objects.filter(pk__in=needed(competition, active)).order_by("pk").iterator():
        found = _file_of(submission)
        if found.storage.exists(found.stored_name):
            yield found


def needed(competition: Competition, active: Solution) -> list[UUID]:
    """The submissions that the boards are made from: what each team has chosen, and its best."""
    evaluations: set[int] = set()
    for place in places_under(active, competition).values():
        evaluations.update(one.evaluation_id for one in place.chosen)
        if place.best:
            evaluations.add(place.best.evaluation_id)
    live = _live(competition, active).filter(pk__in=evaluations)
    return list(live.values_list("submission_id", flat=True))


def _live(competition: Competition, active: Solution) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(
        solution=active, is_live=True, submission__competition=competition, submission__team__is_rehearsal=False
    )


def _file_of(submission: Submission) -> StoredFile:
    if submission.kind == Kind.SAVED_MODEL:
        name, stored = layout.answers_name(str(submission.pk)), submission.predictions
    else:
        name, stored = layout.sent_name(str(submission.pk)), submission.file
    return StoredFile(name, stored.storage, str(stored.name))


def facts(competition: Competition, active: Solution, digests: dict[str, str]) -> dict[str, Any]:
    """The first file to read: what it is, by which rules, and the digest of every other file."""
    last = head_of(competition)
    return {
        "format": layout.FORMAT,
        "competition": competition.slug,
        "title": competition.title,
        "terms": terms_of(competition),
        "final_selection_count": competition.final_selection_count,
        "version": active.version,
        "head": last.link if last else CHAIN_BEGINS,
        "receipt_count": last.number if last else 0,
        "files": digests,
    }


def commitments(competition: Competition) -> list[dict[str, Any]]:
    """All of them; with their salts those of versions that have counted."""
    counted = set(versions_that_counted(competition).values_list("pk", flat=True))
    made = Commitment.objects.filter(competition=competition).select_related("solution__competition").order_by("pk")
    return [_commitment(one, is_opened=one.solution_id in counted) for one in made]


def _commitment(one: Commitment, *, is_opened: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "version": one.solution.version,
        "digest": one.digest,
        "terms": json.loads(one.terms),
        "made_at": one.made_at.isoformat(),
    }
    if not is_opened:
        return said | {"salt": None, "solution_sha256": None, "split_sha256": None}
    with label_storage().open(str(one.salt.name), "rb") as file:
        salt = file.read()
    split = split_digest(labels_of(one.solution))
    return said | {"salt": salt.hex(), "solution_sha256": one.solution.sha256, "split_sha256": split}


def teams(competition: Competition) -> list[dict[str, Any]]:
    """By name alone, those that others were merged into too."""
    everyone = competition.teams.filter(is_rehearsal=False).order_by("pk")
    return [
        {
            "key": team.pk,
            "name": team.name,
            "is_baseline": team.is_baseline,
            "is_disqualified": team.disqualified_at is not None,
            "merged_into": team.merged_into_id,
        }
        for team in everyone
    ]


def submissions(competition: Competition, active: Solution, present: set[str]) -> Iterator[dict[str, Any]]:
    """Every one that has a receipt under the active version. `present`: the names of the archive's files."""
    last: dict[UUID, int] = {}
    receipts = Receipt.objects.filter(competition=competition, evaluation__solution=active)
    for submission_id, number in receipts.order_by("number").values_list("evaluation__submission_id", "number"):
        last[submission_id] = number
    live = {one.submission_id: one for one in _live(competition, active).iterator(chunk_size=ROWS_AT_ONCE)}
    sent = Submission.objects.filter(competition=competition, team__is_rehearsal=False).order_by("submitted_at", "pk")
    for submission in sent.iterator(chunk_size=ROWS_AT_ONCE):
        if submission.pk in last:
            evaluation = live.get(submission.pk)
            yield _submission(submission, evaluation, last[submission.pk], present)


def _submission(
    submission: Submission, evaluation: Evaluation | None, receipt: int, present: set[str]
) -> dict[str, Any]:
    file = _file_of(submission).name
    return {
        # Of one that has lost its score since, nothing is compared.
        "key": evaluation.pk if evaluation else -receipt,
        "id": str(submission.pk),
        "team": submission.team_id,
        "kind": submission.kind,
        "sent_at": submission.submitted_at.isoformat(),
        "is_late": submission.is_late,
        "is_selected": submission.is_selected,
        "is_disqualified": submission.disqualified_at is not None,
        "told": evaluation.told if evaluation else "",
        "receipt": receipt,
        "public_score": evaluation.public_score if evaluation else None,
        "private_score": evaluation.private_score if evaluation else None,
        "file": file if evaluation and file in present else None,
    }


def receipts(competition: Competition) -> Iterator[dict[str, Any]]:
    chain = Receipt.objects.filter(competition=competition).order_by("number").values_list("text", "link")
    for text, link in chain.iterator(chunk_size=ROWS_AT_ONCE):
        yield {"text": text, "link": link}


def boards(competition: Competition) -> dict[str, Any]:
    """Both boards, as their pages show them."""
    return {
        "final": [_line(row, competition) for row in standings(competition, private=True)],
        "public": [_line(row, competition) for row in standings(competition)],
    }


def _line(row: Row, competition: Competition) -> dict[str, Any]:
    team: Team = row.team
    score = None if row.score is None else shown(row.score, competition.decimals)
    return {"rank": row.rank, "team": team.pk, "name": team.name, "score": score}
