"""What a board gives away, which files look like questions to it, whose files are alike. For organizers alone."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.own import TAGS, OrganizersEndpoint, OrganizersListing, own_or_404
from api.schema import operation
from grader.scoring.probing import SAME_FILE_CORRELATION
from grader.scoring.similar_files import compared_by
from leaderboard.integrity import in_words, pairs_of, signs_of, state_of
from leaderboard.leakage import NotMeasured, leakage_of
from leaderboard.models import IntegrityState, ProbingSign
from submissions.slice_leak import slice_leak_in_words

LEAKS_EXAMPLE = {
    "not_measured": "",
    "assumed": {
        "public_count": 6248,
        "decimals": 3,
        "files": 150,
        "is_endless": True,
        "label_count": 5,
        "label_step": 1.0,
        "label_spread": 0.98,
        "spread": 0.86,
        "spread_of": "the errors of the best baseline",
        "head_start": 0.0,
        "known_head_start": 0.21,
    },
    "policies": [
        {
            "name": "Plain (as it is set)",
            "policy": "plain",
            "is_set": True,
            "is_held_back": False,
            "labels_per_file": 0,
            "gain_of_one": 0.015,
            "gain_of_many": 0.15,
            "accounts": 10,
            "recommended_rows": 20000,
            "is_within_budget": False,
            "sentence": "One file spells out 0 hidden labels, and …",
        }
    ],
    "ceiling": {
        "labels_per_file": 6.0,
        "share_of_one": 0.1,
        "share_of_many": 1.0,
        "accounts": 10,
        "sentence": "A score of so many decimals cannot tell more than 6.0 labels, by whatever attack: …",
    },
    "recommended_decimals": 3,
    "on_decimals": "3, as recommended for so many public rows.",
    "on_slices": "",
}
SIGN_EXAMPLE = {
    "team": "mallory",
    "team_id": 13,
    "submission": "5f0c5f0e-7a52-4a43-9d0b-0d5a8b0a4d11",
    "file_name": "predictions.csv",
    "submitted_at": "2026-11-03T10:00:00Z",
    "kind": "few_row_step",
    "measured": 1.0,
    "before": "1d5a8b0a-4d11-4a43-9d0b-5f0c5f0e7a52",
    "words": "It differs in 1 row from an earlier file of the team: the two scores may ask for their labels.",
}
SIMILAR_EXAMPLE = {
    "looked_at": {
        "made_at": "2026-11-03T10:02:00Z",
        "compared_count": 12,
        "row_count": 20827,
        "left_out_count": 0,
        "like_baseline_count": 1,
    },
    "compared_by": "errors",
    "threshold": 0.9999,
    "pairs": [
        {
            "one": {"team": "alice", "submission": "5f0c5f0e-7a52-4a43-9d0b-0d5a8b0a4d11", "score": 0.781},
            "other": {"team": "bob", "submission": "1d5a8b0a-4d11-4a43-9d0b-5f0c5f0e7a52", "score": 0.781},
            "correlation": 1.0,
            "is_with_baseline": False,
            "is_beyond_threshold": True,
            "is_same_file": True,
        }
    ],
}


class AssumedAnswer(serializers.Serializer[Any]):
    """What the meter reckons with."""

    public_count = serializers.IntegerField()
    decimals = serializers.IntegerField()
    files = serializers.IntegerField(help_text="Of each account.")
    is_endless = serializers.BooleanField()
    label_count = serializers.IntegerField()
    label_step = serializers.FloatField()
    label_spread = serializers.FloatField()
    spread = serializers.FloatField()
    spread_of = serializers.CharField()
    head_start = serializers.FloatField(allow_null=True)
    known_head_start = serializers.FloatField(allow_null=True)


class PolicyAnswer(serializers.Serializer[Any]):
    """The leak under one policy."""

    name = serializers.CharField()
    policy = serializers.CharField()
    is_set = serializers.BooleanField()
    is_held_back = serializers.BooleanField()
    labels_per_file = serializers.IntegerField(source="leak.labels_per_file")
    gain_of_one = serializers.FloatField(source="leak.gain_of_one")
    gain_of_many = serializers.FloatField(source="leak.gain_of_many")
    accounts = serializers.IntegerField(source="leak.accounts")
    recommended_rows = serializers.IntegerField(source="leak.recommended_rows", allow_null=True)
    is_within_budget = serializers.BooleanField(source="leak.is_within_budget")
    sentence = serializers.CharField()


class CeilingAnswer(serializers.Serializer[Any]):
    """What no attack can exceed."""

    labels_per_file = serializers.FloatField()
    share_of_one = serializers.FloatField()
    share_of_many = serializers.FloatField()
    accounts = serializers.IntegerField()
    sentence = serializers.CharField()


class LeaksAnswer(serializers.Serializer[Any]):
    not_measured = serializers.CharField(help_text="Why there is nothing to say yet; else empty.")
    assumed = AssumedAnswer(allow_null=True)
    policies = PolicyAnswer(many=True)
    ceiling = CeilingAnswer(allow_null=True)
    recommended_decimals = serializers.IntegerField(allow_null=True)
    on_decimals = serializers.CharField()
    on_slices = serializers.CharField()


class SignAnswer(serializers.Serializer[ProbingSign]):
    """A reason to look, and no verdict."""

    team = serializers.CharField(source="submission.team.name")
    team_id = serializers.IntegerField(source="submission.team_id")
    submission = serializers.UUIDField(source="submission_id")
    file_name = serializers.CharField(source="submission.original_name")
    submitted_at = serializers.DateTimeField(source="submission.submitted_at")
    kind = serializers.CharField()
    measured = serializers.FloatField()
    before = serializers.UUIDField(source="before_id", allow_null=True)
    words = serializers.SerializerMethodField()

    def get_words(self, sign: ProbingSign) -> str:
        return in_words(sign)


class FileOfPair(serializers.Serializer[Any]):
    team = serializers.CharField(source="submission.team.name")
    submission = serializers.UUIDField(source="submission.pk")
    score = serializers.FloatField()


class PairAnswer(serializers.Serializer[Any]):
    one = FileOfPair()
    other = FileOfPair()
    correlation = serializers.FloatField()
    is_with_baseline = serializers.BooleanField()
    is_beyond_threshold = serializers.BooleanField(help_text="The files are nearly one.")
    is_same_file = serializers.BooleanField()


class LookAnswer(serializers.Serializer[IntegrityState]):
    """The last look at similar files."""

    made_at = serializers.DateTimeField()
    compared_count = serializers.IntegerField()
    row_count = serializers.IntegerField()
    left_out_count = serializers.IntegerField()
    like_baseline_count = serializers.IntegerField()


class SimilarAnswer(serializers.Serializer[Any]):
    looked_at = LookAnswer(allow_null=True)
    compared_by = serializers.CharField()
    threshold = serializers.FloatField()
    pairs = PairAnswer(many=True)


class LeaksView(OrganizersEndpoint):
    """The leak meter."""

    @operation("organize_leaks", LeaksAnswer, LEAKS_EXAMPLE, tags=TAGS, summary="What the board gives away")
    def get(self, request: Request, slug: str) -> Response:
        competition = own_or_404(request, slug)
        try:
            found = leakage_of(competition)
        except NotMeasured as reason:
            nothing: dict[str, object] = {
                "assumed": None,
                "policies": [],
                "ceiling": None,
                "recommended_decimals": None,
            }
            return Response(
                LeaksAnswer(nothing | {"not_measured": str(reason), "on_decimals": "", "on_slices": ""}).data
            )
        told = {
            "not_measured": "",
            "assumed": found.assumed,
            "policies": found.policies,
            "ceiling": found.ceiling,
            "recommended_decimals": found.recommended_decimals,
            "on_decimals": found.on_decimals if found.policies else "",
            "on_slices": slice_leak_in_words(competition, found.assumed.label_count),
        }
        return Response(LeaksAnswer(told).data)


class SignsView(OrganizersListing):
    """Files that look like questions, the newest first."""

    serializer_class = SignAnswer

    def get_queryset(self) -> QuerySet[ProbingSign]:
        return signs_of(own_or_404(self.request, self.kwargs["slug"]))

    @operation("organize_signs", SignAnswer(many=True), [SIGN_EXAMPLE], tags=TAGS, summary="Signs of probing")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class SimilarView(OrganizersEndpoint):
    """Teams whose best files are alike, as they were at the last look."""

    @operation("organize_similar", SimilarAnswer, SIMILAR_EXAMPLE, tags=TAGS, summary="Similar files")
    def get(self, request: Request, slug: str) -> Response:
        competition = own_or_404(request, slug)
        found = {
            "looked_at": state_of(competition),
            "compared_by": compared_by(competition.scored_by),
            "threshold": SAME_FILE_CORRELATION,
            "pairs": pairs_of(competition),
        }
        return Response(SimilarAnswer(found).data)
