"""A line to a site that is cut off in the middle, as often as a story wants it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

PIECE_BYTES = 4096


class CutConnection:
    """Passes bytes on to a site, and cuts a connection after so many of them.

    `cuts` holds, for the connections to come, how many bytes may pass to the site and back; when it is empty all may.
    """

    def __init__(self, site: str) -> None:
        self._target = (urlsplit(site).hostname, urlsplit(site).port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._door.getsockname()[1]}"
        self.cuts: list[tuple[int | None, int | None]] = []
        self.cut_count = 0
        self._threads = [threading.Thread(target=self._let_in, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        # Only what shuts down a listening socket wakes the thread that waits at it.
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _let_in(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            site = socket.create_connection(self._target)
            there, back = self.cuts.pop(0) if self.cuts else (None, None)
            for source, target, most in ((client, site, there), (site, client, back)):
                thread = threading.Thread(target=self._pass_on, args=(source, target, most), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, source: socket.socket, target: socket.socket, most: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                if most is not None and passed + len(piece) > most:
                    target.sendall(piece[: most - passed])
                    self.cut_count += 1
                    break
                target.sendall(piece)
                passed += len(piece)
        for end in (source, target):
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
