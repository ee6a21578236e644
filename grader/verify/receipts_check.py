"""Whether the receipts form one unbroken chain, and the submissions are those that it bears witness to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.scoring.receipts import CHAIN_BEGINS, digest_of, link, shown
from grader.verify.contents import TOLD_ITS_SCORE, Contents, Sent
from grader.verify.findings import Findings
from grader.verify.layout import FACTS, RECEIPTS, SUBMISSIONS
from grader.verify.opening import ArchiveFiles, BadArchive
from grader.verify.record import Record

COMPARE = "Compare the chain with the links that the site has shown and that teams have kept."
ASK = "Ask the team for its receipt, and the organizers why."


@dataclass(frozen=True)
class Witness:
    """What a receipt says of the file that was sent."""

    number: int
    submission: str
    team: int
    kind: str
    sent_at: str
    is_late: bool
    file_sha256: str
    predictions_sha256: str
    told: str
    public_score: str | None
    commitment: str


@dataclass
class Chain:
    """Its links in order, the digests of its receipts, and by submission the last word under the counting version."""

    links: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    last: dict[str, Witness] = field(default_factory=dict)


def check_receipts(contents: Contents, files: ArchiveFiles, findings: Findings) -> Chain:
    """Follow the chain link by link, then compare each submission with its receipt, and the other way round."""
    chain = Chain()
    previous = CHAIN_BEGINS
    for number, line in enumerate(files.json_lines(RECEIPTS), 1):
        findings.is_at("Receipts", number)
        where = f"{RECEIPTS}, receipt {number}"
        record = Record(line, where)
        text, its_link = record.text("text"), record.text("link")
        digest = digest_of(text)
        if link(previous, digest) != its_link:
            findings.add(where, "Its link does not follow from the one before it and its text.", COMPARE)
        chain.links.append(its_link)
        chain.digests.append(digest)
        previous = its_link
        facts = Record(_parsed(text, where), where)
        if facts.whole("number") != number:
            findings.add(where, f"It was receipt {facts.whole('number')} when it was written.", COMPARE)
        if facts.whole("solution_version") == contents.version:
            chain.last[facts.text("submission")] = _witness(number, facts)
    if previous != contents.head or len(chain.links) != contents.receipt_count:
        findings.add(
            f"{FACTS}, head",
            f"It names {contents.receipt_count:,} receipts that end in {contents.head}; here are {len(chain.links):,} "
            f"that end in {previous}.",
            COMPARE,
        )
    _compare(contents, chain, findings)
    findings.say(f"Receipts: {len(chain.links):,} in one chain, of {len(contents.submissions):,} submissions.")
    return chain


def _parsed(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadArchive(f"{where}: its text is no JSON ({problem}). Download the archive again.") from problem


def _witness(number: int, facts: Record) -> Witness:
    return Witness(
        number=number,
        submission=facts.text("submission"),
        team=facts.whole("team_key"),
        kind=facts.text("kind"),
        sent_at=facts.text("sent_at"),
        is_late=facts.truth("is_late"),
        file_sha256=facts.text("file_sha256"),
        predictions_sha256=facts.text("predictions_sha256"),
        told=facts.text("told"),
        public_score=facts.text_or_none("public_score"),
        commitment=facts.text("commitment"),
    )


def _compare(contents: Contents, chain: Chain, findings: Findings) -> None:
    known = {one.digest for one in contents.commitments}
    for sent in contents.submissions:
        witness = chain.last.get(sent.id)
        if witness is None:
            findings.add(f"{SUBMISSIONS}, {sent.id}", "No receipt speaks of it.", ASK)
            continue
        for sentence in _differences(sent, witness, contents):
            findings.add(f"{SUBMISSIONS}, {sent.id}", f"Receipt {witness.number} says otherwise: {sentence}", ASK)
        if witness.commitment and witness.commitment not in known:
            findings.add(
                f"{RECEIPTS}, receipt {witness.number}",
                f"It was scored under the commitment {witness.commitment}, which is not in the archive.",
                COMPARE,
            )
    listed = {sent.id for sent in contents.submissions}
    for submission, witness in chain.last.items():
        if submission not in listed:
            findings.add(
                f"{SUBMISSIONS}, {submission}", f"Receipt {witness.number} speaks of it, and it is not listed.", ASK
            )


def _differences(sent: Sent, witness: Witness, contents: Contents) -> Iterator[str]:
    """What a submission says otherwise than its receipt, in sentences."""
    if sent.receipt != witness.number:
        yield f"the submission names receipt {sent.receipt}."
    if sent.kind != witness.kind:
        yield f"it was a {witness.kind}, not a {sent.kind}."
    if sent.sent_at.isoformat() != witness.sent_at:
        yield f"it was sent at {witness.sent_at}, not {sent.sent_at.isoformat()}."
    if sent.is_late != witness.is_late:
        yield f"it was {'late' if witness.is_late else 'in time'}."
    if sent.told != witness.told:
        yield f"its team was told {witness.told!r}, not {sent.told!r}."
    if sent.public is not None and witness.told == TOLD_ITS_SCORE:
        score = shown(sent.public, contents.rules.decimals)
        if score != witness.public_score:
            yield f"its team was told {witness.public_score}, not {score}."
    if sent.team not in _teams_after(witness.team, contents):
        yield f"it was sent by team {witness.team}, which has not become team {sent.team}."


def _teams_after(key: int, contents: Contents) -> Iterator[int]:
    """The team, and those that it was merged into, one after the other."""
    passed: set[int] = set()
    while key not in passed:
        passed.add(key)
        yield key
        team = contents.teams.get(key)
        if team is None or team.merged_into is None:
            return
        key = team.merged_into
