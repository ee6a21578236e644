"""Landlock: the kernel's file wall for processes without privileges (landlock(7))."""

import ctypes
import errno
import os
from collections.abc import Iterable
from enum import IntFlag

from grader.model_runner import kernel


class FileRight(IntFlag):
    """What may be done with a file or folder (linux/landlock.h). All that the kernel knows is denied by default."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_FILE = 1 << 5
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


READ_BENEATH = FileRight.READ_FILE | FileRight.READ_DIR
# What a rule about one file, not a folder, may say.
OF_A_FILE = FileRight.EXECUTE | FileRight.WRITE_FILE | FileRight.READ_FILE | FileRight.TRUNCATE | FileRight.IOCTL_DEV
EVERYTHING = FileRight((1 << 16) - 1)
WRITE_BENEATH = READ_BENEATH | FileRight.WRITE_FILE | FileRight.MAKE_DIR | FileRight.MAKE_REG

_ASK_VERSION = 1
_RULE_PATH_BENEATH = 1
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


class _RulesetAttributes(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """Landlock's ABI version in this kernel; 0: it has none, or a container's own filter hides it."""
    try:
        return kernel.system_call("landlock_create_ruleset", None, 0, _ASK_VERSION)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            return 0
        raise


def _handled_files(abi: int) -> int:
    """Every right over files that this version knows: 13, then one more with versions 2, 3 and 5."""
    return (1 << (13 + (abi >= 2) + (abi >= 3) + (abi >= 5))) - 1


def restrict(allowed: Iterable[tuple[str, FileRight]], *, files_only: bool = False) -> int:
    """Shut this process out of every file but those, for good; the ABI version that was used.

    Unless `files_only`, from version 4 on TCP is shut as well, from 6 on abstract sockets and signals to others. A
    path that does not exist is left out. Needs no_new_privs. Raises OSError, with ENOSYS where there is no Landlock.
    """
    abi = version()
    if abi < 1:
        raise OSError(errno.ENOSYS, "landlock: not offered by this kernel")
    handled = _handled_files(abi)
    attributes = _RulesetAttributes(
        handled,
        _TCP_BIND_AND_CONNECT if abi >= 4 and not files_only else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 and not files_only else 0,
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = kernel.system_call("landlock_create_ruleset", attributes, size, 0)
    try:
        for path, rights in allowed:
            _allow(ruleset, path, rights & handled)
        kernel.system_call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        kernel.system_call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, _PathBeneath(rights, parent), 0)
    finally:
        os.close(parent)
