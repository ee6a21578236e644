"""The visitors of `tests.benchmarks.load`, before a site that is played too; and what its rows make of them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from tests.benchmarks.compose_like import Account
from tests.benchmarks.load import Played, TooSlow, _drain, _half, _twice, find_capacity
from tests.benchmarks.load_generator import Client, Heard, play

LOOKS_UNTIL_SCORED = 3
ACCEPTED = 6


class PlayedSite(ThreadingHTTPServer):
    """It takes ACCEPTED files and is busy then; a file has its score when its page was looked at so often."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.looks: dict[str, int] = {}
        self.boards = 0
        self.received = 0


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PlayedSite

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        if parts[0] == "submissions":
            looks = self.server.looks[parts[1]] = self.server.looks[parts[1]] + 1
            follow = f'<div hx-get="/submissions/{parts[1]}/status/?seen=1" hx-trigger="every 0.05s">'
            self._answer(200, (follow if looks < LOOKS_UNTIL_SCORED else "<div>").encode())
        else:
            self.server.boards += "leaderboard" in self.path
            self._answer(200, b"a page")

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        assert b"id,rating" in content
        self.server.received += 1
        if self.server.received > ACCEPTED:
            self._answer(503, b"busy", **{"Retry-After": "5"})
            return
        made = str(uuid4())
        self.server.looks[made] = 0
        self._answer(200, json.dumps({"submission": f"/submissions/{made}/", "sha256": "0"}).encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def played_site() -> Iterator[PlayedSite]:
    with PlayedSite() as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield site
        site.shutdown()


def test_visitors_send_follow_and_look_around(played_site):
    url = f"http://127.0.0.1:{played_site.server_port}"
    heard = Heard()
    clients = [Client(url, Account("a session"), b"id,rating\n1,3\n", heard) for _ in range(3)]
    waiting = iter([4, 2, 0])
    asyncio.run(play(clients, heard, "stars", rate=20, seconds=0.5, waiting=lambda: next(waiting)))
    assert played_site.received == 10
    assert len(heard.accepted) == ACCEPTED
    assert heard.busy_uploads == 4
    assert heard.failures == []
    # Each accepted one was followed to its end.
    assert sorted(played_site.looks) == sorted(heard.accepted)
    assert set(played_site.looks.values()) == {LOOKS_UNTIL_SCORED}
    assert heard.waiting == 4
    assert heard.drained_seconds > 0


def test_no_answer_is_a_failure_and_no_upload(played_site):
    played_site.shutdown()
    played_site.server_close()
    heard = Heard()
    client = Client(f"http://127.0.0.1:{played_site.server_port}", Account("a session"), b"id,rating\n", heard)
    asyncio.run(play([client], heard, "stars", rate=10, seconds=0.2, waiting=lambda: 0))
    assert heard.accepted == []
    assert heard.failures[:2] == ["upload: ConnectionRefusedError"] * 2


def played(rate: float, **heard: object) -> Played:
    """20 s at that rate, without anything wrong but what is named."""
    took = Heard(page_seconds=[0.1], accepted=["one"], seconds=20, **heard)
    return Played(rate, took, lost=0, doubled=0, unheard=0)


class Bears:
    """A stand that bears so many uploads a second."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.tried: list[float] = []

    def play(self, rate: float) -> Played:
        self.tried.append(rate)
        return played(rate, busy_uploads=int(rate > self.most))


@pytest.mark.parametrize("most", [0.7, 3.0, 4.0, 11.0, 100.0])
def test_the_capacity_is_found_from_below(most):
    stand = Bears(most)
    found = find_capacity(stand)
    assert most / 1.16 < found.rate <= most
    assert len(stand.tried) < 14


def test_a_site_that_bears_nothing_is_told():
    with pytest.raises(TooSlow, match=r"0\.2 uploads/s: 1 accepted, 1 answered 503"):
        find_capacity(Bears(0.1))


def test_a_queue_that_grows_is_too_much():
    assert played(4.0, waiting=8).is_borne
    assert not played(4.0, waiting=9).is_borne
    assert not played(4.0, failures=["upload: 500"]).is_borne
    assert _half(played(4.0)).is_met
    assert not _half(played(4.0, waiting=9)).is_met


def test_twice_the_capacity_needs_refusals_and_no_loss():
    whole, told = _twice(played(8.0, busy_uploads=3, busy_seconds=[0.6]))
    assert whole.is_met
    assert told.is_met
    assert told.measured == "3 of 4 uploads, 0 pages answered 503"
    assert not _twice(played(8.0))[1].is_met
    lost = Played(8.0, played(8.0).heard, lost=1, doubled=0, unheard=0)
    assert not _twice(lost)[0].is_met


def test_a_queue_is_worked_off_beside_the_bare_loop():
    row = _drain(35.0, {"each": 0.02})
    assert row.compared == "70 % of the bare loop in one process (50.0/s)"
    assert row.is_met
    assert not _drain(34.0, {"each": 0.02}).is_met
