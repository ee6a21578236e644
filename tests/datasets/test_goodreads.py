"""The published files are taken from a folder or the network, and nothing else passes for them."""

import shutil
import threading
from pathlib import Path

import pytest

from datasets.goodreads import FILES, GoodreadsUnavailable, goodreads_dir, obtain

NOT_THE_FILE = b"user_id,book_name,rating\n1,Dune,5\n"


def send(handler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_an_empty_variable_names_no_folder(monkeypatch):
    monkeypatch.setenv("GOODREADS_DIR", "")
    assert goodreads_dir() is None
    monkeypatch.setenv("GOODREADS_DIR", "some/folder")
    assert goodreads_dir() == Path("some/folder")


def test_a_folder_without_the_files_is_refused_by_the_name_of_the_first(tmp_path):
    with pytest.raises(GoodreadsUnavailable, match=r"train\.csv: cannot be read .*unset GOODREADS_DIR"):
        obtain(tmp_path / "cache", tmp_path)


def test_a_file_of_other_content_is_refused_with_its_hash(tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes(b"")
    # SHA-256 of nothing, as in FIPS 180-4's examples.
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(GoodreadsUnavailable, match=f"SHA-256 is {empty}"):
        obtain(tmp_path / "cache", tmp_path)


def test_a_source_that_sends_something_else_leaves_no_file_behind(tmp_path, serve):
    address = serve(lambda handler: send(handler, NOT_THE_FILE))
    with pytest.raises(GoodreadsUnavailable, match=r"/train\.csv: its SHA-256 is"):
        obtain(tmp_path, None, source_url=address, show_progress=False)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_gone_is_named_with_the_way_out(tmp_path, serve):
    address = serve(lambda handler: handler.send_error(404))
    with pytest.raises(GoodreadsUnavailable, match=r"answered 404 .*set GOODREADS_DIR"):
        obtain(tmp_path, None, source_url=address, show_progress=False)


def test_a_source_that_never_answers_is_given_up(tmp_path, serve):
    over = threading.Event()
    address = serve(lambda handler: over.wait(60))
    try:
        with pytest.raises(GoodreadsUnavailable, match=r"took too long|cannot be reached"):
            obtain(tmp_path, None, source_url=address, timeout_seconds=0.2, show_progress=False)
    finally:
        over.set()


def test_a_source_that_trickles_is_given_up_too(tmp_path, serve):
    over = threading.Event()

    def trickle(handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not over.wait(0.02):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    address = serve(trickle)
    try:
        with pytest.raises(GoodreadsUnavailable, match=r"took too long .*bytes came in 1 s"):
            obtain(tmp_path, None, source_url=address, timeout_seconds=0.1, show_progress=False)
    finally:
        over.set()
    assert list(tmp_path.iterdir()) == []


def test_a_transfer_that_breaks_off_is_no_file(tmp_path, serve):
    def break_off(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"only this")

    with pytest.raises(GoodreadsUnavailable, match="9 of 1,000 bytes"):
        obtain(tmp_path, None, source_url=serve(break_off), show_progress=False)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_connection_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(GoodreadsUnavailable, match="cannot be reached"):
        obtain(tmp_path, None, source_url="http://127.0.0.1:9", timeout_seconds=5, show_progress=False)


def test_only_what_is_missing_or_odd_in_the_cache_is_fetched(tmp_path, serve, goodreads_folder):
    asked = []

    def published(handler) -> None:
        asked.append(handler.path)
        send(handler, (goodreads_folder / handler.path.lstrip("/")).read_bytes())

    shutil.copy(goodreads_folder / "train.csv", tmp_path / "train.csv")
    (tmp_path / "books.csv").write_bytes(b"spoilt")
    address = serve(published)
    assert obtain(tmp_path, None, source_url=address, show_progress=False) == tmp_path
    assert asked == ["/test.csv", "/books.csv"]
    assert obtain(tmp_path / "unused", tmp_path) == tmp_path
