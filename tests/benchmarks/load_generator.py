"""Visitors of a site, as many as one cheap process can play: no browser, no threads, plain HTTP over kept connections.

Uploads come at a set rate, whatever the answers are. Each client looks at one page after another; who has sent a file
follows it as its page does, at the pace that the page names.
"""

import asyncio
import random
import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

import psutil

from tests.benchmarks.compose_like import Account
from tests.benchmarks.row import percentile

# Somebody who reads a page looks at the next one after so long.
IDLE_SECONDS = 5.0
# Of this many looks of a client, one is at its own submissions, the others at the board.
OWN_EVERY = 4
GIVE_UP_SECONDS = 60.0
PATIENCE_SECONDS = 180.0
TOKEN = "c" * 32
FOLLOW = re.compile(rb'hx-get="([^"]*/status/[^"]*)" hx-trigger="every ([0-9.]+)s"')
SUBMISSION = re.compile(rb'"submission": "(/submissions/([0-9a-f-]+)/)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes


@dataclass
class Heard:
    """What became of the requests: seconds by the wall clock, from the moment when each was due."""

    page_seconds: list[float] = field(default_factory=list)
    upload_seconds: list[float] = field(default_factory=list)
    busy_seconds: list[float] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    busy_uploads: int = 0
    busy_pages: int = 0
    # 503 without a time to come back, other answers, and none at all.
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    # What had no score yet when the uploads ended, and how long that took from then on.
    waiting: int = 0
    drained_seconds: float = 0.0
    own_cpu_seconds: float = 0.0
    # Of this machine's processor time, what its host gave to others.
    stolen_share: float = 0.0

    def page_percentile(self, share: float) -> float:
        return percentile(self.page_seconds, share) if self.page_seconds else 0.0

    @property
    def own_share(self) -> float:
        """Of one core, what the visitors themselves took."""
        return self.own_cpu_seconds / self.seconds


class Connection:
    """One kept connection; opened again when the server has closed it."""

    def __init__(self, url: str) -> None:
        self.host, self.port = urlsplit(url).hostname, urlsplit(url).port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, head: str, body: bytes = b"") -> Answer:
        """Send a request, its head without the last line, and return the answer. Raises OSError, TimeoutError."""
        async with asyncio.timeout(GIVE_UP_SECONDS):
            is_kept = self._streams is not None
            try:
                return await self._ask(head, body)
            except (OSError, EOFError):
                self.close()
                # A server may close a kept connection at any moment; a POST is not sent twice.
                if not is_kept or body:
                    raise
                return await self._ask(head, body)

    async def _ask(self, head: str, body: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        if b"content-length" in headers:
            content = await reader.readexactly(int(headers[b"content-length"]))
        else:
            content = b"" if status.split()[1] == b"204" else await _chunks(reader)
        if headers.get(b"connection") == b"close":
            self.close()
        return Answer(int(status.split()[1]), headers, content)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


class Client:
    """One person with the site open."""

    def __init__(self, url: str, account: Account, file: bytes, heard: Heard, idle: float = IDLE_SECONDS) -> None:
        self.cookies = f"Cookie: sessionid={account.session_key}; csrftoken={TOKEN}\r\nHost: localhost\r\n"
        self.url = url
        self.heard = heard
        self.idle = idle
        self.form = form_of(file)

    async def look_around(self, slug: str, chance: random.Random) -> None:
        """Look at something every `idle` seconds, for ever."""
        await asyncio.sleep(chance.uniform(0, self.idle))
        count = chance.randrange(OWN_EVERY)
        with closing(Connection(self.url)) as line:
            while True:
                began = time.perf_counter()
                count += 1
                await self._page(line, f"/competitions/{slug}/{'leaderboard' if count % OWN_EVERY else 'submissions'}/")
                await asyncio.sleep(max(0.0, self.idle - (time.perf_counter() - began)))

    async def send(self, slug: str) -> None:
        """Send the file as the submit page's script does, then follow it until it has its score."""
        began = time.perf_counter()
        kind, body = self.form
        head = (
            f"POST /competitions/{slug}/submit/ HTTP/1.1\r\n{self.cookies}Accept: application/json\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        )
        with closing(Connection(self.url)) as line:
            try:
                answer = await line.ask(head, body)
            except (OSError, EOFError) as error:
                self.heard.failures.append(f"upload: {type(error).__name__}")
                return
        seconds = time.perf_counter() - began
        if _is_busy(answer):
            self.heard.busy_uploads += 1
            self.heard.busy_seconds.append(seconds)
        elif answer.status == 200 and (found := SUBMISSION.search(answer.body)):
            self.heard.upload_seconds.append(seconds)
            self.heard.accepted.append(found[2].decode())
            await self._follow(found[1].decode())
        else:
            self.heard.failures.append(f"upload: {answer.status}")

    async def _follow(self, page: str) -> None:
        pause = 1.0
        with closing(Connection(self.url)) as line:
            shown = await self._page(line, page)
            while shown is None or shown.status == 204 or FOLLOW.search(shown.body):
                if shown and (told := FOLLOW.search(shown.body)):
                    page, pause = unescape(told[1].decode()), float(told[2])
                await asyncio.sleep(pause)
                shown = await self._page(line, page)

    async def _page(self, line: Connection, path: str) -> Answer | None:
        """None: it was not shown."""
        began = time.perf_counter()
        try:
            answer = await line.ask(f"GET {path} HTTP/1.1\r\n{self.cookies}")
        except (OSError, EOFError) as error:
            self.heard.failures.append(f"{path.split('/')[1]}: {type(error).__name__}")
            return None
        seconds = time.perf_counter() - began
        if _is_busy(answer):
            self.heard.busy_pages += 1
            self.heard.busy_seconds.append(seconds)
            return None
        self.heard.page_seconds.append(seconds)
        if answer.status not in (200, 204):
            self.heard.failures.append(f"{path.split('/')[1]}: {answer.status}")
        return answer


def _is_busy(answer: Answer) -> bool:
    return answer.status == 503 and answer.headers.get(b"retry-after", b"").isdigit()


def form_of(file: bytes) -> tuple[str, bytes]:
    """The content type and the body of the submit form with that file."""
    border = "holdout-load-" + "0" * 16
    fields = "".join(
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("csrfmiddlewaretoken", TOKEN), ("description", ""))
    )
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="predictions.csv"\r\n\r\n'
    body = fields.encode() + head.encode() + file + f"\r\n--{border}--\r\n".encode()
    return f"multipart/form-data; boundary={border}", body


async def play(
    clients: list[Client], heard: Heard, slug: str, rate: float, seconds: float, waiting: Callable[[], int]
) -> None:
    """So many uploads a second for so long, by the clients in turn, while all of them look around.

    Then nobody looks around any more, and those that sent something follow it until all is scored, or for
    PATIENCE_SECONDS. `waiting` tells how many files have no score yet.
    """
    began, cpu, stolen = time.perf_counter(), time.process_time(), _stolen_seconds()
    around = _looking_around(clients, slug)
    sent = []
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        sent.append(asyncio.create_task(clients[number % len(clients)].send(slug)))
    await asyncio.sleep(max(0.0, began + seconds - time.perf_counter()))
    heard.seconds, heard.own_cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    heard.stolen_share = (_stolen_seconds() - stolen) / heard.seconds / psutil.cpu_count()
    heard.waiting = waiting()
    for task in around:
        task.cancel()
    over = time.perf_counter()
    while waiting() and time.perf_counter() - over < PATIENCE_SECONDS:
        await asyncio.sleep(0.1)
    heard.drained_seconds = time.perf_counter() - over
    if sent:
        _, late = await asyncio.wait(sent, timeout=PATIENCE_SECONDS)
        for task in late:
            task.cancel()
    await asyncio.gather(*around, *sent, return_exceptions=True)


def _stolen_seconds() -> float:
    """Processor time that the host of a virtual machine has given to others; 0.0 where nobody counts it."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


async def look_on(clients: list[Client], slug: str, waiting: Callable[[], int]) -> float:
    """All of them look around until nothing waits for its score any more; the seconds that it took."""
    began = time.perf_counter()
    around = _looking_around(clients, slug)
    while waiting():
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - began
    for task in around:
        task.cancel()
    await asyncio.gather(*around, return_exceptions=True)
    return seconds


def _looking_around(clients: list[Client], slug: str) -> list[asyncio.Task[None]]:
    chance = random.Random(8)
    return [asyncio.create_task(client.look_around(slug, chance)) for client in clients]
