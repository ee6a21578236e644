"""From a Codabench bundle to a competition, with a line of the report for each field."""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from competitions.as_files.reading import Bundle
from competitions.as_files.schema import Description, count_from, shown, text_from
from competitions.as_files.source import Source
from competitions.codabench import unmapped
from competitions.codabench.files import MappedFiles, mapped_files
from competitions.codabench.pages import mapped_pages
from competitions.codabench.reading import BundleFiles, Member, bundle_files, moment, read_yaml, tables
from competitions.codabench.report import Report
from config.by_locale import whole
from grader.scoring.metrics import METRICS

LOOKS_LIKE_A_LOSS = re.compile(r"mse|mae|rmse|loss|err|dist|perplex|wer\b|cer\b", re.IGNORECASE)
# What Codabench assumes where nothing is written.
DAILY_LIMIT, TOTAL_LIMIT, PRECISION = 5, 100, 2
# A day later there is none.
LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)
MOST_UNKNOWN = 50
RULES = {
    "Force_Best": gettext_lazy("The best submission of a team stands on the leaderboard, as there."),
    "Add": gettext_lazy("There, a participant puts submissions on the board by hand"),
    "Add_And_Delete": gettext_lazy("There, a participant puts submissions on the board and takes them off"),
    "Add_And_Delete_Multiple": gettext_lazy("There, a participant puts several submissions on the board"),
    "Force_Last": gettext_lazy("There, the last submission stands on the board"),
    "Force_Latest_Multiple": gettext_lazy("There, all submissions stand on the board"),
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
    report.warn("metric", _("Compare the metric that you chose with the bundle's scoring program: only you can tell."))
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
        report.warn("description", _("There is none; the title stands in for the sentence under it."))
        return title
    if len(lines) > 1 or len(lines[0]) > 200:
        report.differs("description", _("Its first line is the sentence under the title; the rest is left out."))
    else:
        report.mapped("description", _("It is the sentence under the title."))
    return lines[0][:200]


def _entry(content: Mapping[str, Any], report: Report) -> str:
    if content.get("registration_auto_approve") is True:
        report.mapped("registration_auto_approve", _("Anyone with an account may join."))
        return "public"
    report.mapped("registration_auto_approve", _("Not set to true: an organizer approves whoever wants to join."))
    return "approval"


def _phase(content: Mapping[str, Any], choice: Choice, report: Report) -> Mapping[str, Any]:
    """The phase that becomes the competition: the chosen one, or the last."""
    phases = sorted(tables(content["phases"]), key=lambda phase: count_from(phase.get("index")) or 0)
    if not phases:
        report.warn("phases", _("There is none that can be read."))
        return {}
    wanted = [p for n, p in enumerate(phases) if choice.phase in (_name_of(p, n), str(p.get("index", n)))]
    if choice.phase and not wanted:
        names = ", ".join(repr(_name_of(phase, number)) for number, phase in enumerate(phases))
        report.warn(
            "phases",
            _("There is no phase %(phase)r; there are %(names)s. The last one is taken.")
            % {"phase": choice.phase[:40], "names": names},
        )
    taken = wanted[0] if choice.phase and wanted else phases[-1]
    if len(phases) > 1:
        name = _name_of(taken, phases.index(taken))
        report.differs(
            "phases",
            _(
                "There are %(count)s; one competition is made, of %(name)r. Submissions do not move from "
                "one phase to the next here: a competition has a public and a private part. Choose another "
                "phase, or import it too."
            )
            % {"count": len(phases), "name": name},
        )
    return taken


def _name_of(phase: Mapping[str, Any], number: int) -> str:
    return text_from(phase.get("name")) or _("phase %(number)s") % {"number": number}


def _dates(phase: Mapping[str, Any], report: Report) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, setting in (("start", "opens_at"), ("end", "closes_at")):
        place = f"phases: {key}"
        if phase.get(key) in (None, ""):
            means = _("It never closes.") if key == "end" else _("It opens when it is imported.")
            report.mapped(place, _("Nothing stands there. %(means)s") % {"means": means})
            continue
        try:
            values[setting], has_time = moment(phase[key])
        except ValueError as error:
            report.warn(place, _("Set the date by hand: %(error)s.") % {"error": error})
            continue
        read_as = shown(values[setting])
        if has_time:
            report.warn(
                place,
                _("It is read as %(read_as)s. Codabench leaves out times of day and zones, and ran it at 00:00 UTC.")
                % {"read_as": read_as},
            )
        else:
            report.mapped(
                place,
                _("It is read as %(read_as)s, with the month first where the year comes last.") % {"read_as": read_as},
            )
    if "closes_at" in values and values.get("opens_at") == values["closes_at"] < LAST_DAY:
        values["closes_at"] += timedelta(days=1)
        report.warn(
            "phases: end",
            _("It ends as it begins; it closes a day later, %(closes_at)s.")
            % {"closes_at": shown(values["closes_at"])},
        )
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
            report.differs(
                f"phases: {key}",
                _("%(found)s for each team; there for each person.") % {"found": found},
            )
        else:
            report.warn(
                f"phases: {key}",
                _("No number stands there; %(default)s is taken, as on Codabench.") % {"default": default},
            )
    if phase.get("accepts_only_result_submissions") is not True:
        report.warn(
            "phases: accepts_only_result_submissions",
            _("Not set to true: this contest may take programs there. Prediction files alone are taken here."),
        )
    else:
        report.mapped("phases: accepts_only_result_submissions", _("Prediction files are taken."))
    return values


def _task(content: Mapping[str, Any], phase: Mapping[str, Any], report: Report) -> Mapping[str, Any]:
    """The task of the phase; of several, the first."""
    tasks = tables(content["tasks"])
    listed = phase.get("tasks")
    named = listed if isinstance(listed, list) else []
    chosen = [task for task in tasks if count_from(task.get("index")) in named] or tasks
    if not chosen:
        report.warn("tasks", _("There is none that can be read."))
        return {}
    if len(named) > 1:
        report.differs(
            "tasks",
            _("The phase has %(count)s; the first is taken. There is one score per submission here.")
            % {"count": len(named)},
        )
    return chosen[0]


def _board(content: Mapping[str, Any], choice: Choice, report: Report) -> dict[str, Any]:
    """Decimals, and what is to be said of the leaderboard's rule and direction."""
    boards = tables(content["leaderboards"])
    if len(boards) != 1:
        report.differs(
            "leaderboards",
            _("There are %(count)s; the first is taken. A competition has one here.") % {"count": len(boards)},
        )
    board = boards[0] if boards else {}
    _rule(board, report)
    _leftovers(board, "leaderboards: ", unmapped.KNOWN_OF_LEADERBOARD, unmapped.OF_LEADERBOARD, report)
    columns = [column for column in tables(board.get("columns")) if not column.get("computation")]
    if len(tables(board.get("columns"))) > 1:
        report.differs("leaderboards: columns", _("There are several; the first that is not computed is taken."))
    column = columns[0] if columns else {}
    _leftovers(column, "leaderboards: columns: ", unmapped.KNOWN_OF_COLUMN, unmapped.OF_COLUMN, report)
    _direction(column, choice, report)
    precision = count_from(column.get("precision"))
    if precision is not None and 0 <= precision <= 20:
        report.differs(
            "leaderboards: columns: precision",
            _("%(precision)s decimals are shown, and ranks made from them.") % {"precision": precision},
        )
        return {"decimals": precision}
    report.warn(
        "leaderboards: columns: precision",
        _("None is set; %(precision)s decimals are shown, as on Codabench.") % {"precision": PRECISION},
    )
    return {"decimals": PRECISION}


def _rule(board: Mapping[str, Any], report: Report) -> None:
    place, rule = "leaderboards: submission_rule", str(text_from(board.get("submission_rule")) or "Add")
    if rule == "Force_Best":
        report.mapped(place, str(RULES[rule]))
    elif rule in RULES:
        report.differs(
            place,
            _("%(rules)s; here it is the best, and each team chooses its submissions for the private ranking.")
            % {"rules": RULES[rule]},
        )
    else:
        report.not_mapped(
            place,
            _("%(rule)s is no rule of Codabench. Here the best submission stands on the board.")
            % {"rule": shown(rule)},
        )


def _direction(column: Mapping[str, Any], choice: Choice, report: Report) -> None:
    """Tells where the bundle's direction is missing, doubtful, or not that of the metric that was chosen."""
    place = "leaderboards: columns: sorting"
    key, found = str(text_from(column.get("key")) or ""), text_from(column.get("sorting"))
    metric = METRICS[choice.metric]
    means_lower = found == "asc"
    if found not in ("asc", "desc"):
        report.warn(place, _("None is set: Codabench takes it as desc, more is better."))
    if means_lower == metric.lower_is_better:
        said = (
            _("%(metric)s: lower is better, as the bundle has it.")
            if means_lower
            else _("%(metric)s: higher is better, as the bundle has it.")
        )
        report.mapped(place, said % {"metric": metric.label})
    else:
        said = (
            _(
                "The bundle sorts asc, lower is better; of %(metric)s, higher is better. The metric decides: choose "
                "another one if that is wrong."
            )
            if means_lower
            else _(
                "The bundle sorts desc, higher is better; of %(metric)s, lower is better. The metric decides: choose "
                "another one if that is wrong."
            )
        )
        report.warn(place, said % {"metric": metric.label})
    if LOOKS_LIKE_A_LOSS.search(key) and not means_lower:
        report.warn(
            place,
            _("The column %(key)r looks like a loss, and the bundle ranks the largest first.") % {"key": key[:40]},
        )


def _leftovers(
    found: Mapping[str, Any], prefix: str, known: Collection[str], reasons: Mapping[str, str | Promise], report: Report
) -> None:
    left = [str(key) for key in found if key not in known]
    for key in left[:MOST_UNKNOWN]:
        why = str(reasons.get(key, _("This key is not known here, nor in version 2 of a bundle.")))
        report.not_mapped(f"{prefix}{(text_from(key) or shown(key))[:60]}", why)
    if len(left) > MOST_UNKNOWN:
        report.not_mapped(
            f"{prefix}…",
            ngettext("And %(count)s more key.", "And %(count)s more keys.", len(left) - MOST_UNKNOWN)
            % {"count": whole(len(left) - MOST_UNKNOWN)},
        )
