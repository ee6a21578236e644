"""The seccomp filter: a short BPF program that the kernel asks at every system call (seccomp(2), bpf(4)).

What is not in the tables fails with EPERM; what no model needs ends the process; a few calls are let through
only with harmless arguments, because their others would pass a limit or a wall.
"""

import ctypes
import errno
import struct
from collections.abc import Iterable
from enum import IntEnum

from grader.model_runner import kernel, syscalls
from grader.model_runner.kernel import Processor

Instruction = tuple[int, int, int, int]

_LOAD_WORD, _AND = 0x20, 0x54
_JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _JUMP_IF_ANY_BIT = 0x15, 0x35, 0x45
_RETURN = 0x06

_KILL = 0x80000000
_FAIL = 0x00050000
_ALLOW = 0x7FFF0000

_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_X32_BIT = 0x40000000

# open(2): everything that could write or create, and O_PATH, which opens without asking for rights.
_WRONLY, _RDWR, _CREAT, _TRUNC, _APPEND, _PATH, _TMPFILE = 0x1, 0x2, 0x40, 0x200, 0x400, 0x200000, 0x400000
FORBIDDEN_OPEN_FLAGS = _WRONLY | _RDWR | _CREAT | _TRUNC | _APPEND | _PATH | _TMPFILE
# clone(2): exactly what glibc and musl ask for when they start a thread.
THREAD_FLAGS = (0x3D0F00, 0x7D0F00)
# mmap(2): shared anonymous memory, growing stacks and huge pages escape RLIMIT_DATA.
_SHARED_ANONYMOUS = 0x01 | 0x20
_GROWSDOWN_OR_HUGETLB = 0x100 | 0x40000


class FcntlCommand(IntEnum):
    """What fcntl(2) may do: copy a descriptor, read and set its flags. No locks, no owners, no leases."""

    DUPFD = 0
    GETFD = 1
    SETFD = 2
    GETFL = 3
    SETFL = 4
    DUPFD_CLOEXEC = 1030


def build(processor: Processor, own_pid: int) -> list[Instruction]:
    """The filter's instructions for a process with that pid."""
    program = [_load(_ARCH_AT), _jump(_JUMP_IF_EQUAL, processor.audit_arch, 1, 0), _answer(_KILL), _load(_NUMBER_AT)]
    if processor is kernel.X86_64:
        # The x32 calls are the same calls under other numbers.
        program += [_jump(_JUMP_IF_AT_LEAST, _X32_BIT, 0, 1), _answer(_KILL)]
    for name in syscalls.DEADLY:
        program += _rule(processor, name, [_answer(_KILL)])
    for name in syscalls.ALLOWED:
        program += _rule(processor, name, [_answer(_ALLOW)])
    rules = {
        "open": _without_bits(1, FORBIDDEN_OPEN_FLAGS),
        "openat": _without_bits(2, FORBIDDEN_OPEN_FLAGS),
        "mmap": _private_memory(3),
        "clone": _one_of(0, THREAD_FLAGS),
        # glibc takes this for an old kernel and falls back to clone, whose flags can be checked.
        "clone3": [_answer(_FAIL | errno.ENOSYS)],
        "fcntl": _one_of(1, FcntlCommand),
        "prctl": _one_of(0, (kernel.Prctl.SET_NAME, kernel.Prctl.GET_NAME)),
        "prlimit64": _reading_own_limits(),
        "tgkill": _one_of(0, (own_pid,)),
    }
    for name in syscalls.CHECKED:
        program += _rule(processor, name, rules[name])
    return [*program, _answer(_FAIL | errno.EPERM)]


def _load(offset: int) -> Instruction:
    return (_LOAD_WORD, 0, 0, offset)


def _low_word(argument: int) -> Instruction:
    return _load(_ARGUMENTS_AT + 8 * argument)


def _high_word(argument: int) -> Instruction:
    return _load(_ARGUMENTS_AT + 8 * argument + 4)


def _jump(test: int, value: int, if_true: int, if_false: int) -> Instruction:
    return (test, if_true, if_false, value)


def _answer(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)


def _rule(processor: Processor, name: str, body: list[Instruction]) -> list[Instruction]:
    """`body`, which must end in an answer, entered only for the call of that name."""
    number = processor.number(name)
    if number is None:
        return []
    return [_jump(_JUMP_IF_EQUAL, number, 0, len(body)), *body]


def _without_bits(argument: int, bits: int) -> list[Instruction]:
    return [_low_word(argument), _jump(_JUMP_IF_ANY_BIT, bits, 0, 1), _answer(_FAIL | errno.EACCES), _answer(_ALLOW)]


def _one_of(argument: int, values: Iterable[int]) -> list[Instruction]:
    accepted = [step for value in values for step in (_jump(_JUMP_IF_EQUAL, int(value), 0, 1), _answer(_ALLOW))]
    return [_low_word(argument), *accepted, _answer(_FAIL | errno.EPERM)]


def _private_memory(argument: int) -> list[Instruction]:
    refuse = _answer(_FAIL | errno.EPERM)
    return [
        _low_word(argument),
        _jump(_JUMP_IF_ANY_BIT, _GROWSDOWN_OR_HUGETLB, 0, 1),
        refuse,
        (_AND, 0, 0, _SHARED_ANONYMOUS),
        _jump(_JUMP_IF_EQUAL, _SHARED_ANONYMOUS, 0, 1),
        refuse,
        _answer(_ALLOW),
    ]


def _reading_own_limits() -> list[Instruction]:
    """prlimit64(0, resource, NULL, old): the pid and both halves of the new limit's address are zero."""
    zero_or_refuse = [(_JUMP_IF_EQUAL, 1, 0, 0), _answer(_FAIL | errno.EPERM)]
    return [
        _low_word(0),
        *zero_or_refuse,
        _low_word(2),
        *zero_or_refuse,
        _high_word(2),
        *zero_or_refuse,
        _answer(_ALLOW),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


_SET_MODE_FILTER, _FOR_ALL_THREADS = 1, 1


def install(program: list[Instruction]) -> None:
    """Put this process under the filter, for good. Needs no_new_privs or CAP_SYS_ADMIN. Raises OSError."""
    code = b"".join(struct.pack("<HBBI", *instruction) for instruction in program)
    kernel.system_call("seccomp", _SET_MODE_FILTER, _FOR_ALL_THREADS, _Program(len(program), code))
