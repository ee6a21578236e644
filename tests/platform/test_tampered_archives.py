"""`python -m grader.verify` finds whatever was changed in an archive, and says where."""

import json
from hashlib import sha256

import pytest
from tampering import all_of, in_json, in_lines, in_receipts, replaced, submission, tampered, term, unpacked


def swap(values: list) -> None:
    values[0], values[1] = values[1], values[0]


def swap_first_ranks(boards: dict) -> None:
    first, second = boards["final"][:2]
    for name in ("team", "name", "score"):
        first[name], second[name] = second[name], first[name]


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
