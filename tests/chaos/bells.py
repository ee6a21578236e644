"""Bells on their way from whoever rings to the broker: one in ten is dropped, doubled, late or early.

Between the site and a Valkey server stands a process's thread that reads the commands; beside files stands one that
looks at the folder. Both leave everything else as it is.
"""

import random
import shutil
import socket
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

SHARE = 0.1
LONGEST_DELAY_SECONDS = 3.0
FATES = ("dropped", "doubled", "delayed", "put first")
QUEUES = (b"scoring", b"models", b"mail")


class Fates:
    """What becomes of each bell; one for all threads."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    def draw(self) -> str:
        """Each of FATES for one bell in ten, else "passed"."""
        with self._lock:
            number = int(self._chance.random() / SHARE)
            fate = FATES[number] if number < len(FATES) else "passed"
            self.counts[fate] += 1
            return fate

    def delay(self) -> float:
        with self._lock:
            return self._chance.uniform(0.2, LONGEST_DELAY_SECONDS)


class ValkeyBells:
    """Stands at the address of a Valkey server's unix socket, which it moves aside, also after a new start of it."""

    def __init__(self, path: Path, fates: Fates) -> None:
        self.path, self.fates = path, fates
        self.real = path.with_suffix(".behind")
        self._ended = threading.Event()
        self._own: int | None = None
        self._listener: socket.socket | None = None
        self._guard = threading.Thread(target=self._stand_in, daemon=True)
        self._guard.start()

    def end(self) -> None:
        self._ended.set()
        self._guard.join()

    def _stand_in(self) -> None:
        while not self._ended.wait(0.02):
            with suppress(FileNotFoundError):
                if self.path.stat().st_ino != self._own:
                    self._take_its_place()

    def _take_its_place(self) -> None:
        self.path.replace(self.real)
        if self._listener:
            self._listener.close()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._own = self.path.stat().st_ino
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(self.real))
            threading.Thread(target=_pump, args=(server, client), daemon=True).start()
            commands = client.makefile("rb")
            while parts := _command(commands):
                server.sendall(_packed(self._altered(parts)))
        except (OSError, ValueError):
            pass
        finally:
            for end in (server, client):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _altered(self, parts: list[bytes]) -> list[bytes]:
        """The same command, or another one that is answered by a number too."""
        if parts[0].upper() != b"LPUSH" or not parts[1].startswith(QUEUES):
            return parts
        name, bell = parts[1:3]
        match self.fates.draw():
            case "dropped":
                return [b"LLEN", name]
            case "doubled":
                return [b"LPUSH", name, bell, bell]
            case "put first":
                return [b"RPUSH", name, bell]
            case "delayed":
                threading.Timer(self.fates.delay(), self._push, (name, bell)).start()
                return [b"LLEN", name]
        return parts

    def _push(self, name: bytes, bell: bytes) -> None:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as late:
            late.connect(str(self.real))
            late.sendall(_packed([b"LPUSH", name, bell]))
            late.recv(100)


class FileBells:
    """Looks into the folder of messages, more often than workers do."""

    def __init__(self, folder: Path, fates: Fates) -> None:
        self.folder, self.fates = folder, fates
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        known: set[str] = set()
        while not self._ended.wait(0.01):
            names = {path.name for path in self.folder.glob("*.msg") if not path.name.startswith(".")}
            for name in names - known:
                # A worker may have been quicker.
                with suppress(FileNotFoundError):
                    known |= self._alter(self.folder / name)
            known |= names

    def _alter(self, bell: Path) -> set[str]:
        """Let a new message meet its fate; the names under which it comes to lie there."""
        when, _, rest = bell.name.partition("_")
        match self.fates.draw():
            case "dropped":
                bell.unlink()
            case "doubled":
                twin = bell.with_name(f"{when}_2{rest}")
                shutil.copy(bell, twin)
                return {twin.name}
            case "put first":
                first = bell.with_name(f"0_{rest}")
                bell.rename(first)
                return {first.name}
            case "delayed":
                aside = self.folder.parent / bell.name
                bell.rename(aside)
                late = bell.with_name(f"{when}_9{rest}")
                threading.Timer(self.fates.delay(), _bring, (aside, late)).start()
                return {late.name}
        return set()


def _bring(aside: Path, late: Path) -> None:
    # Unless the whole folder was lost meanwhile.
    with suppress(FileNotFoundError):
        aside.rename(late)


def _command(commands: BinaryIO) -> list[bytes]:
    """The next command of a client, in RESP: an array of strings. Empty: it has gone."""
    head = commands.readline()
    if not head:
        return []
    if head[:1] != b"*":
        raise ValueError(head)
    parts = []
    for _ in range(int(head[1:])):
        length = int(commands.readline()[1:])
        parts.append(commands.read(length + 2)[:-2])
    return parts


def _packed(parts: list[bytes]) -> bytes:
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
