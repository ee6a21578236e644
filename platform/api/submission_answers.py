"""A submission as the API tells it: what its page shows, and no score that its team was not told."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request

from competitions.clock import database_now
from competitions.models import Competition
from submissions.model_grading import runs_told, why_it_waits
from submissions.models import Kind, Status, Submission
from submissions.queue_place import place_in_queue
from submissions.repeats import sent_before
from submissions.told import answer_in_words, private_score_told, public_score_told

EXAMPLE = {
    "id": "0b5c8a3e-6f1d-4c57-9d2c-3f2f6a1d9b10",
    "competition": "goodreads-ratings",
    "team": "alice",
    "kind": "predictions",
    "status": "scored",
    "status_text": "scored",
    "is_final": True,
    "file_name": "predictions.csv",
    "bytes": 210_432,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "description": "user and book biases",
    "submitted_at": "2026-11-20T10:15:00Z",
    "submitted_by": "alice",
    "public_score": 0.871,
    "score_text": "0.871",
    "private_score": None,
    "reason": "",
    "problems": [],
    "problem_count": 0,
    "is_selected": False,
    "is_late": False,
    "is_disqualified": False,
    "url": "http://localhost/submissions/0b5c8a3e-6f1d-4c57-9d2c-3f2f6a1d9b10/",
    "receipt_url": "http://localhost/api/v1/submissions/0b5c8a3e-6f1d-4c57-9d2c-3f2f6a1d9b10/receipt/",
}
WHOLE_EXAMPLE = EXAMPLE | {
    "queue_place": None,
    "expected_wait_seconds": None,
    "repeat_of": None,
    "model_warning": "",
    "run_log": None,
}


class LineProblem(serializers.Serializer[Any]):
    """What is wrong in a file. `line` null: it is not in one line."""

    line = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class SubmissionRow(serializers.Serializer[Any]):
    """A submission in a list. `public_score` null: none was told; `score_text` says it, or the word in its place."""

    id = serializers.UUIDField()
    competition = serializers.CharField()
    team = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    status = serializers.ChoiceField(Status.choices)
    status_text = serializers.CharField()
    is_final = serializers.BooleanField(help_text="Nothing more happens to it by itself.")
    file_name = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    submitted_at = serializers.DateTimeField()
    submitted_by = serializers.CharField(allow_null=True)
    public_score = serializers.FloatField(allow_null=True)
    score_text = serializers.CharField(allow_blank=True)
    private_score = serializers.FloatField(allow_null=True, help_text="Once private results are revealed.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it has no score, or waits.")
    problems = LineProblem(many=True, help_text="Of a rejected one: the first of them.")
    problem_count = serializers.IntegerField()
    is_selected = serializers.BooleanField()
    is_late = serializers.BooleanField()
    is_disqualified = serializers.BooleanField()
    url = serializers.URLField()
    receipt_url = serializers.URLField(allow_null=True)


class SubmissionAnswer(SubmissionRow):
    """One submission."""

    queue_place = serializers.IntegerField(allow_null=True, help_text="1: it is taken up next.")
    expected_wait_seconds = serializers.FloatField(allow_null=True)
    repeat_of = serializers.UUIDField(allow_null=True, help_text="The same file was sent before, as this one.")
    model_warning = serializers.CharField(allow_blank=True)
    run_log = serializers.CharField(allow_null=True, help_text="What a failing model printed on training rows.")


def row(sent: Submission, competition: Competition, at: datetime, request: Request) -> dict[str, Any]:
    """The fields of a SubmissionRow, without a query where its evaluation, team and sender came along."""
    evaluation = sent.evaluation
    receipt = reverse("api:receipt", args=[sent.pk])
    return {
        "id": sent.pk,
        "competition": competition.slug,
        "team": sent.team.name,
        "kind": sent.kind,
        "status": sent.status,
        "status_text": sent.get_status_display(),
        "is_final": sent.is_finished,
        "file_name": sent.original_name,
        "bytes": sent.size_bytes,
        "sha256": sent.sha256,
        "description": sent.description,
        "submitted_at": sent.submitted_at,
        "submitted_by": sent.submitted_by.username if sent.submitted_by else None,
        "public_score": public_score_told(evaluation, competition),
        "score_text": answer_in_words(evaluation, competition),
        "private_score": private_score_told(evaluation, competition, at),
        "reason": _reason(sent),
        "problems": [
            {"line": one["line"], "message": f"{one['finding']} {one['cure']}".strip()} for one in sent.problems
        ],
        "problem_count": sent.problem_count,
        "is_selected": sent.is_selected,
        "is_late": sent.is_late,
        "is_disqualified": sent.disqualified_at is not None,
        "url": request.build_absolute_uri(sent.get_absolute_url()),
        "receipt_url": request.build_absolute_uri(receipt) if evaluation else None,
    }


def whole(sent: Submission, request: Request) -> dict[str, Any]:
    """The fields of a SubmissionAnswer."""
    competition = sent.competition
    told = row(sent, competition, database_now(competition), request)
    why = why_it_waits(sent)
    place = None if why or sent.is_finished else place_in_queue(sent)
    earlier = sent_before(sent)
    runs = runs_told(sent)
    return told | {
        "reason": told["reason"] or why,
        "queue_place": place.number if place else None,
        "expected_wait_seconds": round(place.seconds, 1) if place and place.seconds is not None else None,
        "repeat_of": earlier.pk if earlier else None,
        "model_warning": runs.warning,
        "run_log": runs.public_run.log if runs.public_run and sent.status == Status.REJECTED else None,
    }


def _reason(sent: Submission) -> str:
    if sent.disqualification:
        return sent.disqualification
    if sent.status == Status.REJECTED and sent.problems:
        first = sent.problems[0]
        where = f"Line {first['line']}: " if first["line"] else ""
        return f"{where}{first['finding']} {first['cure']}".strip()
    return sent.failure
