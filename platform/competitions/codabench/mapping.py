"""From a Codabench bundle to a competition, with a line of the report for each field."""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.text import slugify

from competitions.as_files.reading import Bundle
from competitions.as_files.schema import Description, count_from, shown, text_from
from competitions.as_files.source import Source
from competitions.codabench import unmapped
from competitions.codabench.files import MappedFiles, mapped_files
from competitions.codabench.pages import mapped_pages
from competitions.codabench.reading import BundleFiles, Member, bundle_files, moment, read_yaml, tables
from competitions.codabench.report import Report
from grader.scoring.metrics import METRICS

LOOKS_LIKE_A_LOSS = re.compile(r"mse|mae|rmse|loss|err|dist|perplex|wer\b|cer\b", re.IGNORECASE)
# What Codabench assumes where nothing is written.
DAILY_LIMIT, TOTAL_LIMIT, PRECISION = 5, 100, 2
# A day later there is none.
LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)
MOST_UNKNOWN = 50
RULES = {
    "Force_Best": "The best submission of a team stands on the leaderboard, as there.",
    "Add": "There, a participant puts submissions on the board by hand",
    "Add_And_Delete": "There, a participant puts submissions on the board and takes them off",
    "Add_And_Delete_Multiple": "There, a participant puts several submissions on the board",
    "Force_Last": "There, the last submission stands on the board",
    "Force_Latest_Multiple": "There, all submissions stand on the board",
}


@dataclass(frozen=True)
class Choice:
    """What a bundle does not say, or says in a program: the metric, its k, the address, and which phase is meant.

    `phase`: an index or a name; "" for the last one. `slug` "" is made from the title.
    """

    metric: str
    metric_k: int | None = None
    slug: str = ""
    phase: str = ""


@dataclass(frozen=True)
class Mapped:
    """A bundle as it would become a competition. `solution`: labels that can be checked; None: there are none."""

    bundle: Bundle
    report: Report
    solution: Member | None


@contextmanager
def mapped(source: Source, choice: Choice) -> Iterator[Mapped]:
    """Map a bundle; what it says can be read for as long as the context lasts. Raises FilesRefused."""
    content = read_yaml(source)
    report = Report()
    with bundle_files(source) as files:
        yield _mapped(content, files, choice, report)


def _mapped(content: dict[str, Any], files: BundleFiles, choice: Choice, report: Report) -> Mapped:
    title = _title(content, report)
    values: dict[str, Any] = {
        "title": title,
        "tagline": _tagline(content, title, report),
        "is_published": False,
        "entry": _entry(content, report),
        "takes_predictions": True,
        "takes_models": False,
        # A bundle has no range; a metric may have one of its own.
        "lowest": _finite(METRICS[choice.metric].predictions_lowest),
        "highest": _finite(METRICS[choice.metric].predictions_highest),
        "metric": choice.metric,
        "metric_k": choice.metric_k,
    }
    pages = mapped_pages(content, files, report)
    _leftovers(content, "", unmapped.KNOWN_OF_COMPETITION, unmapped.OF_COMPETITION, report)
    phase = _phase(content, choice, report)
    values |= _dates(phase, report) | _limits(phase, report)
    _leftovers(phase, "phases: ", unmapped.KNOWN_OF_PHASE, unmapped.OF_PHASE, report)
    task = _task(content, phase, report)
    _leftovers(task, "tasks: ", unmapped.KNOWN_OF_TASK, unmapped.OF_TASK, report)
    found = mapped_files(phase, task, files, METRICS[choice.metric], report)
    values |= found.values | _board(content, choice, report)
    report.warn("metric", "Compare the metric that you chose with the bundle's scoring program: only you can tell.")
    return Mapped(
        _bundle(choice.slug or slugify(title)[:50] or "imported", values, pages, found), report, found.solution
    )


def _bundle(slug: str, values: dict[str, Any], pages: dict[str, str], found: MappedFiles) -> Bundle:
    return Bundle(Description(slug, values, None, pages, found.entries, None), found)


def _finite(end: float | None) -> float | None:
    return end if end is not None and math.isfinite(end) else None


