"""Whether labels, split and settings are those that the organizers bound themselves to."""

from pathlib import Path
from tempfile import TemporaryDirectory

from grader.scoring.commitment import commitment, split_digest
from grader.scoring.rejection import Rejected
from grader.scoring.solution import Solution, read_solution
from grader.verify.contents import Contents, Opened, Rules
from grader.verify.findings import Findings
from grader.verify.layout import COMMITMENTS, FACTS, solution_name
from grader.verify.opening import ArchiveFiles

ASK = "Ask the organizers for what they committed to."


def check_labels(contents: Contents, files: ArchiveFiles, findings: Findings) -> Solution | None:
    """The labels that scores are made by, checked against every commitment. None: they cannot be read."""
    solutions: dict[int, Solution | None] = {}
    opened = [one for one in contents.commitments if one.salt is not None]
    for one in opened:
        if one.version not in solutions:
            solutions[one.version] = _read(one.version, contents.rules, files, findings)
        if (labels := solutions[one.version]) is not None:
            _check(one, labels, files, findings)
    if contents.version not in solutions:
        findings.add(COMMITMENTS, f"None is of version {contents.version}, by which the scores are made.", ASK)
        solutions[contents.version] = _read(contents.version, contents.rules, files, findings)
    elif not any(one.version == contents.version and _binds(one, contents.rules) for one in opened):
        differing = _differing(next(one for one in opened if one.version == contents.version), contents.rules)
        findings.add(
            f"{FACTS}, terms", f"No commitment of version {contents.version} is to these settings ({differing}).", ASK
        )
    findings.say(f"Labels: {len(opened)} of {len(contents.commitments)} commitments opened with their salts.")
    return solutions[contents.version]


def _read(version: int, rules: Rules, files: ArchiveFiles, findings: Findings) -> Solution | None:
    name = solution_name(version)
    if name not in files.sizes:
        findings.add(name, "The labels of a version that counted are missing.", ASK)
        return None
    with TemporaryDirectory() as folder:
        path = files.copy_out(name, Path(folder) / "solution.csv")
        try:
            return read_solution(path, rules.expected, metric=rules.metric)
        except Rejected as problem:
            findings.add(name, f"It cannot be read as a solution: {problem.problems[0]}", ASK)
            return None


def _check(one: Opened, labels: Solution, files: ArchiveFiles, findings: Findings) -> None:
    if one.salt is None:
        return
    name = solution_name(one.version)
    where = f"{COMMITMENTS}, version {one.version}"
    solution_sha256, split_sha256 = files.sha256(name), split_digest(labels)
    if solution_sha256 != one.solution_sha256:
        findings.add(name, f"Its SHA-256 is {solution_sha256}, not {one.solution_sha256}: labels were changed.", ASK)
    if split_sha256 != one.split_sha256:
        findings.add(
            name, f"Its split has the digest {split_sha256}, not {one.split_sha256}: rows changed their part.", ASK
        )
    made = commitment(one.salt, solution_sha256, split_sha256, one.terms)
    if made != one.digest:
        findings.add(
            where,
            f"Labels, split, settings, grader and salt give the digest {made}; published was {one.digest}.",
            ASK,
        )


def _binds(one: Opened, rules: Rules) -> bool:
    return {**one.terms, "grader": None} == {**rules.terms, "grader": None}


def _differing(one: Opened, rules: Rules) -> str:
    names = sorted(name for name in rules.terms if one.terms.get(name) != rules.terms[name])
    return ", ".join(f"{name} {one.terms.get(name)!r} became {rules.terms[name]!r}" for name in names)
