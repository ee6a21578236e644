"""The containers of docker-compose.yml on an engine of our own, in a folder with secrets of their own."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.compose.engine import Engine, say

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("web", "scoring", "models")
HTTP_PORT, HTTPS_PORT = 18080, 18443
PROJECT = "holdout-story"


class CommandFailed(Exception):
    """A command of the engine or in a container failed; the message holds what it said."""


class Containers:
    """One site made of containers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.folder = engine.folder / "site"
        self.url = f"https://localhost:{HTTPS_PORT}"

    def build(self) -> None:
        """The three images, one after the other: each finds the layers of the one before."""
        for target in TARGETS:
            say(f"Building the image `{target}` …")
            self.engine.docker("build", "--network", "host", "--target", target, "-t", f"holdout-{target}", str(ROOT))

    def lay_out(self) -> None:
        """What an operator has in a folder: the compose file, deploy/ and fresh secrets."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        shutil.copy(ROOT / "docker-compose.yml", self.folder)
        shutil.copytree(ROOT / "deploy", self.folder / "deploy")
        subprocess.run(["sh", "deploy/make_secrets.sh"], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def compose(self, *arguments: str, files: Sequence[str] = ()) -> str:
        """Run docker-compose; returns what it printed. `files`: those laid over docker-compose.yml."""
        over = [part for name in files for part in ("-f", str(ROOT / name))]
        base = ["docker-compose", "--project-name", PROJECT, "--project-directory", str(self.folder)]
        return self._run([*base, "-f", str(self.folder / "docker-compose.yml"), *over, *arguments])

    def up(self, *arguments: str) -> None:
        """Start, and wait until all is healthy."""
        self.compose("up", "--no-build", "--wait", "--wait-timeout", "1500", *arguments)

    def down(self) -> None:
        """Take everything down, volumes too."""
        self.compose("--profile", "flower", "down", "--volumes", "--remove-orphans", "--timeout", "20")

    def run_in(self, service: str, *command: str, index: int = 1) -> str:
        """Run a command in a container that runs; returns what it printed."""
        return self.compose("exec", "-T", "--index", str(index), service, *command)

    def tried_in(self, service: str, *command: str) -> str:
        """As `run_in`, of something that should fail: the last line of what it said, or "possible"."""
        try:
            self.run_in(service, *command)
        except CommandFailed as problem:
            return str(problem).strip().splitlines()[-1]
        return "possible"

    def listed(self) -> list[dict[str, object]]:
        """What `docker compose ps` says of each container."""
        lines = self.compose("ps", "--all", "--format", "json").splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    def _run(self, command: Sequence[str]) -> str:
        environment = os.environ | self.engine.environment() | {
            "HTTP_PORT": f"127.0.0.1:{HTTP_PORT}",
            "HTTPS_PORT": f"127.0.0.1:{HTTPS_PORT}",
            "SYSTEM_CALLS_WITHOUT_LANDLOCK": str(self.engine.system_calls_without_landlock()),
        }  # fmt: skip
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CommandFailed(f"{done.stdout}\n{done.stderr}")
        return done.stdout
