"""`./run`: prepare the data, start broker, workers, beat and web server, watch them, end them on Ctrl-C.

The broker comes first, so that the settings, which are read once, know its address.
"""

import contextlib
import errno
import os
import secrets
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from config import environment, listening
from config.broker import EmbeddedBroker, embedded_broker
from config.environment import ROOT, VAR, WrongSetting
from config.processes import StartFailed, Watched, end_all, watch

READY_SECONDS = 60.0


def main() -> None:
    port = environment.whole_number("PORT", 8000, least=1, most=65535)
    with _alone(), contextlib.ExitStack() as stack:
        _refuse_a_taken_port(port)
        # What a killed ./run has left would be taken for a broker that answers.
        (VAR / "broker" / "address").unlink(missing_ok=True)
        running: list[Watched] = []
        stack.callback(end_all, running)
        if not environment.secret("REDIS_URL"):
            broker = embedded_broker(
                VAR / "broker", VAR / "logs", wanted=environment.boolean("HOLDOUT_EMBEDDED_BROKER", True)
            )
            if broker:
                stack.callback(broker.clean_up)
                _start_broker(broker, running, stack)
            else:
                print("No broker here: messages go through files, which takes a little longer.", flush=True)
        _move_older_database()
        _prepare()
        (VAR / "run").mkdir(exist_ok=True)
        started = [_scoring_worker(), *_models_workers(), _mail_worker(), _web(port)]
        for watched in started:
            running.append(watched)
            watched.start()
        for watched in started:
            watched.wait_until_ready(READY_SECONDS)
        # Nobody waits for it: what it mends has not gone wrong yet.
        running.append(_beat())
        running[-1].start()
        _greet(port)
        watch(running, lambda line: print(line, flush=True))
        print("Stopping …", flush=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold `var/run.lock`: two sites on one folder would grade each other's work."""
    import fcntl

    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartFailed(f"Another ./run works in {VAR}. Stop it first, or set HOLDOUT_VAR.") from None
        yield


def _refuse_a_taken_port(port: int) -> None:
    host = listening.host()
    with socket.socket(listening.family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRNOTAVAIL:
                raise StartFailed(
                    f"This machine has no address {host} (HOLDOUT_HOST). Name one of its own, or 0.0.0.0 for all."
                ) from None
            raise StartFailed(
                f"Port {port} cannot be used ({problem.strerror}). Choose another: PORT={port + 1} ./run"
            ) from None


def _start_broker(broker: EmbeddedBroker, running: list[Watched], stack: contextlib.ExitStack) -> None:
    running.append(broker.process)
    broker.process.start()
    broker.process.wait_until_ready(READY_SECONDS)
    os.environ["REDIS_URL"] = broker.url
    # For `manage.py` in another terminal.
    address = VAR / "broker" / "address"
    address.touch(mode=0o600)
    address.write_text(broker.url)
    stack.callback(address.unlink, missing_ok=True)


def _move_older_database() -> None:
    """Up to the first version with models the database lay in VAR itself; the settings stop the start while it does."""
    if environment.secret("DATABASE_URL"):
        return
    earlier, present = VAR / "db.sqlite3", VAR / "database" / "db.sqlite3"
    if earlier.exists() and present.exists():
        raise StartFailed(
            f"There are two databases: {earlier} of an earlier version and {present}. "
            "Move away the one that you do not want, with its -wal and -shm files."
        )
    for ending in ("", "-wal", "-shm"):
        older = VAR / f"db.sqlite3{ending}"
        if older.exists():
            (VAR / "database").mkdir(mode=0o700, exist_ok=True)
            older.rename(VAR / "database" / older.name)


def _prepare() -> None:
    """Tables, static files, the organizer's account and the seeded competitions: whatever of them is missing."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import CommandError, call_command

    from config.database_reach import why_away

    if away := why_away():
        raise StartFailed(away)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("prepare_static")
    call_command("ensure_organizer")
    try:
        call_command("seed", at_start=True)
    except CommandError as problem:
        raise StartFailed(str(problem)) from problem


def _scoring_worker() -> Watched:
    processes = environment.whole_number("HOLDOUT_SCORING_PROCESSES", 2, least=1)
    return _worker("scoring", processes, [], [])


def _models_workers() -> list[Watched]:
    """One, unless models are not to be run here: a worker that cannot read the label store."""
    processes = environment.whole_number("HOLDOUT_MODELS_PROCESSES", 1)
    return [_worker("models", processes, _label_wall("models"), [])] if processes else []


def _mail_worker() -> Watched:
    """A process of its own, without labels: a mail server that does not answer holds up nobody's score."""
    return _worker("mail", 1, _label_wall("mail"), ["--pool", "solo"])


def _beat() -> Watched:
    """Sweeps, whatever the workers are at."""
    ready_file = _ready_file("beat")
    return Watched(
        name="clock of sweeps (beat)",
        command=[*_celery(), "beat", "--loglevel", "WARNING"],
        log=VAR / "logs" / "beat.log",
        is_ready=ready_file.exists,
        environment={"PYTHONPATH": _python_path(), "HOLDOUT_READY_FILE": str(ready_file)},
    )


def _label_wall(role: str) -> list[str]:
    return [sys.executable, "-m", "grading.label_wall", role]


def _worker(queue: str, processes: int, wall: list[str], more: list[str]) -> Watched:
    """A Celery worker on one queue; behind `wall`, when that is not empty."""
    ready_file = _ready_file(queue)
    return Watched(
        name=f"{queue} worker",
        command=[
            *wall, *_celery(), "worker", "--queues", queue, "--concurrency", str(processes), "--loglevel", "WARNING",
            "--without-gossip", "--without-mingle",
            # Celery's own heartbeat is read by nobody, and its retries would hold up a worker that is to end.
            "--without-heartbeat", "--hostname", f"{queue}-{secrets.token_hex(3)}@%h", *more,
        ],
        log=VAR / "logs" / f"{queue}.log",
        is_ready=ready_file.exists,
        environment={"PYTHONPATH": _python_path(), "HOLDOUT_READY_FILE": str(ready_file)},
    )  # fmt: skip


def _celery() -> list[str]:
    # Without Django's checks: they would load every page into each worker, and tell what the tests know.
    return [sys.executable, "-m", "celery", "--app", "config.celery", "--skip-checks"]


def _ready_file(name: str) -> Path:
    """Where a process says that it is at work; none is there yet."""
    path = VAR / "run" / f"{name}.ready"
    path.unlink(missing_ok=True)
    return path


def _web(port: int) -> Watched:
    processes = environment.whole_number("HOLDOUT_WEB_PROCESSES", 2, least=1)
    threads = environment.whole_number("HOLDOUT_WEB_THREADS", 4, least=1)
    return Watched(
        name="web server",
        # It passes an organizer's upload on into the label store, and cannot read there.
        command=[
            *_label_wall("web"), sys.executable, "-m", "gunicorn", "config.wsgi:application",
            "--bind", f"{listening.in_url(listening.host())}:{port}", "--workers", str(processes),
            "--worker-class", "config.web_worker.WaitingTold", "--threads", str(threads),
            "--timeout", "60", "--graceful-timeout", "10", "--preload", "--no-control-socket",
        ],
        log=VAR / "logs" / "web.log",
        is_ready=lambda: _answers(port),
        environment={"PYTHONPATH": _python_path()},
    )  # fmt: skip


def _python_path() -> str:
    return os.pathsep.join((str(ROOT / "platform"), str(ROOT)))


def _answers(port: int) -> bool:
    # Our own address, and http: nothing else can be opened by it.
    address = f"http://{listening.asked_at(listening.host())}:{port}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # nosec B310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _greet(port: int) -> None:
    password_file = VAR / "organizer_password"
    shown = VAR / "run" / "password_shown"
    print(f"\n  Holdout is up: http://localhost:{port}/", flush=True)
    if password_file.exists():
        print(f"  Organizers:    http://localhost:{port}/admin/   user: organizer", flush=True)
        if shown.exists():
            print(f"  Password:      in {password_file}", flush=True)
        else:
            print(f"  Password:      {password_file.read_text().strip()}   (shown once; kept in {password_file})")
            shown.touch()
    print(f"  Logs and data: {VAR}   (letters, such as for a new password: {VAR / 'mail'})", flush=True)
    for sentence in listening.what_others_need(listening.host(), port, environment.names("ALLOWED_HOSTS", [])):
        print(f"  {sentence}", flush=True)
    print("  Ctrl-C stops everything.\n", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (StartFailed, WrongSetting) as problem:
        sys.exit(f"{problem}")
    except KeyboardInterrupt:
        sys.exit(130)
