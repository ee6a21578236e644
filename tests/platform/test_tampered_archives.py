"""`python -m grader.verify` finds whatever was changed in an archive, and stops at traps with a sentence."""

import json
import random
import struct
import zipfile
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cast_of_stories import GOOD, PERFECT
from django.utils import timezone
from tampering import all_of, in_json, in_lines, in_receipts, packed, replaced, tampered, unpacked

from competitions.models import Archive, Competition
from grader.verify.__main__ import main
from grading.sweeper import sweep
from grading.tasks import archives
from leaderboard.archives import ask_for_archive
from leaderboard.final_selection import select
from leaderboard.moderation import disqualify_submission
from teams.models import Team

# Public errors 0 and 2: 2. Private ones 0, 0 and 0.
BEST_IN_PRIVATE = "id,rating\n1,5\n2,5\n3,4\n4,1\n5,2\n"
# Public: 0. Private errors 1, 2 and 1: 2.
BEST_IN_PUBLIC = "id,rating\n1,5\n2,3\n3,3\n4,3\n5,3\n"
# Public errors 2 and 0: 2. Private as above: 2.
CONSTANT = "id,rating\n1,3\n2,3\n3,3\n4,3\n5,3\n"

Verified = Callable[..., tuple[int, str]]
_made: dict[str, bytes] = {}


def _contest(request: pytest.FixtureRequest) -> bytes:
    """Alice chose her second file, which wins in private; bob leads in public; one of his is disqualified."""
    competition, graded = request.getfixturevalue("competition"), request.getfixturevalue("graded")
    alices, bobs = request.getfixturevalue("alices_team"), request.getfixturevalue("bobs_team")
    Competition.objects.update(final_selection_count=1)
    for team in (alices, bobs):
        team.refresh_from_db()
    graded(alices, GOOD)
    select(graded(alices, BEST_IN_PRIVATE))
    disqualify_submission(graded(bobs, PERFECT), "Made by hand.", request.getfixturevalue("olga"))
    graded(bobs, BEST_IN_PUBLIC)
    graded(bobs, GOOD)
    baseline = Team.objects.create(competition=competition, name="Constant", is_baseline=True)
    baseline.memberships.create(
        competition=competition, user=request.getfixturevalue("olga"), rules_accepted_at=timezone.now()
    )
    graded(baseline, CONSTANT)
    sweep()
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(days=2))
    competition.refresh_from_db()
    ask_for_archive(competition, None)
    archives()
    made = Archive.objects.get()
    assert made.state == "done", made.failure
    return Path(made.file.path).read_bytes()


@pytest.fixture
def archive(db, request: pytest.FixtureRequest) -> bytes:
    """The site's own archive, made once for all these stories."""
    if not _made:
        _made["archive"] = _contest(request)
    return _made["archive"]


