"""Whether the files in the archive get the scores that it says: each is read and scored again."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.grade import Scores, score
from grader.scoring.arrays import Float64Array
from grader.scoring.model_answers import AnswersDoNotFit, read_answers
from grader.scoring.predictions import read_predictions
from grader.scoring.receipts import predictions_digest
from grader.scoring.rejection import Rejected
from grader.scoring.solution import Solution
from grader.verify.contents import SAVED_MODEL, Contents, Rules, Sent
from grader.verify.findings import Findings
from grader.verify.layout import SUBMISSIONS
from grader.verify.opening import ArchiveFiles
from grader.verify.receipts_check import Chain

COMPARE = "Compare it with the file that its team has kept."
ASK = "Ask the organizers which number is right."


def rescored(
    contents: Contents, files: ArchiveFiles, labels: Solution, chain: Chain, findings: Findings
) -> tuple[list[Sent], set[str]]:
    """The submissions with the scores of their files, where these are here; and the ids of those."""
    after: list[Sent] = []
    replayed: set[str] = set()
    with TemporaryDirectory() as folder:
        for sent in contents.submissions:
            found = None if sent.file is None else _scores(sent, files, labels, contents.rules, chain, folder, findings)
            if found is not None:
                replayed.add(sent.id)
                _compare(sent, found, findings)
                findings.is_at("Scores", len(replayed))
            after.append(sent if found is None else replace(sent, public=found.public, private=found.private))
    findings.say(f"Scores: {len(replayed):,} files scored again; those of {len(after) - len(replayed):,} as recorded.")
    return after, replayed


def _scores(
    sent: Sent,
    files: ArchiveFiles,
    labels: Solution,
    rules: Rules,
    chain: Chain,
    folder: str,
    findings: Findings,
) -> Scores | None:
    """What the file gets. None: it has no score any more, or cannot be scored."""
    name = sent.file or ""
    if name not in files.sizes:
        findings.add(name or sent.id, "The file is missing.", COMPARE)
        return None
    witness = chain.last.get(sent.id)
    if witness and sent.kind != SAVED_MODEL and (digest := files.sha256(name)) != witness.file_sha256:
        findings.add(name, f"Its SHA-256 is {digest}; receipt {witness.number} says {witness.file_sha256}.", COMPARE)
    path = files.copy_out(name, Path(folder) / "predictions")
    try:
        predictions = _read(sent, path, labels, rules)
        found = score(predictions, labels, rules.metric_name, rules.k, with_private=not sent.is_late)
    except (Rejected, AnswersDoNotFit, ValueError) as problem:
        reason = problem.problems[0] if isinstance(problem, Rejected) else problem
        findings.add(name, f"It cannot be scored: {reason}", COMPARE)
        return None
    if witness and witness.predictions_sha256 not in ("", predictions_digest(predictions)):
        findings.add(name, f"Its values are not those that receipt {witness.number} was written for.", COMPARE)
    return found if sent.public is not None else None


def _read(sent: Sent, path: Path, labels: Solution, rules: Rules) -> Float64Array:
    if sent.kind == SAVED_MODEL:
        return read_answers(path, labels.row_ids, rules.expected)
    return read_predictions(path, labels.row_ids, rules.expected)


def _compare(sent: Sent, found: Scores, findings: Findings) -> None:
    for part, recorded, again in (("public", sent.public, found.public), ("private", sent.private, found.private)):
        if recorded != again:
            findings.add(
                f"{SUBMISSIONS}, {sent.id}", f"Its {part} score is {recorded!r} there, and {again!r} by its file.", ASK
            )
