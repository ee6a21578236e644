"""A competition's files from its site."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from datasets.download import DownloadError, download, progress_bar
from datasets.tables import TableError, read_books, read_ratings, read_test
from starter_kit.predictions_file import SAMPLE_FILE, read_sample_header
from starter_kit.site.address import EXAMPLE, page_address
from starter_kit.trouble import KitError

TIMEOUT_SECONDS = 30.0


SITE_FILES: dict[str, Callable[[Path], object]] = {
    "train.csv": read_ratings,
    "test.csv": read_test,
    "books.csv": read_books,
    SAMPLE_FILE: read_sample_header,
}


def fetch_competition(
    url: str, folder: Path, *, timeout_seconds: float = TIMEOUT_SECONDS, show_progress: bool = True
) -> list[Path]:
    """Download a competition's files into `folder`, each checked before it takes its place; their paths.

    `url` is the address of the competition's page. Raises KitError for everything that can go wrong on the
    way.
    """
    page = page_address(url)
    with progress_bar(show_progress) as progress:
        for name in SITE_FILES:
            address = f"{page}/data/{name}"
            try:
                download(
                    address,
                    folder / name,
                    timeout_seconds=timeout_seconds,
                    progress=progress,
                    check=partial(_check, name=name, folder=folder),
                )
            except DownloadError as error:
                raise KitError(f"{error} {_cure(error.status, page, folder)}") from error
    return [folder / name for name in SITE_FILES]


def _cure(status: int | None, page: str, folder: Path) -> str:
    if status == 404:
        return f"Give the address of the competition's page, such as {EXAMPLE}"
    if status in (401, 403):
        return _by_hand(page, folder)
    if status is not None:
        return "Try again in a minute; if it stays so, tell the organizers."
    return "Is the site running, and the address right? Try again."


def _by_hand(page: str, folder: Path) -> str:
    return f"Sign in and join at {page} in the browser, and save the data files from there into {folder}."


def _check(path: Path, answered: str, *, name: str, folder: Path) -> None:
    """Raise KitError unless the file is what its name promises; a web page means: sign in first."""
    with path.open("rb") as stream:
        start = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html")):
        page = answered.split("?")[0]
        raise KitError(f"{answered}: a web page came instead of {name}. {_by_hand(page, folder)}")
    try:
        SITE_FILES[name](path)
    except TableError as error:
        raise KitError(str(error).replace(str(path), answered)) from error
