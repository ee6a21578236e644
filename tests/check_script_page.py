"""An empty page beside the script that checks files before they are sent, under the site's policy, without a site."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, Page

from grader.message_file import MESSAGE_FILE

POLICY = "default-src 'self'; script-src 'self'; worker-src 'self'"


class _Static(SimpleHTTPRequestHandler):
    """The folder of the script, and a page with nothing but a place for a file."""

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel='icon' href='data:,'><input type='file'>")
        return None

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", f"{POLICY}; img-src data:")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def script_page(browser: Browser) -> Iterator[Page]:
    """The page, open; raises AssertionError at the end when the browser's console has complained."""
    complaints: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Static, directory=str(MESSAGE_FILE.parent))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page
        page.close()
        server.shutdown()
    assert complaints == []