@pytest.fixture
def verified(tmp_path, capsys) -> Verified:
    """verified(archive, "--option", …) runs the command; returns its exit code and all that it said."""

    def run(archive: bytes, *arguments: str) -> tuple[int, str]:
        path = tmp_path / "stars.zip"
        path.write_bytes(archive)
        code = main([str(path), *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def submission(name: str, value: object, number: int = 0):
    """Write something else of the submission that was sent so manyeth."""
    return in_lines("submissions.jsonl", lambda sent: sent[number].update({name: value}))


def swap(values: list) -> None:
    values[0], values[1] = values[1], values[0]


def swap_first_ranks(boards: dict) -> None:
    first, second = boards["final"][:2]
    for name in ("team", "name", "score"):
        first[name], second[name] = second[name], first[name]


def term(name: str, value: object):
    return in_json("archive.json", lambda facts: facts["terms"].update({name: value}))


def test_the_archive_as_the_site_made_it_is_verified(archive, verified):
    code, said = verified(archive)
    assert code == 0, said
    assert "1         0.000  alice" in said
    assert "2         2.000  bob" in said
    assert "-         2.000  Constant" in said
    assert "4 files scored again; those of 2 as recorded" in said


TAMPERINGS = {
    "a label": (replaced("solutions/1.csv", "4,1,", "4,2,"), "solutions/1.csv: Its SHA-256 is"),
    "which part a row counts in": (
        all_of(
            replaced("solutions/1.csv", "1,5,Public", "1,5,Private"),
            replaced("solutions/1.csv", "3,4,Private", "3,4,Public"),
        ),
        "rows changed their part",
    ),
    "the salt": (
        in_json("commitments.json", lambda made: made[0].update(salt="ab" * 32)),
        "commitments.json, version 1: Labels, split, settings, grader and salt give the digest",
    ),
    "the metric": (term("metric", "mae"), "of version 1 is to these settings (metric 'mse' became 'mae')"),
    "the decimals": (term("decimals", 1), "decimals 3 became 1"),
    "the range": (term("highest", 6.0), "highest 5.0 became 6.0"),
    "the settings of a commitment too": (
        all_of(
            term("decimals", 1), in_json("commitments.json", lambda made: made[0]["terms"].update(decimals=1))
        ),
        "commitments.json, version 1",
    ),
    "the commitment": (
        in_json("commitments.json", lambda made: made[0].update(digest="ab" * 32)),
        "It was scored under the commitment",
    ),
    "all commitments gone": (in_json("commitments.json", list.clear), "None is of version 1"),
    "a public score": (submission("public_score", 0.25), "Its public score is 0.25 there, and 0.5 by its file"),
    "a public score whose file is not there": (submission("public_score", 0.25, 4), "was told 0.500, not 0.250"),
    "a private score": (submission("private_score", 0.0), "Its private score is 0.0 there, and 3.0 by its file"),
    "when it was sent": (submission("sent_at", "2020-01-01T00:00:00+00:00"), "not 2020-01-01T00:00:00+00:00"),
    "whether it was late": (submission("is_late", True), "it was in time"),
    "what the team was told": (submission("told", "no_improvement"), "its team was told 'score', not 'no_improvement'"),
    "whose it is": (
        in_lines("submissions.jsonl", lambda sent: sent[1].update(team=sent[2]["team"])),
        "which has not become team",
    ),
    "what was chosen": (
        submission("is_selected", False, 1),
        "ranking.json, final board, line 1: It says 'alice', rank 1, with 0.000; replayed, it is 'bob', rank 1",
    ),
    "a disqualification taken back": (submission("is_disqualified", False, 2), "it is 'bob', rank 2, with 0.000"),
    "a disqualification invented": (submission("is_disqualified", True, 1), "ranking.json, final board, line 1"),
    "a score lost": (submission("public_score", None, 1), "ranking.json, final board, line 1"),
    "the file of a team": (replaced("sent/", "1,5\n2,5", "1,5\n2,4"), "Its SHA-256 is"),
    "a file gone": (
        lambda files: files.pop(next(name for name in files if name.startswith("sent/"))),
        "The file is missing.",
    ),
    "a file no longer named": (submission("file", None, 1), "its file is not in the archive"),
    "the order of the receipts": (in_lines("receipts.jsonl", swap), "receipt 1: Its link does not follow"),
    "the text of a receipt": (
        in_lines("receipts.jsonl", lambda lines: lines[0].update(text=lines[0]["text"].replace("0.500", "0.400"))),
        "receipts.jsonl, receipt 1: Its link does not follow",
    ),
    "the last receipt gone": (in_lines("receipts.jsonl", list.pop), "archive.json, head: It names 6 receipts"),
    "the end of the chain": (in_json("archive.json", lambda facts: facts.update(head="ab" * 32)), "archive.json, head"),
    "a submission gone": (in_lines("submissions.jsonl", lambda sent: sent.pop(1)), "and it is not listed"),
    "a team gone": (in_json("teams.json", list.pop), "ranking.json"),
    "a team disqualified": (
        in_json("teams.json", lambda teams: teams[0].update(is_disqualified=True)),
        "replayed, it is 'bob', rank 1, with 2.000",
    ),
    "a team made a baseline": (
        in_json("teams.json", lambda teams: teams[0].update(is_baseline=True)),
        "replayed, it is 'alice', without a rank",
    ),
    "the name of a team": (in_json("teams.json", lambda teams: teams[0].update(name="mallory")), "'mallory'"),
    "two ranks": (in_json("ranking.json", swap_first_ranks), "final board, line 1: It says 'bob', rank 1"),
    "a rank gone": (in_json("ranking.json", lambda boards: boards["final"].pop()), "line 3: It says nobody"),
    "the public board": (
        in_json("ranking.json", lambda boards: boards["public"][0].update(score="0.001")),
        "ranking.json, public board, line 1",
    ),
    "how many were to be chosen": (
        all_of(
            in_json("archive.json", lambda facts: facts.update(final_selection_count=2)),
            submission("is_selected", False, 1),
            submission("is_selected", True, 0),
        ),
        "ranking.json, final board, line 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_is_found_and_named_though_the_digests_were_made_to_fit(archive, verified, what):
    change, named = TAMPERINGS[what]
    code, said = verified(tampered(archive, change))
    assert code == 1
    assert named in said
    assert "NOT VERIFIED" in said
    assert "VERIFIED: the final" not in said


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_careless_change_is_found_by_the_digest_of_its_file_too(archive, verified, what):
    before, changed = unpacked(archive), tampered(archive, TAMPERINGS[what][0], cleverly=False)
    code, said = verified(changed)
    assert code == 1
    after = unpacked(changed)
    for name in before:
        if name != "archive.json" and after.get(name) != before[name]:
            assert f"{name}: " in said


def everything_anew(files: dict[str, bytes]) -> None:
    """Other labels, with commitment, receipts, scores, ranking and digests made to fit: a perfect forgery."""
    replaced("solutions/1.csv", "4,1,", "4,3,")(files)
    made = json.loads(files["commitments.json"])[0]
    made["solution_sha256"] = sha256(files["solutions/1.csv"]).hexdigest()
    committed = {
        "format": "holdout-commitment-1",
        "salt": made["salt"],
        "solution_sha256": made["solution_sha256"],
        "split_sha256": made["split_sha256"],
        **{f"terms.{name}": value for name, value in made["terms"].items()},
    }
    text = json.dumps(committed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    made["digest"] = sha256(text.encode()).hexdigest()
    files["commitments.json"] = json.dumps([made]).encode()
    in_receipts(lambda facts: [fact.update(commitment=made["digest"]) for fact in facts])(files)
    # Label 4 is 3 now: 1/3 for a 4 there, 4/3 for a 1, and 2/3 where all is 3.
    private = [1 / 3, 4 / 3, 4 / 3, 2 / 3, 1 / 3, 2 / 3]

    def score(sent: list) -> None:
        for one, number in zip(sent, private, strict=True):
            one["private_score"] = number

    def rank(boards: dict) -> None:
        alice, bob, constant = boards["final"]
        bob.update(rank=1, score="0.667")
        constant.update(score="0.667")
        alice.update(rank=2, score="1.333")
        boards["final"] = [bob, constant, alice]

    in_lines("submissions.jsonl", score)(files)
    in_json("ranking.json", rank)(files)


def test_a_perfect_forgery_is_found_by_what_people_have_kept(archive, verified, tmp_path):
    files = unpacked(archive)
    commitment = json.loads(files["commitments.json"])[0]["digest"]
    first = json.loads(files["receipts.jsonl"].splitlines()[0])
    (tmp_path / "receipt.json").write_text(json.dumps({"number": 1, "text": first["text"]}))
    forged = tampered(archive, everything_anew)
    code, said = verified(forged)
    assert code == 0, said
    assert "Whoever writes a whole archive anew can make it fit" in said
    for option, kept in (
        ("--sha256", sha256(archive).hexdigest()),
        ("--commitment", commitment),
        ("--link", first["link"]),
        ("--receipt", str(tmp_path / "receipt.json")),
    ):
        assert verified(archive, option, kept)[0] == 0
        code, said = verified(forged, option, kept)
        assert code == 1
        assert "NOT VERIFIED: 1 thing does not fit." in said


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
