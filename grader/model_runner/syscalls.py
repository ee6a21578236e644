"""Which system calls a locked-in model may make: numbers on x86-64 and aarch64, as plain data.

Each entry is name: (number on x86-64, number on aarch64); None: this processor has no such call. Source:
the kernel's own tables; a test compares every number with libseccomp's.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Numbers = tuple[int | None, int | None]

# Answered by the kernel as usual.
ALLOWED: Final[Mapping[str, Numbers]] = MappingProxyType(
    {
        # files that are open, or that the file walls let through
        "read": (0, 63),
        "write": (1, 64),
        "readv": (19, 65),
        "writev": (20, 66),
        "pread64": (17, 67),
        "preadv": (295, 69),
        "close": (3, 57),
        "lseek": (8, 62),
        "fadvise64": (221, 223),
        "fstat": (5, 80),
        "stat": (4, None),
        "lstat": (6, None),
        "newfstatat": (262, 79),
        "statx": (332, 291),
        "statfs": (137, 43),
        "fstatfs": (138, 44),
        "access": (21, None),
        "faccessat": (269, 48),
        "faccessat2": (439, 439),
        "getcwd": (79, 17),
        "getdents64": (217, 61),
        # memory of its own
        "brk": (12, 214),
        "munmap": (11, 215),
        "mprotect": (10, 226),
        "mremap": (25, 216),
        "madvise": (28, 233),
        # threads of its own
        "futex": (202, 98),
        "set_robust_list": (273, 99),
        "get_robust_list": (274, 100),
        "set_tid_address": (218, 96),
        "rseq": (334, 293),
        "membarrier": (324, 283),
        "sched_yield": (24, 124),
        "sched_getaffinity": (204, 123),
        "sched_getparam": (143, 121),
        "sched_getscheduler": (145, 120),
        "sched_get_priority_max": (146, 125),
        "sched_get_priority_min": (147, 126),
        "arch_prctl": (158, None),
        "restart_syscall": (219, 128),
        "exit": (60, 93),
        "exit_group": (231, 94),
        # its own signal handlers
        "rt_sigaction": (13, 134),
        "rt_sigprocmask": (14, 135),
        "rt_sigreturn": (15, 139),
        "rt_sigpending": (127, 136),
        "sigaltstack": (131, 132),
        # waiting and clocks
        "poll": (7, None),
        "ppoll": (271, 73),
        "select": (23, None),
        "pselect6": (270, 72),
        "nanosleep": (35, 101),
        "clock_nanosleep": (230, 115),
        "clock_gettime": (228, 113),
        "clock_getres": (229, 114),
        "gettimeofday": (96, 169),
        "time": (201, None),
        "times": (100, 153),
        # who and where it is
        "getpid": (39, 172),
        "gettid": (186, 178),
        "getppid": (110, 173),
        "getuid": (102, 174),
        "geteuid": (107, 175),
        "getgid": (104, 176),
        "getegid": (108, 177),
        "getresuid": (118, 148),
        "getresgid": (120, 150),
        "getgroups": (115, 158),
        "uname": (63, 160),
        "sysinfo": (99, 179),
        "getrandom": (318, 278),
        "getrusage": (98, 165),
        "getrlimit": (97, 163),
        "getcpu": (309, 168),
    }
)

# Answered only with arguments that syscall_filter.py lets through.
CHECKED: Final[Mapping[str, Numbers]] = MappingProxyType(
    {
        "open": (2, None),
        "openat": (257, 56),
        "mmap": (9, 222),
        "clone": (56, 220),
        "clone3": (435, 435),
        "fcntl": (72, 25),
        "prctl": (157, 167),
        "prlimit64": (302, 261),
        "tgkill": (234, 131),
    }
)

# No model ever needs these: whoever tries is ended by SIGSYS.
DEADLY: Final[Mapping[str, Numbers]] = MappingProxyType(
    {
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "execve": (59, 221),
        "execveat": (322, 281),
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "unshare": (272, 97),
        "setns": (308, 268),
        "bpf": (321, 280),
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "memfd_create": (319, 279),
        "memfd_secret": (447, 447),
        "userfaultfd": (323, 282),
        "perf_event_open": (298, 241),
        "add_key": (248, 217),
        "request_key": (249, 218),
        "keyctl": (250, 219),
        "open_by_handle_at": (304, 265),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "delete_module": (176, 106),
        "kexec_load": (246, 104),
        "kexec_file_load": (320, 294),
        "seccomp": (317, 277),
    }
)

# Made by the lock-down itself, before the filter stands, or by its proof afterwards, which must see them fail.
OWN: Final[Mapping[str, Numbers]] = MappingProxyType(
    {
        "landlock_create_ruleset": (444, 444),
        "landlock_add_rule": (445, 445),
        "landlock_restrict_self": (446, 446),
        "capset": (126, 91),
        "socket": (41, 198),
    }
)
