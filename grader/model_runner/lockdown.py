"""The walls around a stranger's model: put up from inside its process, once and for good, and then tried.

Everything raises. Namespaces are the only layer that may be missing without a word of refusal: Docker gives none,
and what they hide, the filter refuses. One wall around the files must stand: chroot or Landlock.
"""

import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.model_runner import kernel, landlock, syscall_filter
from grader.model_runner.kernel import Prctl
from grader.model_runner.landlock import READ_BENEATH, FileRight
from grader.model_runner.limits import ModelLimits

# Threads of the same user elsewhere count too, so a run's own allowance comes on top of what there is.
LIBRARY_THREADS = 8
# What TensorFlow reads besides the model where there is no chroot to put a copy into.
SYSTEM_FILES = ("/dev/urandom", "/proc/cpuinfo", "/sys/devices/system/cpu/online")
OPEN_FILES = 128
FIRST_OWN_UID, OWN_UIDS = 30_000, 30_000


class WallsFailed(Exception):
    """A wall could not be put up, or does not hold. The process must end without having opened the model."""


@dataclass(frozen=True)
class Walls:
    """Which layers stand, in the order in which they were put up; `landlock` is its ABI version or 0."""

    namespaces: bool
    chroot: bool
    user: str
    landlock: int

    def names(self) -> list[str]:
        """The layers that stand, as words for a report."""
        optional = {"namespaces": self.namespaces, "chroot": self.chroot, f"Landlock {self.landlock}": self.landlock}
        return [*(name for name, stands in optional.items() if stands), self.user, "limits", "seccomp", "proof"]


def uid_of_this_run() -> int:
    """A user id for this process alone: above those that people get, below those that systems keep."""
    return FIRST_OWN_UID + os.getpid() % OWN_UIDS


def lock_down(jail: str, limits: ModelLimits, *, parent: int, own_uid: int) -> Walls:
    """Shut this process into the folder `jail`; returns what stands. Call it with one thread, before the model.

    `parent` is the pid that this process must not outlive. `own_uid` is used when this process is root: a user
    and group id that nothing else on the machine has. Raises WallsFailed, after which the process must end.
    """
    try:
        return _lock_down(jail, limits, parent, own_uid)
    except (OSError, ValueError, kernel.UnknownProcessor) as problem:
        raise WallsFailed(f"{problem}.") from problem


def _lock_down(jail: str, limits: ModelLimits, parent: int, own_uid: int) -> Walls:
    if (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise WallsFailed(f"{threads} threads run already; Landlock would bind one of them only.")
    processor = kernel.this_processor()
    is_root = os.geteuid() == 0
    running = _tasks_of_this_user()
    _die_with(parent)
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    has_namespaces = _leave_namespaces(is_root)
    has_chroot = _change_root(jail)
    _set_limits(limits, 0 if is_root else running)
    if is_root:
        os.setgroups([])
        os.setresgid(own_uid, own_uid, own_uid)
        os.setresuid(own_uid, own_uid, own_uid)
        user = f"uid {own_uid}"
    else:
        kernel.drop_capabilities()
        user = "no capabilities"
    kernel.prctl(Prctl.SET_NO_NEW_PRIVS, 1)
    kernel.prctl(Prctl.SET_DUMPABLE, 0)
    # Changing the user has cleared it.
    _die_with(parent)
    landlock_version = landlock.version()
    if landlock_version:
        landlock.restrict(_readable(has_chroot))
    elif not has_chroot:
        raise WallsFailed("neither chroot nor Landlock is to be had here, so the files cannot be walled off.")
    syscall_filter.install(syscall_filter.build(processor, os.getpid()))
    prove(parent)
    return Walls(has_namespaces, has_chroot, user, landlock_version)


def _die_with(parent: int) -> None:
    kernel.prctl(Prctl.SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise WallsFailed("the supervisor is gone.")


def _leave_namespaces(is_root: bool) -> bool:
    """Network, IPC and host name of its own; as an ordinary user by way of a user namespace. False: not to be had."""
    try:
        if not is_root:
            kernel.unshare(kernel.CLONE_NEWUSER)
        kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS)
    except OSError:
        return False
    return True


def _change_root(jail: str) -> bool:
    os.chdir(jail)
    try:
        os.chroot(".")
    except PermissionError:
        return False
    os.chdir("/")
    return True


def _readable(has_chroot: bool) -> list[tuple[str, FileRight]]:
    if has_chroot:
        return [("/", READ_BENEATH)]
    return [(".", READ_BENEATH), *((path, FileRight.READ_FILE) for path in SYSTEM_FILES)]


def _set_limits(limits: ModelLimits, running: int) -> None:
    thread_count = running + limits.max_threads + LIBRARY_THREADS
    for number, soft, hard in (
        (resource.RLIMIT_DATA, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_AS, limits.address_bytes, limits.address_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2),
        (resource.RLIMIT_NPROC, thread_count, thread_count),
        (resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
    ):
        resource.setrlimit(number, (soft, hard))


def _tasks_of_this_user() -> int:
    """How many threads of this user run on the machine: RLIMIT_NPROC counts them all."""
    uid, count = os.getuid(), 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            if os.stat(f"/proc/{name}").st_uid == uid:
                count += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue  # It has ended meanwhile, or is hidden from us.
    return count


def prove(parent: int) -> None:
    """Try from inside what must not be possible any more. Raises WallsFailed, naming all that still is."""
    open_doors = [name for name, attempt in _attempts(parent) if _succeeds(attempt)]
    if open_doors:
        raise WallsFailed(f"the walls do not hold: {', '.join(open_doors)}.")


def _attempts(parent: int) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "a file of the system can be read", lambda: os.close(os.open("/etc/passwd", os.O_RDONLY))
    yield "the environment can be read", lambda: os.close(os.open("/proc/self/environ", os.O_RDONLY))
    yield "the first process can be read", lambda: os.close(os.open("/proc/1/environ", os.O_RDONLY))
    yield "folders of the system can be listed", lambda: os.listdir("/etc")
    yield "files can be made", lambda: os.close(os.open("made", os.O_WRONLY | os.O_CREAT, 0o600))
    yield "the network can be reached", lambda: socket.socket(socket.AF_INET).close()
    yield "local sockets can be opened", lambda: socket.socket(socket.AF_UNIX).close()
    yield "processes can be started", _fork
    yield "signals can be sent", lambda: os.kill(parent, 0)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
