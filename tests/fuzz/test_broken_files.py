"""Broken files by the thousand: whatever reads a stranger's bytes answers with values or a refusal, within bounds."""

import os
import subprocess
import sys

import pytest
from running_site import ROOT, SOURCES


def fuzz(*arguments):
    command = [sys.executable, "-m", "tests.fuzz", *arguments]
    environment = {**os.environ, "PYTHONPATH": SOURCES}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_twenty_thousand_broken_files_are_read_or_refused():
    done = fuzz("--inputs", "20000", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.rsplit(maxsplit=5) for line in done.stdout.splitlines()[1:]]
    assert [int(faults) for *_, faults, _ in rows] == [0, 0, 0, 0]
    # Some of them are right after all, most are not: otherwise nothing would have been tried.
    assert all(
        int(taken.replace(",", "")) > 0 and int(refused.replace(",", "")) > 0 for _, _, taken, refused, *_ in rows
    )


@pytest.mark.parametrize("number", ["485", "955", "1211"])
def test_a_damaged_attribute_of_an_op_is_its_senders_fault_and_not_ours(number):
    # Found by the fuzzing: attributes are read late, and the child that screens died of them.
    done = fuzz("--target", "graphs of models", "--seed", "1", "--number", number)
    assert done.stdout.splitlines()[-1] == "refused", done.stderr


def test_an_input_can_be_made_again_by_its_number():
    once, twice = (fuzz("--target", "graphs of models", "--seed", "3", "--number", "17") for _ in range(2))
    assert once.returncode == 0, once.stderr
    assert once.stdout == twice.stdout
    assert once.stdout.splitlines()[-1] in ("taken", "refused")


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_million_broken_files_are_read_or_refused():
    done = fuzz("--inputs", "1000000", "--seed", "2")
    assert done.returncode == 0, done.stdout + done.stderr
