"""Files, whole or a part of them: a download that broke off goes on where it was (RFC 9110, Range)."""

import re
from collections.abc import Iterator
from typing import IO, Any

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.problems import Problem
from api.schema import BINARY_TYPE
from config.by_locale import whole

READ_BYTES = 65_536
# One range alone: a first and a last byte, one of them may be missing.
RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})\Z")


def file_answer(request: Request, stored: FieldFile, name: str, sha256: str) -> HttpResponseBase:
    """The stored file under that name, with its SHA-256 as ETag: 200, 206 for a Range, or 304. Raises Http404, Problem.

    It is always a download, whatever its name says that it is.
    """
    etag = f'"{sha256}"'
    if etag in (known := parse_etags(request.headers.get("If-None-Match", ""))) or "*" in known:
        return HttpResponse(status=304, headers={"ETag": etag})
    try:
        content = stored.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
    part = _asked_part(request, stored.size, etag)
    if part is None:
        # It writes Content-Disposition itself, over any that is given.
        return FileResponse(content, as_attachment=True, filename=name, headers=headers, content_type=BINARY_TYPE)
    first, last = part
    headers |= {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Range": f"bytes {first}-{last}/{stored.size}",
        "Content-Length": str(last - first + 1),
    }
    return StreamingHttpResponse(_bytes_of(content, first, last), status=206, headers=headers, content_type=BINARY_TYPE)


def _asked_part(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """(first, last) byte; None: the whole file, also for what is no single range, or of a file that has changed."""
    wanted = RANGE.match(request.headers.get("Range", ""))
    if wanted is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = wanted.groups()
    if not first and not last:
        return None
    if not first:
        begin, end = max(0, size - int(last)), size - 1
    else:
        begin, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and first and int(last) < int(first):
        return None
    if begin >= size or end < begin:
        sentence = _("The file has %(size)s bytes; none of them are asked for.") % {"size": whole(size)}
        raise Problem(416, "range_not_satisfiable", sentence, headers={"Content-Range": f"bytes */{size}"})
    return begin, end


def _bytes_of(content: IO[Any], first: int, last: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        left = last - first + 1
        while left and (part := content.read(min(READ_BYTES, left))):
            left -= len(part)
            yield part
