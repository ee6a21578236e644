"""What is no archive, a trap or nonsense ends `python -m grader.verify` in a sentence."""

import json
import random
import struct
import zipfile
from io import BytesIO
from typing import Any

import pytest
from tampering import in_json, in_lines, packed, submission, tampered, term, unpacked

from grader.verify.__main__ import main


def with_member(archive: bytes, name: str, content: bytes, mode: int = 0o100644) -> bytes:
    changed = BytesIO(archive)
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    with zipfile.ZipFile(changed, "a", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(member, content)
    return changed.getvalue()


def without(archive: bytes, name: str) -> bytes:
    return packed({each: content for each, content in unpacked(archive).items() if each != name})


def bomb(archive: bytes) -> bytes:
    """A million bytes that the list of files gives as one."""
    made = with_member(without(archive, "README.md"), "README.md", b" " * 1_000_000)
    at = made.rindex(b"PK\x01\x02")
    return made[: at + 24] + struct.pack("<I", 1) + made[at + 28 :]


def many_bombs(archive: bytes) -> bytes:
    """Files of 4 GB each, as the list says."""
    for number in range(13):
        name = f"solutions/{number + 5}.csv"
        made = with_member(archive, name, b"x")
        at = made.rindex(b"PK\x01\x02")
        archive = made[: at + 24] + struct.pack("<I", 0xFFFFFFF0) + made[at + 28 :]
    return archive


TRAPS = {
    "no zip": (lambda archive: b"PK", "it is no whole zip"),
    "half of it": (lambda archive: archive[: len(archive) // 2], "it is no whole zip"),
    "nothing": (lambda archive: b"", "it is no whole zip"),
    "a part is missing": (lambda archive: without(archive, "teams.json"), "teams.json: it is missing"),
    "a file of another kind": (lambda archive: with_member(archive, "run.sh", b"rm"), "'run.sh': an archive"),
    "a way out": (lambda archive: with_member(archive, "../../x", b"x"), "'../../x': an archive has no such file"),
    "a link": (
        lambda archive: with_member(without(archive, "README.md"), "README.md", b"/etc/passwd", 0o120777),
        "README.md: it is a link to elsewhere",
    ),
    "a file twice": (lambda archive: with_member(archive, "README.md", b"x"), "README.md: it is there twice"),
    "a bomb": (bomb, "README.md: it is cut off or damaged"),
    "many bombs": (many_bombs, "at most 50,000,000,000 are read"),
    "no JSON": (lambda archive: packed({**unpacked(archive), "teams.json": b"{"}), "teams.json: it is no JSON"),
    "a deep JSON": (
        lambda archive: packed({**unpacked(archive), "teams.json": b"[" * 100_000}),
        "teams.json: it is no JSON",
    ),
    "a list for an object": (
        lambda archive: packed({**unpacked(archive), "archive.json": b"[]"}),
        "archive.json: an object was expected",
    ),
    "an endless line": (
        lambda archive: packed({**unpacked(archive), "submissions.jsonl": b" " * 1_100_000}),
        "submissions.jsonl, line 1: it is longer than 1 MB",
    ),
    "another format": (
        lambda archive: tampered(archive, in_json("archive.json", lambda facts: facts.update(format="x"))),
        "its format is 'x'",
    ),
    "an unknown metric": (lambda archive: tampered(archive, term("metric", "luck")), "there is no metric 'luck'"),
    "a number too large": (
        lambda archive: tampered(archive, submission("public_score", 10**400)),
        "'public_score' is int",
    ),
    "a time without a zone": (
        lambda archive: tampered(archive, submission("sent_at", "2020-01-01T00:00:00")),
        "not a time with its zone",
    ),
    "a field missing": (
        lambda archive: tampered(archive, in_json("teams.json", lambda teams: teams[0].pop("name"))),
        "teams.json, number 1: there is no 'name'",
    ),
    "a team twice": (
        lambda archive: tampered(archive, in_json("teams.json", lambda teams: teams.append(teams[0]))),
        "comes twice",
    ),
    "half a salt": (
        lambda archive: tampered(archive, in_json("commitments.json", lambda made: made[0].update(salt="ab"))),
        "a salt is 32 bytes",
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", TRAPS)
def test_what_is_no_archive_ends_in_a_sentence(archive, verified, what):
    make, named = TRAPS[what]
    code, said = verified(make(archive))
    assert code == 1
    assert named in said
    assert "Traceback" not in said


def test_a_path_that_leads_nowhere_ends_in_a_sentence(capsys):
    assert main(["/nowhere/stars.zip"]) == 1
    assert "it cannot be read (No such file or directory). Check the path." in capsys.readouterr().err


def test_any_byte_may_be_another_and_nothing_breaks_but_the_verdict(archive, verified):
    chance = random.Random(3)
    names = unpacked(archive)
    for _ in range(150):
        changed = bytearray(archive)
        at = chance.randrange(len(changed))
        changed[at] ^= 1 << chance.randrange(8)
        code, _ = verified(bytes(changed))
        # What is verified all the same says the same: the byte was of the zip's own, such as a time.
        assert code == 1 or unpacked(bytes(changed)) == names


# What neither a score nor a place follows from.
UNBOUND: dict[str, set[str]] = {
    "archive.json": {"made_at", "title", "competition", "grader"},
    "commitments.json": {"0.made_at"},
    "teams.json": set(),
    "ranking.json": set(),
    # The first is not among alice's chosen ones; a key orders equals alone.
    "submissions.jsonl": {"key", "file"},
    "receipts.jsonl": set(),
}
ODD = (None, True, -1, 10**400, 1e300, "", "x", "9999-99-99", [], {}, [[]], {"a": 1}, "\ud800", "0" * 5000)


@pytest.mark.parametrize("name", UNBOUND)
def test_any_value_may_be_nonsense_and_it_is_found_but_where_nothing_follows_from_it(archive, verified, name):
    is_lines = name.endswith("l")
    content = unpacked(archive)[name]
    first = json.loads(content.splitlines()[0] if is_lines else content)
    passed = set()
    for path, before in paths_in(first):
        # The digests are made to fit by whoever changes something else.
        odd_ones = () if path[0] == "files" else (odd for odd in ODD if odd is not before)
        for odd in odd_ones:
            code, _ = verified(
                tampered(
                    archive,
                    in_lines(name, lambda lines, path=path, odd=odd: put(lines[0], path, odd))
                    if is_lines
                    else in_json(name, lambda value, path=path, odd=odd: put(value, path, odd)),
                )
            )
            if code == 0:
                passed.add(".".join(str(key) for key in path))
    assert passed == UNBOUND[name]


def paths_in(value: object, before: tuple = ()) -> list[tuple[tuple, object]]:
    """The way to each value within it, of any depth, and the value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, each in inner:
        found += [((*before, key), each), *paths_in(each, (*before, key))]
    return found


def put(value: Any, path: tuple, odd: object) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = odd
