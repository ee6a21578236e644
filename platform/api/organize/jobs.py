"""How work that the scoring worker does for an organizer is told."""

from typing import Any

from rest_framework import serializers

JOB_EXAMPLE = {
    "id": 7,
    "state": "done",
    "asked_by": "olga",
    "asked_at": "2026-11-01T09:00:00Z",
    "started_at": "2026-11-01T09:00:01Z",
    "finished_at": "2026-11-01T09:00:09Z",
    "progress": "",
    "failure": "",
}


class JobAnswer(serializers.Serializer[Any]):
    """`state` is asked, running, done or failed; ask again until it is one of the last two."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    asked_by = serializers.CharField(source="asked_by.username", default=None, allow_null=True)
    asked_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    progress = serializers.CharField()
    failure = serializers.CharField(help_text="Why it could not be done.")
