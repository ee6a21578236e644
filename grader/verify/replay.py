"""The whole replay of an archive, and its comparison with what people have kept of the site."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path

from grader.scoring.receipts import digest_of
from grader.scoring.version import grader_version
from grader.verify.contents import Contents, read_contents
from grader.verify.findings import Findings
from grader.verify.labels_check import check_labels
from grader.verify.layout import FACTS
from grader.verify.opening import ArchiveFiles, BadArchive, open_archive
from grader.verify.ranking_check import check_ranking
from grader.verify.receipts_check import Chain, check_receipts
from grader.verify.record import Record
from grader.verify.scores_check import rescored

AGAIN = "Download the archive again from the site."
SHOW = "Show both to the organizers, and to the other teams."


@dataclass(frozen=True)
class Kept:
    """What somebody has kept from elsewhere: the zip's SHA-256, commitments, links of the chain, receipt files."""

    sha256: str = ""
    commitments: Sequence[str] = ()
    links: Sequence[str] = ()
    receipts: Sequence[Path] = field(default_factory=tuple)


def replay(path: Path, kept: Kept, say: Callable[[str], None]) -> tuple[Contents, Findings]:
    """Check and replay the archive at `path`. Raises BadArchive where it cannot be read at all."""
    findings = Findings(say)
    if kept.sha256:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        if digest != kept.sha256.lower():
            findings.add(str(path), f"Its SHA-256 is {digest}, not {kept.sha256}.", AGAIN)
    with open_archive(path) as files:
        contents = read_contents(files)
        say(f"{contents.title} ({contents.slug}), solution version {contents.version}, {contents.grader}.")
        if contents.grader != grader_version():
            say(f"Note: this is {grader_version()}. Where the scores come out the same, it makes no difference.")
        if contents.rules.is_ladder:
            say("Note: a ladder board. Which files were told their score is taken from the receipts.")
        _check_digests(contents, files, findings)
        labels = check_labels(contents, files, findings)
        chain = check_receipts(contents, files, findings)
        _check_kept(contents, chain, kept, findings)
        if labels is not None:
            submissions, replayed = rescored(contents, files, labels, chain, findings)
            check_ranking(contents, submissions, replayed, findings)
    return contents, findings


def _check_digests(contents: Contents, files: ArchiveFiles, findings: Findings) -> None:
    listed = set(files.sizes) - {FACTS}
    for number, name in enumerate(sorted(listed | set(contents.digests))):
        findings.is_at("Files", number)
        if name not in listed:
            findings.add(name, f"{FACTS} lists it, and it is missing.", AGAIN)
        elif name not in contents.digests:
            findings.add(name, f"{FACTS} does not list it.", AGAIN)
        elif files.sha256(name) != contents.digests[name]:
            findings.add(name, f"Its SHA-256 is not the one in {FACTS}.", AGAIN)
    findings.say(f"Files: {len(listed):,}, each compared with its digest in {FACTS}.")


def _check_kept(contents: Contents, chain: Chain, kept: Kept, findings: Findings) -> None:
    """What was kept must be in the archive."""
    published = {one.digest for one in contents.commitments}
    for digest in kept.commitments:
        if digest.lower() not in published:
            findings.add("The commitment that you kept", f"{digest} is not in the archive.", SHOW)
    for link in kept.links:
        if link.lower() not in chain.links:
            findings.add("The link that you kept", f"{link} is not in the archive's chain.", SHOW)
    for path in kept.receipts:
        record = Record(_receipt_file(path), str(path))
        number, digest = record.whole("number"), digest_of(record.text("text"))
        if not 1 <= number <= len(chain.digests) or chain.digests[number - 1] != digest:
            findings.add(str(path), f"Receipt {number} is another one in the archive, or not there.", SHOW)


def _receipt_file(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except OSError as problem:
        raise BadArchive(f"{path}: it cannot be read ({problem.strerror}). Check the path.") from problem
    except (ValueError, RecursionError) as problem:
        raise BadArchive(f"{path}: it is no receipt ({problem}). Give the file that the site offers.") from problem
