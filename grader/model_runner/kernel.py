"""The kernel's own words, by ctypes: each call either does what it says or raises OSError. Linux only."""

import ctypes
import os
import platform
from dataclasses import dataclass
from enum import IntEnum

from grader.model_runner import syscalls

CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

_CAPABILITY_VERSION_3 = 0x20080522


class Prctl(IntEnum):
    """The options of prctl(2) that are used here."""

    SET_PDEATHSIG = 1
    SET_DUMPABLE = 4
    SET_NAME = 15
    GET_NAME = 16
    SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True)
class Processor:
    """A processor whose system calls are known: its name, AUDIT_ARCH value, and column in syscalls.py."""

    name: str
    audit_arch: int
    column: int

    def number(self, call: str) -> int | None:
        """The number of a system call; None: this processor has no such call. KeyError: not in the tables."""
        for table in (syscalls.ALLOWED, syscalls.CHECKED, syscalls.DEADLY, syscalls.OWN):
            if call in table:
                return table[call][self.column]
        raise KeyError(call)


X86_64 = Processor("x86_64", audit_arch=0xC000003E, column=0)
AARCH64 = Processor("aarch64", audit_arch=0xC00000B7, column=1)


class UnknownProcessor(Exception):
    """No system call numbers are known for this machine."""


def this_processor() -> Processor:
    """The processor of this machine. Raises UnknownProcessor, naming it."""
    machine = platform.machine()
    for known in (X86_64, AARCH64):
        if machine == known.name:
            return known
    raise UnknownProcessor(f"system calls of the processor {machine!r} are not known here")


_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, call: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def system_call(call: str, *arguments: int | ctypes.Array[ctypes.c_char] | ctypes.Structure | None) -> int:
    """Make a call of the tables by its number; buffers and structures are passed by reference."""
    number = this_processor().number(call)
    if number is None:
        raise OSError(f"{call}: this processor has no such system call")
    passed = [
        ctypes.byref(argument) if isinstance(argument, ctypes.Structure) else _word(argument) for argument in arguments
    ]
    return _checked(_libc.syscall(ctypes.c_long(number), *passed), call)


def _word(argument: "int | ctypes.Array[ctypes.c_char] | None") -> object:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def prctl(option: Prctl, value: int) -> None:
    """prctl(2) with one value; the kernel wants the others to be zero."""
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(int(option), ctypes.c_ulong(value), zero, zero, zero), f"prctl {option.name}")


def unshare(flags: int) -> None:
    """Leave the namespaces of the parent: unshare(2)."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapabilitySets(ctypes.Structure):
    _fields_ = [("words", ctypes.c_uint32 * 6)]


def drop_capabilities() -> None:
    """Give up every capability: effective, permitted and inheritable."""
    system_call("capset", _CapabilityHeader(_CAPABILITY_VERSION_3, 0), _CapabilitySets())
