"""A line to a site that is cut off in the middle of a request or of its answer, when a story wants it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

PIECE_BYTES = 4096


@dataclass
class Cut:
    """The next request that begins so is cut: after `there` bytes of it, or, None, after `back` bytes of its answer."""

    request: bytes
    there: int | None = None
    back: int = 0


class CutConnection:
    """Passes bytes on to a site, but for the `cuts`, which come in their order."""

    def __init__(self, site: str) -> None:
        self._target = (urlsplit(site).hostname, urlsplit(site).port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._door.getsockname()[1]}"
        self.cuts: list[Cut] = []
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._let_in, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        # What waits at a socket wakes up when it is shut down.
        _hang_up(self._door, *self._ends)
        for thread in self._threads:
            thread.join(timeout=10)
        for end in (self._door, *self._ends):
            end.close()

    def _let_in(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            answers_left: list[int] = []
            ends = client, socket.create_connection(self._target)
            self._ends.extend(ends)
            for work in (self._pass_requests, self._pass_answers):
                thread = threading.Thread(target=work, args=(*ends, answers_left), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_requests(self, client: socket.socket, site: socket.socket, answers_left: list[int]) -> None:
        with suppress(OSError):
            while piece := client.recv(PIECE_BYTES):
                if self.cuts and piece.startswith(self.cuts[0].request):
                    cut = self.cuts.pop(0)
                    if cut.there is not None:
                        site.sendall(piece[: cut.there])
                        break
                    answers_left.append(cut.back)
                site.sendall(piece)
        _hang_up(client, site)

    def _pass_answers(self, client: socket.socket, site: socket.socket, answers_left: list[int]) -> None:
        with suppress(OSError):
            while piece := site.recv(PIECE_BYTES):
                # Looked at before the piece is passed on: after it the next request may come.
                left = answers_left[0] if answers_left else None
                client.sendall(piece[:left])
                if left is None:
                    continue
                answers_left[0] = left - len(piece)
                if answers_left[0] <= 0:
                    break
        _hang_up(client, site)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_connection(site: str) -> Iterator[CutConnection]:
    """A line to `site` that can be cut."""
    line = CutConnection(site)
    try:
        yield line
    finally:
        line.close()
