"""Which walls this machine offers: tried in a child process that locks itself down, never guessed.

`python -m grader.model_runner.probe` prints the table and the verdict; exit code 0 when there are enough.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.model_runner.limits import ModelLimits

ROOT = Path(__file__).resolve().parents[2]
PROBE_SECONDS = 20.0
# A user id that no distribution gives away by itself.
PROBE_UID = 61_999
CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from grader.model_runner.probe import try_walls
try_walls(sys.argv[2], int(sys.argv[3]))
"""


@dataclass(frozen=True)
class Layer:
    """One layer of the walls: whether it stands here, and a word on how."""

    name: str
    is_standing: bool
    detail: str


@dataclass(frozen=True)
class Probe:
    """What a trial of the walls found. `reason` says why they are not enough; empty when they are."""

    layers: tuple[Layer, ...]
    is_enough: bool
    reason: str


def probe() -> Probe:
    """Put the walls up in a child process and let it try them. Takes some 50 ms; raises nothing."""
    if sys.platform != "linux":
        return _refused(f"walls around a stranger's model need Linux; this is {sys.platform}.")
    with tempfile.TemporaryDirectory(prefix="holdout-walls-") as folder:
        jail = Path(folder)
        jail.chmod(0o755)
        (jail / "dev").mkdir(mode=0o755)
        command = [sys.executable, "-I", "-B", "-c", CHILD, str(ROOT), folder, str(os.getpid())]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS, env={}, check=False)
        except subprocess.TimeoutExpired:
            return _refused(f"the trial of the walls did not end within {PROBE_SECONDS:g} s.")
    if done.returncode != 0:
        return _refused(done.stdout.strip() or f"the trial of the walls ended with code {done.returncode}.")
    return _report(json.loads(done.stdout))


def _refused(reason: str) -> Probe:
    return Probe((), False, reason)


def _report(walls: dict[str, object]) -> Probe:
    landlock = walls["landlock"]
    return Probe(
        layers=(
            Layer("namespaces", bool(walls["namespaces"]), "network, IPC and host name of its own"),
            Layer("chroot", bool(walls["chroot"]), "sees the model's folder and nothing else"),
            Layer("user", True, str(walls["user"])),
            Layer("Landlock", bool(landlock), f"version {landlock}" if landlock else "not offered by this kernel"),
            Layer("limits", True, "memory, processor time, threads, files, no core"),
            Layer("seccomp", True, "a list of harmless system calls; everything else fails or kills"),
            Layer("proof", True, "nine ways out were tried from inside, and none is open"),
        ),
        is_enough=True,
        reason="",
    )


def try_walls(jail: str, parent: int) -> None:
    """What the child does: lock itself down and print what stands, or the reason, with exit code 1."""
    from grader.model_runner.lockdown import WallsFailed, lock_down

    try:
        walls = lock_down(jail, ModelLimits(), parent=parent, own_uid=PROBE_UID)
    except WallsFailed as problem:
        print(problem)
        sys.exit(1)
    print(json.dumps(asdict(walls)))


def main() -> int:
    """Print the table and the verdict."""
    found = probe()
    for layer in found.layers:
        print(f"{layer.name:<12}{'stands' if layer.is_standing else 'missing':<9}{layer.detail}")
    if found.is_enough:
        print("Verdict: enough walls to run a stranger's model.")
    else:
        print(f"Verdict: REFUSED, {found.reason}")
    return 0 if found.is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