def _title(content: Mapping[str, Any], report: Report) -> str:
    title = str(text_from(content["title"]) or shown(content["title"])).strip() or "Imported"
    report.mapped("title", shown(title[:120]))
    return title[:120]


def _tagline(content: Mapping[str, Any], title: str, report: Report) -> str:
    lines = (text_from(content.get("description")) or "").strip().splitlines()
    if not lines:
        report.warn("description", "There is none; the title stands in for the sentence under it.")
        return title
    if len(lines) > 1 or len(lines[0]) > 200:
        report.differs("description", "Its first line is the sentence under the title; the rest is left out.")
    else:
        report.mapped("description", "It is the sentence under the title.")
    return lines[0][:200]


def _entry(content: Mapping[str, Any], report: Report) -> str:
    if content.get("registration_auto_approve") is True:
        report.mapped("registration_auto_approve", "Anyone with an account may join.")
        return "public"
    report.mapped("registration_auto_approve", "Not set to true: an organizer approves whoever wants to join.")
    return "approval"


def _phase(content: Mapping[str, Any], choice: Choice, report: Report) -> Mapping[str, Any]:
    """The phase that becomes the competition: the chosen one, or the last."""
    phases = sorted(tables(content["phases"]), key=lambda phase: count_from(phase.get("index")) or 0)
    if not phases:
        report.warn("phases", "There is none that can be read.")
        return {}
    wanted = [p for n, p in enumerate(phases) if choice.phase in (_name_of(p, n), str(p.get("index", n)))]
    if choice.phase and not wanted:
        names = ", ".join(repr(_name_of(phase, number)) for number, phase in enumerate(phases))
        report.warn("phases", f"There is no phase {choice.phase[:40]!r}; there are {names}. The last one is taken.")
    taken = wanted[0] if choice.phase and wanted else phases[-1]
    if len(phases) > 1:
        name = _name_of(taken, phases.index(taken))
        report.differs(
            "phases",
            f"There are {len(phases)}; one competition is made, of {name!r}. Submissions do not move from one phase to "
            "the next here: a competition has a public and a private part. Choose another phase, or import it too.",
        )
    return taken


def _name_of(phase: Mapping[str, Any], number: int) -> str:
    return text_from(phase.get("name")) or f"phase {number}"


def _dates(phase: Mapping[str, Any], report: Report) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, setting in (("start", "opens_at"), ("end", "closes_at")):
        place = f"phases: {key}"
        if phase.get(key) in (None, ""):
            means = "It never closes." if key == "end" else "It opens when it is imported."
            report.mapped(place, f"Nothing stands there. {means}")
            continue
        try:
            values[setting], has_time = moment(phase[key])
        except ValueError as error:
            report.warn(place, f"Set the date by hand: {error}.")
            continue
        read_as = shown(values[setting])
        if has_time:
            report.warn(
                place, f"It is read as {read_as}. Codabench leaves out times of day and zones, and ran it at 00:00 UTC."
            )
        else:
            report.mapped(place, f"It is read as {read_as}, with the month first where the year comes last.")
    if "closes_at" in values and values.get("opens_at") == values["closes_at"] < LAST_DAY:
        values["closes_at"] += timedelta(days=1)
        report.warn("phases: end", f"It ends as it begins; it closes a day later, {shown(values['closes_at'])}.")
    return values


def _limits(phase: Mapping[str, Any], report: Report) -> dict[str, Any]:
    values = {}
    for key, setting, default in (
        ("max_submissions_per_day", "daily_limit", DAILY_LIMIT),
        ("max_submissions", "total_limit", TOTAL_LIMIT),
    ):
        found = count_from(phase.get(key))
        values[setting] = found if found and found > 0 else default
        if values[setting] == found:
            report.differs(f"phases: {key}", f"{found} for each team; there for each person.")
        else:
            report.warn(f"phases: {key}", f"No number stands there; {default} is taken, as on Codabench.")
    if phase.get("accepts_only_result_submissions") is not True:
        report.warn(
            "phases: accepts_only_result_submissions",
            "Not set to true: this contest may take programs there. Prediction files alone are taken here.",
        )
    else:
        report.mapped("phases: accepts_only_result_submissions", "Prediction files are taken.")
    return values


