"""The files that participants download."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.files import file_answer
from api.permissions import ReadByAnybody
from api.problems import Problem
from api.schema import BINARY, operation
from api.visits import competition_or_404, team_or_none
from competitions.data_contents import Shown, shown_files

TAGS = ["data"]
JOIN_FIRST = "The data of Five stars are for those who have joined. Join to download."
EXAMPLE = {
    "name": "test.csv",
    "description": "What to predict.",
    "bytes": 1_234_567,
    "rows": 20_827,
    "columns": ["id", "user_id", "book_name"],
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "url": "http://localhost/api/v1/competitions/goodreads-ratings/data/test.csv",
}


class DataFileRow(serializers.Serializer[Any]):
    """`rows` (without the header) and `columns` are null for what is no table; with `sha256` "" the file is lost."""

    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    bytes = serializers.IntegerField()
    rows = serializers.IntegerField(allow_null=True)
    columns = serializers.ListField(child=serializers.CharField(), allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)
    url = serializers.URLField()


class DataFilesAnswer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = DataFileRow(many=True)


class DataFilesView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation(
        "data_files",
        DataFilesAnswer,
        {"count": 1, "next": None, "previous": None, "results": [EXAMPLE]},
        tags=TAGS,
        summary="The data files, all of them on one page",
    )
    def get(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        rows = [_row(shown, slug, request) for shown in shown_files(competition)]
        return Response({"count": len(rows), "next": None, "previous": None, "results": rows})


class DataFileView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation(
        "data_file",
        BINARY,
        None,
        also={206: "A part of it (Range)."},
        refuses={403: JOIN_FIRST, 416: "The file has 1,000 bytes; none of them are asked for."},
        tags=TAGS,
        summary="A data file; its ETag is its SHA-256",
    )
    def get(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        competition = competition_or_404(request, slug)
        files = {shown.file.name: shown for shown in shown_files(competition)}
        found = files.get(name)
        if found is None or found.contents is None:
            raise Http404
        if competition.data_needs_joining and team_or_none(request, competition) is None:
            sentence = _("The data of %(competition)s are for those who have joined. Join to download.")
            raise Problem(403, "not_joined", sentence % {"competition": competition.title})
        return file_answer(request, found.file.file, found.file.name, found.contents.sha256)


def _row(shown: Shown, slug: str, request: Request) -> dict[str, Any]:
    file, contents = shown.file, shown.contents
    is_table = contents is not None and contents.row_count is not None
    return {
        "name": file.name,
        "description": file.description,
        "bytes": contents.size_bytes if contents else 0,
        "rows": contents.row_count if contents else None,
        "columns": contents.columns if contents and is_table else None,
        "sha256": contents.sha256 if contents else "",
        "url": request.build_absolute_uri(reverse("api:data_file", args=[slug, file.name])),
    }
