"""What is looked at in the running containers, in the order of the story, and what was seen."""

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.compose.containers import HTTP_PORT, PROJECT, ROOT, CommandFailed, Containers
from tests.compose.engine import say
from tests.compose.participant import Participant

SLUG = "goodreads"
SCALE = ("--scale", "web=2", "--scale", "scoring=2")
WITH_CHROOT = ("deploy/models_with_chroot.yml",)
LANDLOCK_HIDDEN = ("tests/compose/hidden_landlock.yml",)
# What the role of the models worker must not be able to do, and what it must.
REFUSED = (
    "SELECT file FROM competitions_solution",
    "SELECT private_score FROM submissions_evaluation",
    "SELECT password FROM accounts_user",
    "SELECT digest FROM accounts_token",
    "SELECT session_data FROM django_session",
    "UPDATE submissions_submission SET evaluation_id = NULL",
)
TRY_EACH = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.db import DatabaseError, connection
for statement in sys.argv[1:]:
    try:
        connection.cursor().execute(statement)
        print("possible")
    except DatabaseError as problem:
        print(str(problem).splitlines()[0])
"""


@dataclass
class Seen:
    """Rows of the table: what was looked at, what was seen, whether that is right."""

    rows: list[tuple[str, str, bool]] = field(default_factory=list)

    def note(self, what: str, seen: str, is_right: bool = True) -> None:
        say(f"{'  ' if is_right else '! '}{what}: {seen}")
        self.rows.append((what, seen, is_right))

    @property
    def is_all_right(self) -> bool:
        return bool(self.rows) and all(is_right for _, _, is_right in self.rows)

    def table(self) -> str:
        lines = ["| what | seen | |", "|---|---|---|"]
        lines += [f"| {what} | {seen} | {'as it should be' if ok else '**WRONG**'} |" for what, seen, ok in self.rows]
        return "\n".join(lines)


def tell(site: Containers, seen: Seen) -> None:
    """The whole story; the first thing that cannot go on ends it."""
    models = _Models()
    try:
        _start(site, seen)
        _walls(site, seen)
        _part_taken(site, seen, models)
        _what_is_closed(site, seen)
        _one_web_lost(site, seen)
        _models_with_chroot(site, seen, models)
    except (CommandFailed, AssertionError, requests.RequestException, OSError) as problem:
        seen.note("the story ended early", str(problem).strip()[-600:].replace("\n", " "), False)
        with suppress(CommandFailed):
            say(site.compose("logs", "--tail", "12"))
    finally:
        models.making.wait()
        models.scratch.cleanup()


class _Models:
    """Zips of SavedModels, made beside the start by TensorFlow."""

    def __init__(self) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="holdout-story-models-")
        self.folder = Path(self.scratch.name)
        environment = os.environ | {"PYTHONPATH": str(ROOT / "tests" / "model_runner"), "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, str(ROOT / "tests" / "sent_models.py"), str(self.folder)]
        self.making = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def read(self, name: str) -> bytes:
        assert self.making.wait() == 0, "the models could not be made"
        return (self.folder / f"{name}.zip").read_bytes()


def _start(site: Containers, seen: Seen) -> None:
    began = time.monotonic()
    site.up(*SCALE)
    seen.note("`docker compose up --wait`, two webs, two scoring workers", f"all healthy after {_since(began)}")
    found = {str(one["Name"]).removeprefix(f"{PROJECT}-"): one for one in site.listed()}
    healthy = sorted(name for name, one in found.items() if one["Health"] == "healthy")
    done = sorted(name for name, one in found.items() if one["State"] == "exited" and one["ExitCode"] == 0)
    seen.note("healthy", ", ".join(healthy), len(healthy) == 10)
    seen.note("ended well", ", ".join(done), done == ["setup-1"])


def _walls(site: Containers, seen: Seen) -> None:
    """What the models worker finds of walls: as it is and with a chroot, with and without Landlock."""
    probe = ("python", "-m", "grader.model_runner.probe")
    said = site.run_in("models", *probe)
    seen.note("walls in the models container", _verdict(said), "enough" in said)
    once = ("run", "--rm", "--no-deps", "-T", "models", *probe)
    for who, files, expected in (
        ("ordinary user, Landlock hidden", LANDLOCK_HIDDEN, "REFUSED"),
        ("ordinary user with SYS_CHROOT", WITH_CHROOT, "enough"),
        ("with SYS_CHROOT, Landlock hidden", WITH_CHROOT + LANDLOCK_HIDDEN, "enough"),
    ):
        said = _said(site, once, files)
        seen.note(f"walls, {who}", _verdict(said), expected in said)


def _said(site: Containers, command: tuple[str, ...], files: tuple[str, ...]) -> str:
    try:
        return site.compose(*command, files=files)
    except CommandFailed as problem:
        return str(problem)


def _verdict(said: str) -> str:
    standing = re.findall(r"^(\w+) +stands +(.*)$", said, re.MULTILINE)
    layers = ", ".join(f"{name} ({detail})" if name in ("user", "Landlock") else name for name, detail in standing)
    verdict = re.findall(r"Verdict: (.*)", said)
    return f"{verdict[0] if verdict else said.strip()[-200:]} {layers}".strip()


def _part_taken(site: Containers, seen: Seen, models: _Models) -> None:
    """Sign up → a file and a SavedModel scored → leaderboard."""
    certificate = site.folder / "tls.crt"
    site.compose("cp", "proxy:/certificates/tls.crt", str(certificate))
    alice = Participant(site.url, certificate, "alice")
    alice.sign_up()
    alice.join(SLUG)
    seen.note("sign up and join, by TLS with the certificate made at the first start", "alice takes part")
    sample = alice.ask("GET", f"competitions/{SLUG}/data/sample_submission.csv").content
    for what, name, content in (
        (f"a prediction file of {len(sample):,} bytes", "predictions.csv", sample),
        ("a SavedModel", "model.zip", models.read("for_any_reader")),
    ):
        began = time.monotonic()
        found = alice.wait_for(alice.send(SLUG, name, content))
        is_scored = found["status"] == "scored" and found["public_score"] is not None
        seen.note(f"{what} → its score", f"{found['status']}, {found['score_text']}, {_since(began)}", is_scored)
    board = alice.http.get(f"{site.url}/competitions/{SLUG}/leaderboard/", timeout=60).text
    place = alice.ask("GET", f"competitions/{SLUG}/leaderboard/me/").json()
    seen.note("leaderboard", f"alice stands on it, rank {place.get('rank')}", ">alice<" in board.replace("\n", ""))
    _answers_of_both(site, seen, alice)
    slow = alice.http.get(f"http://localhost:{HTTP_PORT}/", allow_redirects=False, timeout=30)
    seen.note("http://", f"{slow.status_code} to {slow.headers['Location']}", slow.status_code == 308)


def _answers_of_both(site: Containers, seen: Seen, alice: Participant) -> None:
    for _ in range(20):
        alice.http.get(f"{site.url}/status/", timeout=60).raise_for_status()
    asked = re.findall(
        r'"GET /status/" 200 .* (\S+:8000)$', site.compose("logs", "--no-log-prefix", "proxy"), re.MULTILINE
    )
    counts = sorted(asked.count(address) for address in set(asked))
    seen.note("20 requests over two webs", " and ".join(map(str, counts)), len(counts) == 2)


def _what_is_closed(site: Containers, seen: Seen) -> None:
    answers = site.run_in("models", "python", "-c", TRY_EACH, *REFUSED).splitlines()
    for statement, said in zip(REFUSED, answers, strict=True):
        seen.note(f"models' role: `{statement}`", said, "permission denied" in said)
    labels = site.run_in("models", "sh", "-c", "find /var/holdout-labels -type f | wc -l").strip()
    seen.note("label files in the models container", labels, labels == "0")
    there = site.run_in("scoring", "sh", "-c", "find /var/holdout-labels -type f | wc -l").strip()
    seen.note("label files in the scoring container", there, int(there) > 0)
    said = site.tried_in("models", "python", "-c", "import socket; socket.create_connection(('web', 8000), 3)")
    seen.note("models → web", said, "Name or service not known" in said or "name resolution" in said)
    said = site.tried_in("proxy", "curl", "--silent", "--show-error", "--max-time", "3", "telnet://postgres:5432")
    seen.note("proxy → postgres", said, "resol" in said.lower())
    said = site.tried_in("redis", "redis-cli", "ping")
    seen.note(
        "redis without its password", site.run_in("redis", "redis-cli", "ping").strip() if said == "possible" else said
    )
    for service in ("web", "scoring", "models", "mail", "beat", "proxy", "postgres", "redis"):
        said = site.tried_in(service, "sh", "-c", "touch /made")
        capabilities = site.run_in(service, "sh", "-c", "grep CapBnd /proc/1/status").split()[1]
        is_right = "Read-only file system" in said and int(capabilities, 16) == 0
        seen.note(f"{service}: root file system; capabilities", f"{said.rpartition(': ')[2]}; {capabilities}", is_right)
    names = site.engine.docker("ps", "--format", "{{.Names}} {{.Ports}}").splitlines()
    published = [line for line in names if "->" in line]
    seen.note("published ports", "; ".join(published), [line.split("-")[2] for line in published] == ["proxy"])


def _one_web_lost(site: Containers, seen: Seen) -> None:
    site.engine.docker("kill", f"{PROJECT}-web-1")
    http = Participant(site.url, site.folder / "tls.crt", "a visitor").http
    codes = [http.get(f"{site.url}/healthz", timeout=60).status_code for _ in range(20)]
    seen.note("one of two webs killed: 20 requests", f"{codes.count(200)} answered", set(codes) == {200})


def _models_with_chroot(site: Containers, seen: Seen, models: _Models) -> None:
    """The other way of walling models off, with a model: a chroot, where the engine hides Landlock."""
    files = WITH_CHROOT + LANDLOCK_HIDDEN
    site.compose("up", "--no-build", "--no-deps", "--wait", "-d", "models", files=files)
    bob = Participant(site.url, site.folder / "tls.crt", "bob")
    bob.sign_up()
    bob.join(SLUG)
    began = time.monotonic()
    found = bob.wait_for(bob.send(SLUG, "model.zip", models.read("for_any_reader")))
    seen.note(
        "Landlock hidden, SYS_CHROOT kept: a SavedModel → its score",
        f"{found['status']}, {_since(began)}",
        found["status"] == "scored",
    )
    told = "from submissions.models import ModelRun; print(', '.join(ModelRun.objects.latest('ran_at').walls))"
    shell = site.run_in("scoring", "python", "manage.py", "shell", "-v", "0", "-c", told)
    seen.note("its walls", shell.strip().splitlines()[-1])


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"
