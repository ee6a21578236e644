"""What hostile native code would try from inside a model's process. Each returns when it has succeeded, else raises.

Everything is imported up here: once the walls stand, no module can be loaded.
"""

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import threading
import time
from dataclasses import dataclass

LIBC = ctypes.CDLL(None, use_errno=True)
GIB = 1 << 30


@dataclass(frozen=True)
class Target:
    """What there is to be had outside: a file of labels in a folder, the parent, and two listening sockets."""

    labels: str
    folder: str
    parent: int
    port: int
    socket_path: str


def call(name, *arguments):
    """A C function by name; raises OSError when it answers -1."""
    if getattr(LIBC, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def read_labels(target):
    os.close(os.open(target.labels, os.O_RDONLY))


def stat_labels(target):
    os.stat(target.labels)


def list_the_folder_of_labels(target):
    os.listdir(target.folder)


def read_the_parents_environment(target):
    os.close(os.open(f"/proc/{target.parent}/environ", os.O_RDONLY))


def read_the_parents_memory(target):
    os.close(os.open(f"/proc/{target.parent}/mem", os.O_RDONLY))


def walk_through_the_parents_root(target):
    os.close(os.open(f"/proc/{target.parent}/root{target.labels}", os.O_RDONLY))


def walk_up_out_of_the_folder(target):
    os.close(os.open("../" * 20 + target.labels.lstrip("/"), os.O_RDONLY))


def open_without_asking_for_rights(target):
    os.close(os.open(target.labels, os.O_PATH))


def connect_to_a_port(target):
    with socket.socket(socket.AF_INET) as client:
        client.connect(("127.0.0.1", target.port))


def send_a_datagram(target):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"labels", ("127.0.0.1", target.port))


def connect_to_a_local_socket(target):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(target.socket_path)


def open_a_socket_to_the_kernel(target):
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


def open_a_socket_to_the_host(target):
    socket.socket(socket.AF_VSOCK).close()


def trace_the_parent(target):
    call("ptrace", 16, target.parent, None, None)


def signal_the_parent(target):
    os.kill(target.parent, 0)


def signal_everybody(target):
    os.kill(-1, 0)


def signal_the_parent_by_a_descriptor(target):
    signal.pidfd_send_signal(os.pidfd_open(target.parent), 0)


def change_the_parents_limits(target):
    resource.prlimit(target.parent, resource.RLIMIT_CORE)


def move_the_parent_to_one_processor(target):
    os.sched_setaffinity(target.parent, {0})


def start_a_process(target):
    if os.fork() == 0:
        os._exit(0)


def start_a_program(target):
    os.execv("/bin/true", ["true"])


def start_more_threads_than_allowed(target):
    done = threading.Event()
    for _ in range(400):
        threading.Thread(target=done.wait, daemon=True).start()


def make_a_file(target):
    os.close(os.open("mine", os.O_WRONLY | os.O_CREAT, 0o600))


def make_a_nameless_file(target):
    os.close(os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600))


def write_to_the_labels(target):
    os.close(os.open(target.labels, os.O_WRONLY))


def empty_the_labels(target):
    os.truncate(target.labels, 0)


def empty_the_labels_by_reading(target):
    os.close(os.open(target.labels, os.O_RDONLY | os.O_TRUNC))


def change_the_rights_of_the_labels(target):
    os.chmod(target.labels, 0o666)


def change_the_time_of_the_labels(target):
    os.utime(target.labels)


def delete_the_labels(target):
    os.unlink(target.labels)


def rename_the_labels(target):
    os.rename(target.labels, target.labels + ".gone")


def link_to_the_labels(target):
    os.link(target.labels, "linked")


def lock_the_models_folder(target):
    fcntl.flock(os.open(".", os.O_RDONLY), fcntl.LOCK_EX)


def share_memory_beyond_the_limit(target):
    mmap.mmap(-1, 3 * GIB, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS).close()


def take_memory_beyond_the_limit(target):
    mmap.mmap(-1, 6 * GIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()


def mount_a_file_system(target):
    call("mount", b"none", b".", b"tmpfs", 0, None)


def enter_a_new_user_namespace(target):
    call("unshare", 0x10000000)


def leave_the_root_folder(target):
    os.chroot(".")
    os.chdir("../" * 20)
    os.close(os.open(target.labels.lstrip("/"), os.O_RDONLY))


def make_a_memory_file(target):
    os.close(os.memfd_create("program"))


def use_the_kernels_keys(target):
    call("syscall", 248, b"user", b"name", b"value", 5, -3)


def set_up_an_io_ring(target):
    call("syscall", 425, 4, ctypes.create_string_buffer(120))


def become_root(target):
    os.setresuid(0, 0, 0)


def become_readable_again(target):
    call("prctl", 4, 1, 0, 0, 0)


def outlive_the_parent(target):
    call("prctl", 1, 0, 0, 0, 0)


def raise_a_limit(target):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))


def use_the_other_calling_convention(target):
    call("syscall", 0x40000000 | 39)


def spin_for_ever(target):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        pass


ATTACKS = [
    attack
    for name, attack in list(globals().items())
    if callable(attack) and getattr(attack, "__module__", "") == __name__ and attack not in (Target, call)
]
