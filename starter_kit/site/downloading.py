"""A competition's data files by the API: gone on with where they stopped, checked by SHA-256, whole or not there."""

import os
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from datasets.download import sha256_of
from starter_kit.reporting import Report
from starter_kit.site.api import LONG_PATIENCE_SECONDS, Api, Document
from starter_kit.site.patience import Patience
from starter_kit.trouble import KitError, SiteFault, SiteUnreachable

PIECE_BYTES = 256 * 1024


def download_file(api: Api, slug: str, listed: Document, folder: Path, heard: Report) -> bool:
    """Bring one file of the site's list into `folder`. False: the very file was there already.

    What has come is kept beside it under a hidden name that bears the SHA-256, also when the kit is stopped, and the
    next try goes on from there. Raises KitError; a file of that name stays as it was until the new one is whole.
    """
    target, sha256 = folder / _plain_name(listed["name"]), str(listed["sha256"])
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise SiteFault(f"{target.name}: the site lists no SHA-256 for it, so it cannot be compared. Try again later.")
    if target.is_file() and target.stat().st_size == listed["bytes"] and sha256_of(target) == sha256:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    arriving = folder / f".{target.name}.{sha256[:16]}.part"
    path = f"competitions/{slug}/data/{quote(target.name)}"
    _bring(api, path, arriving, int(listed["bytes"]), sha256, heard)
    if sha256_of(arriving) != sha256:
        arriving.unlink()
        raise SiteFault(
            f"{api.site}/api/v1/{path}: what arrived has another SHA-256 than the site's list says. Nothing was kept; "
            "try again, and if it stays so, tell the organizers."
        )
    arriving.replace(target)
    return True


def _bring(api: Api, path: str, arriving: Path, size: int, sha256: str, heard: Report) -> None:
    """Add what is missing of the file, through lost connections, as long as each try brings something."""
    patience = Patience(LONG_PATIENCE_SECONDS, api.heard)
    while (have := arriving.stat().st_size if arriving.exists() else 0) != size or size == 0:
        heard(have, size)
        if have > size:
            arriving.unlink()
            continue
        answer = api.ask("GET", path, patience=LONG_PATIENCE_SECONDS, stream=True, headers=_from(have, sha256))
        # Without 206 it begins anew: the site does not go on in the middle, or the file has changed.
        goes_on = answer.status_code == HTTPStatus.PARTIAL_CONTENT
        with answer, arriving.open("ab" if goes_on else "wb") as stream:
            try:
                _take(answer.iter_content(PIECE_BYTES), stream.write, lambda done: heard(done, size), have * goes_on)
            except requests.RequestException as error:
                trouble: KitError = SiteUnreachable(f"{api.site}: the connection was lost ({type(error).__name__}).")
            else:
                trouble = SiteFault(f"{api.site}/api/v1/{path}: the answer ended early.")
        now = arriving.stat().st_size
        if now == size:
            return
        patience.wait_after(trouble, moved=now > have)


def _take(pieces: Iterable[bytes], write: Callable[[bytes], object], heard: Callable[[int], None], have: int) -> None:
    for piece in pieces:
        write(piece)
        have += len(piece)
        heard(have)


def _from(have: int, sha256: str) -> dict[str, Any]:
    return {"Range": f"bytes={have}-", "If-Range": f'"{sha256}"'} if have else {}


def _plain_name(name: str) -> str:
    """The name, when it is that of a file in a folder: a site must not choose where else to write."""
    if not name or name != os.path.basename(name) or name.startswith(".") or "\\" in name or ":" in name:  # noqa: PTH119
        raise SiteFault(f"'{name}' is no name for a file. Tell the organizers.")
    return name
