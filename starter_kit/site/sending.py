"""Sends a file by the API: in one request, or in chunks that go on where they were after a lost connection."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from urllib3.filepost import encode_multipart_formdata

from datasets.download import sha256_of
from starter_kit.reporting import Report
from starter_kit.site.api import LONG_PATIENCE_SECONDS, Api, Document
from starter_kit.site.moments import moment
from starter_kit.site.patience import Patience
from starter_kit.site.straight import send_straight
from starter_kit.trouble import KitError, SiteFault, SiteUnreachable

LOOKS_BEFORE_SENDING_AGAIN = 4
# What failed by the site's fault, or was withdrawn, has no answer yet.
_WITHOUT_ANSWER = ("failed", "cancelled")


@dataclass(frozen=True)
class Outgoing:
    """A file on its way to a competition, and what is said of it. `again`: though it was sent before."""

    path: Path
    slug: str
    description: str
    again: bool
    sha256: str
    size: int

    @classmethod
    def of(cls, path: Path, slug: str, description: str, *, again: bool) -> "Outgoing":
        """The file as it is now. Raises KitError when there is none or nothing in it."""
        if not path.is_file():
            raise KitError(f"{path}: there is no such file. Make one with `predict` or `export`.")
        size = path.stat().st_size
        if size == 0:
            raise KitError(f"{path}: the file is empty (0 bytes). Write the header and one row for each id.")
        return cls(path, slug, description, again, sha256_of(path), size)

    @property
    def fields(self) -> dict[str, Any]:
        """What is told beside the bytes."""
        return {"description": self.description, "sha256": self.sha256, "send_again": self.again}


def send(api: Api, outgoing: Outgoing, chunk_above_bytes: int, heard: Report) -> Document:
    """Send the file; its submission. Raises KitError with the site's own sentence when it is not taken.

    The very same file is sent once more only `again`, as it would use a slot for the same answer.
    """
    earlier = _same_file(api, outgoing)
    if not outgoing.again:
        _refuse_repeat(outgoing, earlier)
    if outgoing.size > chunk_above_bytes:
        submission = _send_in_chunks(api, outgoing, heard)
    else:
        submission = _send_at_once(api, outgoing, {row["id"] for row in earlier}, heard)
    if submission.get("sha256", outgoing.sha256) != outgoing.sha256:
        raise SiteFault(
            f"{outgoing.path}: what the site received has another SHA-256 than the file. Its submission is "
            f"{submission.get('url')}. Was the file written to meanwhile? Send it again."
        )
    return submission


def _refuse_repeat(outgoing: Outgoing, earlier: list[Document]) -> None:
    answered = next((row for row in earlier if row["status"] not in _WITHOUT_ANSWER), None)
    if answered is not None:
        raise KitError(
            f"{outgoing.path}: your team has sent this very file before, as '{answered['file_name']}' on "
            f"{moment(answered['submitted_at'])} ({answered.get('score_text') or answered['status']}): "
            f"{answered['url']}\nNothing was sent; the same file gets the same answer. --again sends it all the same.",
            code="sent_before",
            repeat_of=answered["id"],
        )


def _send_at_once(api: Api, outgoing: Outgoing, known: set[str], heard: Report) -> Document:
    """One request. When its answer is lost, the site is asked whether the file has come before it is sent again.

    `known`: the submissions of this very file that are older.
    """
    path, patience = f"competitions/{outgoing.slug}/submissions/", Patience(LONG_PATIENCE_SECONDS, api.heard)
    while True:
        body, content_type = _form(outgoing)
        try:
            return api.post(path, data=_Counted(body, heard), headers={"Content-Type": content_type})
        except KitError as refused:
            if refused.facts.get("code") == "busy":
                # Nothing of it was taken.
                patience.wait_after(refused, at_least=float(refused.facts.get("retry_after", 0)))
                continue
            # The one before had come after all.
            earlier = refused.facts.get("repeat_of")
            if earlier and earlier not in known:
                return api.get(f"submissions/{earlier}/", patience=LONG_PATIENCE_SECONDS)
            if not isinstance(refused, SiteUnreachable):
                raise
            # What came whole may still be taken in, though nobody hears the answer.
            for _ in range(LOOKS_BEFORE_SENDING_AGAIN):
                patience.wait_after(refused)
                come = [row for row in _same_file(api, outgoing) if row["id"] not in known]
                if come:
                    return come[0]


def _send_in_chunks(api: Api, outgoing: Outgoing, heard: Report) -> Document:
    upload = api.post(
        f"competitions/{outgoing.slug}/uploads/",
        patience=LONG_PATIENCE_SECONDS,
        json={
            "file_name": outgoing.path.name,
            "bytes": outgoing.size,
            "sha256": outgoing.sha256,
            "send_again": outgoing.again,
            "direct": True,
        },
    )
    path, received = f"uploads/{upload['id']}/", int(upload["received_bytes"])
    if received:
        api.heard(f"Going on: {received:,} of {outgoing.size:,} bytes are there already.")
    if upload.get("put_to"):
        send_straight(api, path, upload, outgoing.path, heard)
        received = outgoing.size
    with outgoing.path.open("rb") as content:
        while received < outgoing.size:
            heard(received, outgoing.size)
            content.seek(received)
            received = _put(api, path, received, content.read(int(upload["chunk_bytes"])))
    heard(outgoing.size, outgoing.size)
    return api.post(f"{path}finish/", patience=LONG_PATIENCE_SECONDS, json=outgoing.fields)


def _put(api: Api, path: str, offset: int, chunk: bytes) -> int:
    """Add a chunk; how many bytes the site has now. The same chunk twice does no harm."""
    if not chunk:
        raise KitError("The file has become shorter while it was sent. Send it again when it is written.")
    try:
        answer = api.ask(
            "PUT",
            path,
            patience=LONG_PATIENCE_SECONDS,
            params={"offset": offset},
            data=chunk,
            headers={"Content-Type": "application/octet-stream"},
        )
    except KitError as refused:
        # Another process of the same user sends this file, too.
        if "received_bytes" in refused.facts and refused.facts["received_bytes"] != offset:
            return int(refused.facts["received_bytes"])
        raise
    return int(answer.json()["received_bytes"])


def _same_file(api: Api, outgoing: Outgoing) -> list[Document]:
    """The team's latest submissions of this very file, newest first."""
    page = api.get(f"competitions/{outgoing.slug}/submissions/", patience=LONG_PATIENCE_SECONDS)
    return [row for row in page["results"] if row.get("sha256") == outgoing.sha256]


def _form(outgoing: Outgoing) -> tuple[bytes, str]:
    fields = outgoing.fields | {"send_again": str(outgoing.again).lower()}
    return encode_multipart_formdata({**fields, "file": (outgoing.path.name, outgoing.path.read_bytes())})


class _Counted(io.BytesIO):
    """Bytes that tell how many of them are on their way."""

    def __init__(self, content: bytes, heard: Report) -> None:
        super().__init__(content)
        self._size, self._heard = len(content), heard

    def __len__(self) -> int:
        return self._size

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self._heard(self.tell(), self._size)
        return piece
