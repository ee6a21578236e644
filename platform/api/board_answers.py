"""The shapes of what is asked of a board and told of it, with an example of each."""

from typing import Any

from rest_framework import serializers

BOARDS = ("public", "final")
ROW = {
    "rank": 1,
    "team": "alice",
    "team_id": 17,
    "score": 0.871,
    "score_text": "0.871",
    "places": [1, 3],
    "tied_with_first": True,
    "change": None,
    "entries": 4,
    "last_at": "2026-11-20T10:15:00Z",
    "is_baseline": False,
    "is_mine": True,
}
MINE = {"team": "alice", "rank": 1, "ranked_count": 12, "score": 0.871, "score_text": "0.871", "page": 1}
BOARD_EXAMPLE = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [ROW],
    "board": "public",
    "metric": "MSE",
    "lower_is_better": True,
    "ranked_count": 12,
    "certainty_sentence": "The first 3 teams cannot be told apart: on another test set of the same kind any of them "
    "could be first.",
}
SURE = {
    "rank": 2,
    "team": "bob",
    "team_id": 18,
    "score": 0.873,
    "is_baseline": False,
    "is_first": False,
    "tied_with_first": True,
    "difference": 0.002,
    "half_width": 0.004,
    "places": [1, 3],
    "cluster_places": None,
    "group": 1,
    "chance_first": 35,
    "chance_top": 95,
}


class BoardQuery(serializers.Serializer[Any]):
    page = serializers.IntegerField(min_value=1, max_value=10**9, default=1)
    page_size = serializers.IntegerField(min_value=1, required=False)
    q = serializers.CharField(allow_blank=True, max_length=150, default="")
    board = serializers.ChoiceField(BOARDS, default="public")


class BoardRow(serializers.Serializer[Any]):
    """A line of a board. `rank` null: a baseline, or no score yet. `places` null: not compared yet, or not any more."""

    rank = serializers.IntegerField(allow_null=True)
    team = serializers.CharField()
    team_id = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    score_text = serializers.CharField()
    places = serializers.ListField(child=serializers.IntegerField(), allow_null=True, help_text="Best and worst, 95 %.")
    tied_with_first = serializers.BooleanField(allow_null=True)
    change = serializers.IntegerField(allow_null=True, help_text="Of a final board: places higher than in public.")
    entries = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True, help_text="When the file that stands there was sent.")
    is_baseline = serializers.BooleanField()
    is_mine = serializers.BooleanField()


class BoardAnswer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Of all lines; of a search, of the teams that it has found.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = BoardRow(many=True)
    board = serializers.ChoiceField(BOARDS)
    metric = serializers.CharField()
    lower_is_better = serializers.BooleanField()
    ranked_count = serializers.IntegerField()
    certainty_sentence = serializers.CharField(allow_blank=True)


class MineAnswer(serializers.Serializer[Any]):
    team = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    ranked_count = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    score_text = serializers.CharField(allow_blank=True)
    page = serializers.IntegerField(allow_null=True, help_text="Of the board, in pages of the usual size.")


class SureRow(serializers.Serializer[Any]):
    """How sure a line is. Chances in per cent, in steps of five. All null: it is being compared still."""

    rank = serializers.IntegerField(allow_null=True)
    team = serializers.CharField()
    team_id = serializers.IntegerField()
    score = serializers.FloatField()
    is_baseline = serializers.BooleanField()
    is_first = serializers.BooleanField(allow_null=True)
    tied_with_first = serializers.BooleanField(allow_null=True)
    difference = serializers.FloatField(allow_null=True, help_text="To the first.")
    half_width = serializers.FloatField(allow_null=True, help_text="Of the difference's 95 % interval.")
    places = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    cluster_places = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    group = serializers.IntegerField(allow_null=True)
    chance_first = serializers.IntegerField(allow_null=True)
    chance_top = serializers.IntegerField(allow_null=True)


class SureAnswer(serializers.Serializer[Any]):
    made_at = serializers.DateTimeField(allow_null=True, help_text="Null: nothing was compared yet.")
    results = SureRow(many=True)


class BetterRow(serializers.Serializer[Any]):
    sent_at = serializers.DateTimeField()
    score = serializers.FloatField()


class ProgressAnswer(serializers.Serializer[Any]):
    team = serializers.CharField()
    results = BetterRow(many=True)
