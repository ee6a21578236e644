"""A web server that outlives no test, and the published files where the machine has them."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from datasets.goodreads import goodreads_dir

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def goodreads_folder() -> Path:
    """The published Goodreads files, as GOODREADS_DIR names them."""
    folder = goodreads_dir()
    if folder is None:
        pytest.skip("GOODREADS_DIR is not set: the published ratings are not at hand")
    return folder


@pytest.fixture
def serve(monkeypatch) -> Iterator[Callable[[Answer], str]]:
    """Start a site that answers every GET with the function given; its address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, format: str, *args: object) -> None:
                return

        site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        running.append((site, thread))
        return f"http://127.0.0.1:{site.server_port}"

    yield start
    for site, thread in running:
        site.shutdown()
        site.server_close()
        thread.join()
