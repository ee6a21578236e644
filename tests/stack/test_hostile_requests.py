"""Requests that no browser sends, byte by byte to a real gunicorn: each is answered, and the next visitor too."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from running_site import ROOT, SOURCES, START_SECONDS, eventually, free_port

SIGN_IN = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
API = b"POST /api/v1/tokens/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
ADMIN = b"POST /admin/competitions/solution/add/ HTTP/1.1\r\nHost: localhost\r\n"
MULTIPART = b"Content-Type: multipart/form-data; boundary=x\r\n"
# As `./run` starts it; one process, so that it is known which one must live.
GUNICORN = ("--worker-class", "gthread", "--workers", "1", "--threads", "4", "--timeout", "60", "--no-control-socket")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The site behind gunicorn, with a database of no tables: what must be refused is refused before it is asked."""
    folder = tmp_path_factory.mktemp("web")
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": SOURCES, "HOLDOUT_VAR": str(folder / "var"), "LOG_LEVEL": "ERROR"}
    # What the pages of refusals look like; the database they do without.
    prepare = [sys.executable, "manage.py", "prepare_static"]
    subprocess.run(prepare, cwd=ROOT, env=environment, check=True, capture_output=True)
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}", *GUNICORN]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as web,
    ):
        try:
            eventually(lambda: answers(port), "gunicorn answers", START_SECONDS)
            yield port
        finally:
            web.terminate()


def answers(port: int) -> bool:
    with suppress(requests.RequestException):
        return requests.get(f"http://localhost:{port}/healthz", timeout=30).ok
    return False


def status_of(port: int, *parts: bytes, hangs_up: bool = False) -> int:
    """Send those bytes, and read the status of the answer; 0: the connection was closed without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection, suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)
        if hangs_up:
            connection.shutdown(socket.SHUT_WR)
        first = connection.makefile("rb").readline().split()
        return int(first[1]) if first else 0
    return 0


@pytest.mark.parametrize("path", [SIGN_IN, API, ADMIN])
def test_fifty_gigabytes_are_refused_by_their_length_alone(port, path):
    # Nothing of the body is sent: whoever waited for it would not answer.
    assert status_of(port, path, MULTIPART if path != API else b"", b"Content-Length: 50000000000\r\n\r\n") == 413


@pytest.mark.parametrize("path", [SIGN_IN, API, ADMIN])
def test_a_body_in_pieces_without_its_length_is_refused_before_it_ends(port, path):
    begun = (path, b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b"x" * 100_000)
    assert status_of(port, *begun) == 411


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 50\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 5x\r\n",
        b"Content-Length : 5\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
    ],
)
def test_two_lengths_or_a_crooked_one_smuggle_nothing(port, lengths):
    inside = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert status_of(port, SIGN_IN, lengths, b"\r\n", inside) in (400, 411, 413, 501)
    assert answers(port)


def test_less_than_was_promised_holds_nobody_up(port):
    assert status_of(port, API, b"Content-Length: 100\r\n\r\n", b'{"username"', hangs_up=True) in (0, 400)
    assert answers(port)


def test_more_than_was_promised_is_no_part_of_the_request(port):
    more = b"Content-Length: 2\r\n\r\n{}" + b"GET /healthz" * 100
    assert status_of(port, API, more) == 400
    assert answers(port)


def part(name: str, file_name: str = "") -> bytes:
    said = f'; filename="{file_name}"' if file_name else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{said}\r\n\r\n1\r\n'.encode()


@pytest.mark.parametrize("file_name", ["", "a.csv"])
def test_a_thousand_fields_or_files_are_too_many(port, file_name):
    body = b"".join(part(f"field{number}", file_name) for number in range(1_100)) + b"--x--\r\n"
    # Whoever has the cookie of a form has the body read.
    cookie = b"Cookie: csrftoken=" + b"a" * 32 + b"\r\n"
    assert status_of(port, SIGN_IN, cookie, MULTIPART, f"Content-Length: {len(body)}\r\n\r\n".encode(), body) == 400
    assert answers(port)


@pytest.mark.parametrize(
    "head", [b"X: " + b"x" * 20_000 + b"\r\n", b"X: 1\r\n" * 500, b"Cookie: " + b"a=b; " * 5_000 + b"\r\n"]
)
def test_a_huge_head_is_refused(port, head):
    assert status_of(port, SIGN_IN, head, b"\r\n") in (400, 431)
    assert status_of(port, b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n") in (400, 414)
    assert answers(port)


@pytest.mark.parametrize("begun", [SIGN_IN, API + b"Content-Length: 100\r\n\r\n{"])
def test_three_slow_senders_leave_room_for_a_fourth_visitor(port, begun):
    slow = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(3)]
    try:
        for connection in slow:
            connection.sendall(begun)
        assert answers(port)
    finally:
        for connection in slow:
            connection.close()
    assert answers(port)
