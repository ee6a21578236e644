"""The rules of the house that no single room can hold."""

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]


def pins(name):
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_platform_is_a_source_root_and_never_a_package():
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_every_import_runs_down():
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), str(ROOT)))}
    done = subprocess.run([*lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_every_change_of_the_models_has_its_migration(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_site_passes_djangos_own_checks(db):
    call_command("check", fail_level="WARNING")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-kit.txt"])
def test_the_test_environment_has_the_very_versions_that_are_shipped(name):
    everything = pins("requirements-test.txt")
    assert pins(name)
    assert {package: everything.get(package) for package in pins(name)} == pins(name)


REQUIREMENTS = sorted(path.name for path in ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_carry_a_hash_for_everything_and_no_address(name):
    text = (ROOT / name).read_text()
    packages = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in text


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_to_one_version(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith((" ", "#"))]
    assert lines
    pinned = re.compile(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[^ ;*]+( ; .+)? \\")
    assert [line for line in lines if not pinned.fullmatch(line)] == []


def test_whatever_installs_packages_compares_their_hashes():
    for name in ("run", "Dockerfile"):
        installs = [line for line in (ROOT / name).read_text().splitlines() if "pip install" in line]
        assert installs
        assert [line for line in installs if "--require-hashes" not in line] == []


def test_vendored_files_are_the_ones_that_were_taken():
    folder = ROOT / "platform" / "static" / "vendor"
    listed = re.findall(r"^    ([0-9a-f]{64})  (\S+)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert len(listed) == 2
    for digest, name in listed:
        assert sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_example_of_settings_names_every_setting_and_no_other():
    sources = [*(ROOT / "platform" / "config").glob("*.py"), ROOT / "datasets" / "goodreads.py"]
    readers = r"(?:text|boolean|whole_number|names|languages|address|moment|document|environ\.get)\(\s*\"([A-Z_]+)\""
    read = {name for source in sources for name in re.findall(readers, source.read_text())}
    shown = set(re.findall(r"^# ([A-Z_]{4,})=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    internal = {"HOLDOUT_READY_FILE"}
    assert read - internal == shown
