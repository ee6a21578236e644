"""The Goodreads ratings as their authors published them: found in a folder or fetched from one pinned commit.

Source: github.com/janhartman/recsystf, folder datasets/, MIT licence. Every file is checked by SHA-256 before
use.
"""

import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

from datasets.download import DownloadError, download, progress_bar, sha256_of

COMMIT = "09c887022288dd49a8a5592a6493f989c5deeac3"
SOURCE_URL = f"https://raw.githubusercontent.com/janhartman/recsystf/{COMMIT}/datasets"


class PublishedFile(NamedTuple):
    """What a file must be: its SHA-256 in hexadecimal, and how many rows stand below its header."""

    sha256: str
    rows: int


FILES = {
    "train.csv": PublishedFile("b1f6b079897439e829bc92ced9807524c7363fcf9bfd1a1ea1cafa71b366cacc", 83_617),
    "test.csv": PublishedFile("d8f00df424269c784de29e20340fa7735f9c1185e01b46f0f564e2d6a28f345c", 20_827),
    "books.csv": PublishedFile("40542b00da039e477241c8d97ae6b0e3d2c830bead6778e1b609ed0836479a79", 8_417),
}


class GoodreadsUnavailable(Exception):
    """The published files cannot be had, or are others; the text names the place and the cure."""


def goodreads_dir() -> Path | None:
    """The folder named by the environment variable GOODREADS_DIR. None: unset or empty."""
    named = os.environ.get("GOODREADS_DIR", "").strip()
    return Path(named).expanduser() if named else None


def obtain(
    cache: Path,
    folder: Path | None,
    *,
    timeout_seconds: float = 30.0,
    show_progress: bool = True,
    source_url: str = SOURCE_URL,
) -> Path:
    """A folder that holds the three published files, each verified by SHA-256.

    `folder` (from GOODREADS_DIR) is the only place looked at when it is given. None: `cache`, and what is
    missing or odd there is fetched into it from `source_url`. `timeout_seconds` bounds each wait, ten times
    that each file. Raises GoodreadsUnavailable.
    """
    if folder is not None:
        for name in FILES:
            _verify(
                folder / name,
                cure="Put the published file there, or unset GOODREADS_DIR to have it downloaded.",
            )
        return folder
    missing = [name for name in FILES if not _is_published(cache / name)]
    with progress_bar(show_progress and bool(missing)) as progress:
        for name in missing:
            try:
                download(
                    f"{source_url}/{name}",
                    cache / name,
                    timeout_seconds=timeout_seconds,
                    progress=progress,
                    check=partial(_verify_arrival, name=name),
                )
            except DownloadError as error:
                raise GoodreadsUnavailable(
                    f"{error} Check the network, or set GOODREADS_DIR to a folder with {', '.join(FILES)}."
                ) from error
    return cache


def _is_published(path: Path) -> bool:
    try:
        return sha256_of(path) == FILES[path.name].sha256
    except OSError:
        return False


def _verify_arrival(arrived: Path, address: str, *, name: str) -> None:
    _verify(arrived, name=name, place=address, cure="Try again; if it stays so, the source has changed.")


def _verify(path: Path, *, cure: str, name: str | None = None, place: str | None = None) -> None:
    """Raise GoodreadsUnavailable unless `path` is the published file `name` (its own by default)."""
    place = place or str(path)
    try:
        found = sha256_of(path)
    except OSError as error:
        raise GoodreadsUnavailable(f"{place}: cannot be read ({error.strerror or error}). {cure}") from error
    expected = FILES[name or path.name].sha256
    if found != expected:
        raise GoodreadsUnavailable(f"{place}: its SHA-256 is {found}, the published file's is {expected}. {cure}")
