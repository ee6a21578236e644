"""The walls hold, from inside, in every mode that this machine offers; where one is missing they refuse."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from attacks import ATTACKS, Target
from locked_child import MODES

from grader.model_runner import probe

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SECRET = "1,5,Public"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's; elsewhere the probe refuses")


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """Labels that everybody on the machine may read and write, the hardest case, and two sockets that listen."""
    # Under /tmp itself: pytest's own folders are closed to other users, who could then not reach the labels anyway.
    folder = Path("/tmp") / f"holdout-labels-{os.getpid()}"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    labels, socket_path = folder / "solution.csv", folder / "socket"
    labels.write_text(SECRET)
    labels.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as port, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(socket_path))
        local.listen()
        socket_path.chmod(0o777)
        yield Target(str(labels), str(folder), os.getpid(), port.getsockname()[1], str(socket_path))
        assert labels.read_text() == SECRET
        port.setblocking(False)
        with pytest.raises(BlockingIOError):
            port.accept()
    for path in (labels, socket_path):
        path.unlink()
    assert list(folder.iterdir()) == []
    folder.rmdir()


@pytest.fixture
def jail(target):
    folder = Path(target.folder).with_name(f"holdout-jail-{os.getpid()}")
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "saved_model.pb").write_text("the model")
    yield folder
    assert [path.name for path in folder.iterdir()] == ["saved_model.pb"]
    (folder / "saved_model.pb").unlink()
    folder.rmdir()


def locked_in(mode, jail, target, attack=""):
    """Run the child; returns its exit code, its walls (or why it refused), and what became of the attack."""
    if MODES[mode][0] and os.geteuid() != 0:
        pytest.skip("this mode begins as root")
    done = subprocess.run(
        [sys.executable, "-B", str(HERE / "locked_child.py"), mode, str(jail), attack, json.dumps(asdict(target))],
        cwd="/",
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    return done.returncode, json.loads(lines[0]), lines[1:]


EXPECTED = {
    "root": {"namespaces": True, "chroot": True},
    "user": {"namespaces": True, "chroot": True},
    "container-root": {"namespaces": False, "chroot": True},
    "container-user": {"namespaces": False, "chroot": False},
    "old-container-root": {"namespaces": False, "chroot": True, "landlock": 0},
}


@pytest.mark.parametrize("mode", EXPECTED)
def test_each_mode_has_the_layers_that_its_machine_offers(mode, jail, target):
    code, walls, _ = locked_in(mode, jail, target)
    assert code == 0
    assert "refused" not in walls
    if mode == "user" and not walls["namespaces"]:
        pytest.skip("this machine gives ordinary users no namespaces")
    assert {name: walls[name] for name in EXPECTED[mode]} == EXPECTED[mode]
    assert walls["chroot"] or walls["landlock"] >= 1


# Without chroot the existence, size and time of a file can be seen: the one thing that is known to get through.
GETS_THROUGH = ("container-user", "stat_labels")
TRIED = [(mode, attack.__name__) for mode in EXPECTED for attack in ATTACKS if (mode, attack.__name__) != GETS_THROUGH]


@pytest.mark.parametrize(("mode", "attack"), TRIED)
def test_no_attack_succeeds(mode, attack, jail, target):
    code, walls, end = locked_in(mode, jail, target, attack)
    assert "refused" not in walls
    assert "SUCCEEDED" not in end
    stopped_with_a_word = code == 0 and len(end) == 1 and end[0].startswith("stopped")
    killed = -code in (signal.SIGSYS, signal.SIGKILL, signal.SIGXCPU)
    assert stopped_with_a_word or killed, (code, end)


def test_what_is_known_to_get_through_is_still_the_same(jail, target):
    mode, attack = GETS_THROUGH
    _, walls, end = locked_in(mode, jail, target, attack)
    assert not walls["chroot"]
    assert end == ["SUCCEEDED"]


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.__name__ in ("read_labels", "signal_the_parent")])
def test_the_same_attacks_succeed_where_there_are_no_walls(attack, target):
    attack(target)


def test_without_chroot_and_landlock_the_walls_refuse(jail, target):
    _, walls, end = locked_in("old-container-user", jail, target, "read_labels")
    assert "neither chroot nor Landlock" in walls["refused"]
    assert end == []


@pytest.mark.parametrize("missing", ["landlock.restrict", "syscall_filter.install"])
def test_walls_with_one_layer_left_out_do_not_pass_their_own_proof(missing, jail, target, tmp_path):
    module, function = missing.split(".")
    code = (
        "import json, sys\n"
        f"sys.path[:0] = [{str(ROOT)!r}]\n"
        "from grader.model_runner import lockdown\n"
        "from grader.model_runner.limits import ModelLimits\n"
        f"lockdown.{module}.{function} = lambda *_: None\n"
        "lockdown._change_root = lambda jail: False\n"
        "lockdown._leave_namespaces = lambda is_root: False\n"
        "try:\n"
        f"    lockdown.lock_down({str(jail)!r}, ModelLimits(), parent={os.getpid()}, own_uid=61998)\n"
        "except lockdown.WallsFailed as problem: print(problem)\n"
    )
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.startswith("the walls do not hold: ")


def test_a_process_with_two_threads_is_refused(jail):
    code = (
        "import sys, threading\n"
        f"sys.path[:0] = [{str(ROOT)!r}]\n"
        "from grader.model_runner import lockdown\n"
        "from grader.model_runner.limits import ModelLimits\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        f"try: lockdown.lock_down({str(jail)!r}, ModelLimits(), parent={os.getpid()}, own_uid=61998)\n"
        "except lockdown.WallsFailed as problem: print(problem)\n"
    )
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("2 threads run already")


def test_the_probe_prints_every_layer_and_its_verdict():
    done = subprocess.run(
        [sys.executable, "-m", "grader.model_runner.probe"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = probe.probe()
    assert done.returncode == (0 if found.is_enough else 1)
    assert all(layer.name in done.stdout for layer in found.layers)
    assert ("Verdict: enough walls" in done.stdout) is found.is_enough


def test_the_probe_refuses_other_systems_and_processors(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert probe.probe().reason == "walls around a stranger's model need Linux; this is darwin."
    assert not probe.probe().is_enough
