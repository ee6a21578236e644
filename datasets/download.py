"""One file over HTTP, to a temporary name, with a progress bar, two time limits and a check."""

import hashlib
import http.client
import os
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

CHUNK_BYTES = 64 * 1024
# A server that keeps sending a trickle never trips the limit on one wait, so the whole file has a limit too.
WHOLE_FILE_WAITS = 10


class DownloadError(Exception):
    """The file could not be had; the text says why. `status`: the HTTP status, None without an answer."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def progress_bar(shown: bool) -> Iterator[Progress]:
    """A bar on stderr that counts bytes; silent when not `shown`."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True) as progress:
        yield progress


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as 64 hexadecimal digits, read as a stream."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def download(
    url: str,
    target: Path,
    *,
    timeout_seconds: float,
    progress: Progress,
    check: Callable[[Path, str], None],
) -> None:
    """Fetch `url` into `target`, which appears only whole and checked, or not at all.

    `timeout_seconds` bounds the connection and each wait for bytes; the whole file may take ten times as
    long. `check(path, address)` sees the finished temporary file and the address that finally answered, and
    raises what it likes to refuse it. Raises DownloadError for every failure of network, server or disk.
    """
    if not url.startswith(("http://", "https://")):
        raise DownloadError(f"{url}: an address starts with http:// or https://.")
    bar = progress.add_task(target.name, total=None)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise DownloadError(f"{target.parent}: cannot write there ({error.strerror or error}).") from error
    arriving = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            address = _stream(
                url,
                stream.write,
                timeout_seconds,
                lambda done, total: progress.update(bar, completed=done, total=total),
            )
        check(arriving, address)
        arriving.chmod(0o644)
        arriving.replace(target)
    except urllib.error.HTTPError as error:
        raise DownloadError(f"{url}: the server answered {error.code} {error.reason}.", status=error.code) from error
    except TimeoutError as error:
        raise DownloadError(f"{url}: took too long ({error}; one wait may last {timeout_seconds:g} s).") from error
    except urllib.error.URLError as error:
        raise DownloadError(f"{url}: cannot be reached ({error.reason}).") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DownloadError(f"{url}: the transfer failed ({error}).") from error
    finally:
        arriving.unlink(missing_ok=True)


def _stream(
    url: str,
    write: Callable[[bytes], object],
    timeout_seconds: float,
    advance: Callable[[int, int | None], None],
) -> str:
    """Hand the answer's body to `write` piece by piece; the address that answered, after redirects."""
    give_up_at = time.monotonic() + WHOLE_FILE_WAITS * timeout_seconds
    # Callers let http and https by, nothing else.
    with urllib.request.urlopen(url, timeout=timeout_seconds) as answer:  # nosec B310
        announced = answer.headers.get("Content-Length")
        total = int(announced) if announced and announced.isdigit() else None
        done = 0
        # read1 returns what has arrived; read would wait for a full chunk and so miss the limit on the whole.
        while chunk := answer.read1(CHUNK_BYTES):
            done += len(chunk)
            write(chunk)
            advance(done, total)
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{done:,} bytes came in {WHOLE_FILE_WAITS * timeout_seconds:g} s")
        if total is not None and done != total:
            raise OSError(f"{done:,} of {total:,} bytes arrived")
        return str(answer.geturl())
