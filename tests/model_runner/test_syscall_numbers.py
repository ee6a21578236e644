"""The tables of system calls say what libseccomp says."""

import ctypes
import ctypes.util

import pytest

from grader.model_runner import kernel, syscalls

TABLES = (syscalls.ALLOWED, syscalls.CHECKED, syscalls.DEADLY, syscalls.OWN)
UNKNOWN = -1


@pytest.fixture(scope="module")
def libseccomp():
    name = ctypes.util.find_library("seccomp")
    if name is None:
        pytest.skip("libseccomp is not installed (Debian: apt install libseccomp2)")
    return ctypes.CDLL(name)


@pytest.mark.parametrize("processor", [kernel.X86_64, kernel.AARCH64], ids=lambda processor: processor.name)
def test_every_number_is_libseccomps(libseccomp, processor):
    differing = {}
    for table in TABLES:
        for name in table:
            number = libseccomp.seccomp_syscall_resolve_name_arch(processor.audit_arch, name.encode())
            # libseccomp has negative numbers of its own for calls that a processor does not have.
            expected = None if number < 0 else number
            if processor.number(name) != expected and number != UNKNOWN:
                differing[name] = (processor.number(name), number)
    assert differing == {}


def test_no_call_stands_in_two_tables():
    names = [name for table in TABLES for name in table]
    assert len(names) == len(set(names))


def test_a_call_of_no_table_has_no_number():
    with pytest.raises(KeyError):
        kernel.X86_64.number("reboot")
