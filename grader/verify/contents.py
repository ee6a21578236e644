"""What an archive says, as values: read from its JSON, and not yet believed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.scoring.commitment import SALT_BYTES, Facts
from grader.scoring.metrics import METRICS, Metric
from grader.scoring.prediction_format import OutOfRange, PredictionFormat
from grader.verify import layout
from grader.verify.opening import ArchiveFiles, BadArchive
from grader.verify.record import Record, records

LARGEST_PREDICTIONS_BYTES = 4_000_000_000
TOLD_ITS_SCORE = "score"
SAVED_MODEL = "saved_model"


@dataclass(frozen=True)
class Rules:
    """How scores and ranks are made. `terms` are the settings that commitments bind."""

    terms: Facts
    metric: Metric
    metric_name: str
    k: int | None
    decimals: int
    is_ladder: bool
    final_selection_count: int
    expected: PredictionFormat


@dataclass(frozen=True)
class Opened:
    """A commitment, with what it was made from; `salt` None: its solution never counted, and stays closed."""

    version: int
    digest: str
    terms: Facts
    salt: bytes | None
    solution_sha256: str | None
    split_sha256: str | None


@dataclass(frozen=True)
class Team:
    key: int
    name: str
    is_baseline: bool
    is_disqualified: bool
    merged_into: int | None


@dataclass(frozen=True)
class Sent:
    """A scored submission. `key` orders equals; `file` None: it is not here; `public` None: it has lost its score."""

    key: int
    id: str
    team: int
    kind: str
    sent_at: datetime
    is_late: bool
    is_selected: bool
    is_disqualified: bool
    told: str
    receipt: int
    public: float | None
    private: float | None
    file: str | None


@dataclass(frozen=True)
class Line:
    """A line of an archived board; `score` as it was shown."""

    rank: int | None
    team: int
    name: str
    score: str | None


@dataclass(frozen=True)
class Contents:
    """All of it but the receipts and the files. `version` is the solution that counts; `digests` by file name."""

    slug: str
    title: str
    grader: str
    version: int
    rules: Rules
    head: str
    receipt_count: int
    digests: dict[str, str]
    commitments: list[Opened]
    teams: dict[int, Team]
    submissions: list[Sent]
    final: list[Line]
    public: list[Line]


def read_contents(files: ArchiveFiles) -> Contents:
    """Raises BadArchive."""
    facts = Record(files.json(layout.FACTS), layout.FACTS)
    if facts.text("format") != layout.FORMAT:
        raise BadArchive(
            f"{layout.FACTS}: its format is {facts.text('format')[:40]!r}; this program reads {layout.FORMAT!r}. "
            "Take the program of the site's version."
        )
    boards = Record(files.json(layout.RANKING), layout.RANKING)
    teams = [_team(team) for team in records(files.json(layout.TEAMS), layout.TEAMS)]
    digests = facts.record("files").facts()
    submissions = [
        _sent(Record(line, f"{layout.SUBMISSIONS}, line {number}"))
        for number, line in enumerate(files.json_lines(layout.SUBMISSIONS), 1)
    ]
    _refuse_twice(layout.TEAMS, "key", [team.key for team in teams])
    _refuse_twice(layout.SUBMISSIONS, "id", [sent.id for sent in submissions])
    _refuse_twice(layout.SUBMISSIONS, "key", [sent.key for sent in submissions])
    return Contents(
        slug=facts.text("competition"),
        title=facts.text("title"),
        grader=facts.text("grader"),
        version=facts.whole("version"),
        rules=_rules(facts),
        head=facts.text("head"),
        receipt_count=facts.whole("receipt_count"),
        digests={name: str(digest) for name, digest in digests.items()},
        commitments=[_opened(one) for one in records(files.json(layout.COMMITMENTS), layout.COMMITMENTS)],
        teams={team.key: team for team in teams},
        submissions=submissions,
        final=[_line(line) for line in boards.records("final")],
        public=[_line(line) for line in boards.records("public")],
    )


def _refuse_twice(where: str, what: str, values: Sequence[str | int]) -> None:
    if len(set(values)) != len(values):
        twice = next(value for value, count in Counter(values).items() if count > 1)
        raise BadArchive(f"{where}: the {what} {twice} comes twice. Download the archive again.")


def _rules(facts: Record) -> Rules:
    terms = facts.record("terms")
    name = terms.text("metric")
    if name not in METRICS:
        raise BadArchive(f"{layout.FACTS}, terms: there is no metric {name[:40]!r}. Take the site's version of this.")
    metric = METRICS[name]
    lowest, highest = terms.number_or_none("lowest"), terms.number_or_none("highest")
    try:
        metric.check_k(terms.whole_or_none("metric_k"))
        expected = PredictionFormat(
            id_column=terms.text("id_column"),
            target_column=terms.text("target_column"),
            lowest=float("-inf") if lowest is None else lowest,
            highest=float("inf") if highest is None else highest,
            out_of_range=OutOfRange(terms.text("out_of_range")),
            max_bytes=LARGEST_PREDICTIONS_BYTES,
            max_unpacked_bytes=LARGEST_PREDICTIONS_BYTES,
            integers_only=metric.predicts_classes,
        )
    except ValueError as problem:
        raise BadArchive(f"{layout.FACTS}, terms: {problem} Download the archive again.") from problem
    count = facts.whole("final_selection_count")
    decimals = terms.whole("decimals")
    if count < 1 or not 0 <= decimals <= 20:
        raise BadArchive(f"{layout.FACTS}: {count} final submissions and {decimals} decimals are no such numbers.")
    return Rules(
        terms=terms.facts(),
        metric=metric,
        metric_name=name,
        k=terms.whole_or_none("metric_k"),
        decimals=decimals,
        is_ladder=terms.text("disclosure") == "ladder",
        final_selection_count=count,
        expected=expected,
    )


def _opened(one: Record) -> Opened:
    salt = one.text_or_none("salt")
    try:
        opened_with = None if salt is None else bytes.fromhex(salt)
    except ValueError:
        opened_with = b""
    if opened_with is not None and len(opened_with) != SALT_BYTES:
        raise BadArchive(f"{layout.COMMITMENTS}: a salt is {SALT_BYTES} bytes in hexadecimal, not {salt!r:.70}.")
    return Opened(
        version=one.whole("version"),
        digest=one.text("digest"),
        terms=one.record("terms").facts(),
        salt=opened_with,
        solution_sha256=one.text_or_none("solution_sha256"),
        split_sha256=one.text_or_none("split_sha256"),
    )


def _team(team: Record) -> Team:
    return Team(
        key=team.whole("key"),
        name=team.text("name"),
        is_baseline=team.truth("is_baseline"),
        is_disqualified=team.truth("is_disqualified"),
        merged_into=team.whole_or_none("merged_into"),
    )


def _sent(sent: Record) -> Sent:
    return Sent(
        key=sent.whole("key"),
        id=sent.text("id"),
        team=sent.whole("team"),
        kind=sent.text("kind"),
        sent_at=sent.moment("sent_at"),
        is_late=sent.truth("is_late"),
        is_selected=sent.truth("is_selected"),
        is_disqualified=sent.truth("is_disqualified"),
        told=sent.text("told"),
        receipt=sent.whole("receipt"),
        public=sent.number_or_none("public_score"),
        private=sent.number_or_none("private_score"),
        file=sent.text_or_none("file"),
    )


def _line(line: Record) -> Line:
    return Line(line.whole_or_none("rank"), line.whole("team"), line.text("name"), line.text_or_none("score"))