def _task(content: Mapping[str, Any], phase: Mapping[str, Any], report: Report) -> Mapping[str, Any]:
    """The task of the phase; of several, the first."""
    tasks = tables(content["tasks"])
    listed = phase.get("tasks")
    named = listed if isinstance(listed, list) else []
    chosen = [task for task in tasks if count_from(task.get("index")) in named] or tasks
    if not chosen:
        report.warn("tasks", "There is none that can be read.")
        return {}
    if len(named) > 1:
        report.differs(
            "tasks", f"The phase has {len(named)}; the first is taken. There is one score per submission here."
        )
    return chosen[0]


def _board(content: Mapping[str, Any], choice: Choice, report: Report) -> dict[str, Any]:
    """Decimals, and what is to be said of the leaderboard's rule and direction."""
    boards = tables(content["leaderboards"])
    if len(boards) != 1:
        report.differs("leaderboards", f"There are {len(boards)}; the first is taken. A competition has one here.")
    board = boards[0] if boards else {}
    _rule(board, report)
    _leftovers(board, "leaderboards: ", unmapped.KNOWN_OF_LEADERBOARD, unmapped.OF_LEADERBOARD, report)
    columns = [column for column in tables(board.get("columns")) if not column.get("computation")]
    if len(tables(board.get("columns"))) > 1:
        report.differs("leaderboards: columns", "There are several; the first that is not computed is taken.")
    column = columns[0] if columns else {}
    _leftovers(column, "leaderboards: columns: ", unmapped.KNOWN_OF_COLUMN, unmapped.OF_COLUMN, report)
    _direction(column, choice, report)
    precision = count_from(column.get("precision"))
    if precision is not None and 0 <= precision <= 20:
        report.differs("leaderboards: columns: precision", f"{precision} decimals are shown, and ranks made from them.")
        return {"decimals": precision}
    report.warn("leaderboards: columns: precision", f"None is set; {PRECISION} decimals are shown, as on Codabench.")
    return {"decimals": PRECISION}


def _rule(board: Mapping[str, Any], report: Report) -> None:
    place, rule = "leaderboards: submission_rule", str(text_from(board.get("submission_rule")) or "Add")
    if rule == "Force_Best":
        report.mapped(place, RULES[rule])
    elif rule in RULES:
        report.differs(
            place, f"{RULES[rule]}; here it is the best, and each team chooses its submissions for the private ranking."
        )
    else:
        report.not_mapped(
            place, f"{shown(rule)} is no rule of Codabench. Here the best submission stands on the board."
        )


def _direction(column: Mapping[str, Any], choice: Choice, report: Report) -> None:
    """Tells where the bundle's direction is missing, doubtful, or not that of the metric that was chosen."""
    place = "leaderboards: columns: sorting"
    key, found = str(text_from(column.get("key")) or ""), text_from(column.get("sorting"))
    metric = METRICS[choice.metric]
    means_lower = found == "asc"
    if found not in ("asc", "desc"):
        report.warn(place, "None is set: Codabench takes it as desc, more is better.")
    better = "lower" if metric.lower_is_better else "higher"
    if means_lower == metric.lower_is_better:
        report.mapped(place, f"{metric.label}: {better} is better, as the bundle has it.")
    else:
        report.warn(
            place,
            f"The bundle sorts {'asc' if means_lower else 'desc'}, {'lower' if means_lower else 'higher'} is better; "
            f"of {metric.label}, {better} is better. The metric decides: choose another one if that is wrong.",
        )
    if LOOKS_LIKE_A_LOSS.search(key) and not means_lower:
        report.warn(place, f"The column {key[:40]!r} looks like a loss, and the bundle ranks the largest first.")


def _leftovers(
    found: Mapping[str, Any], prefix: str, known: Collection[str], reasons: Mapping[str, str], report: Report
) -> None:
    left = [str(key) for key in found if key not in known]
    for key in left[:MOST_UNKNOWN]:
        why = reasons.get(key, "This key is not known here, nor in version 2 of a bundle.")
        report.not_mapped(f"{prefix}{(text_from(key) or shown(key))[:60]}", why)
    if len(left) > MOST_UNKNOWN:
        report.not_mapped(f"{prefix}…", f"And {len(left) - MOST_UNKNOWN:,} more keys.")
