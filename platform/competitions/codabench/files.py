"""The data of a bundle: what participants get, what stays hidden, and the labels."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.as_files.refusal import FilesRefused
from competitions.as_files.schema import DataEntry
from competitions.codabench.reading import BundleFiles, Member
from competitions.codabench.report import Report
from competitions.models import COLUMN_NAME, TEST_FILE
from config.by_locale import whole
from grader.scoring.metric import Metric

DATA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# What predictions of a list's order are called; the solution of such a contest has a relevance in its place.
SCORE_COLUMN = "score"


@dataclass
class MappedFiles:
    """The data files to be, readable as data/<name>; settings that they decide; and the labels, if they can be read."""

    entries: tuple[DataEntry, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    solution: Member | None = None
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def sizes(self) -> Mapping[str, int]:
        return {name: member.size_bytes for name, member in self.members.items()}

    def open(self, name: str) -> BinaryIO:
        return self.members[name].source.open(self.members[name].name)


def mapped_files(
    phase: Mapping[str, Any], task: Mapping[str, Any], files: BundleFiles, metric: Metric, report: Report
) -> MappedFiles:
    """Take what the phase and its task name, labels as the metric wants them. Raises FilesRefused for too much."""
    found = MappedFiles()
    entries = [
        *_taken("phases: public_data", phase.get("public_data"), "For everyone.", files, found, report),
        *_taken("phases: starting_kit", phase.get("starting_kit"), "Starting kit.", files, found, report),
        *_taken("tasks: input_data", task.get("input_data"), "Input data.", files, found, report, is_hidden=True),
    ]
    found.entries = tuple(sorted(entries, key=lambda entry: entry.name))
    if (total := sum(entry.size_bytes for entry in entries)) > settings.MAX_UNPACKED_BYTES:
        raise FilesRefused(
            _("The data has %(total)s bytes unpacked; at most %(most)s are taken.")
            % {"total": whole(total), "most": whole(settings.MAX_UNPACKED_BYTES)}
        )
    _labels(task, files, found, metric, report)
    return found


def _taken(
    place: str, name: Any, description: str, files: BundleFiles, found: MappedFiles, report: Report,
    is_hidden: bool = False,
) -> Iterator[DataEntry]:  # fmt: skip
    if name is None:
        return
    members = files.at(name) if isinstance(name, str) else None
    if not members:
        report.not_mapped(
            place, _("It is not in the bundle. Codabench's own exports lose it; upload it under Data files.")
        )
        return
    taken = 0
    for member in members:
        path = f"data/{member.file_name}"
        if not DATA_NAME.fullmatch(member.file_name):
            report.not_mapped(
                place,
                _("%(file_name)r: a name here is of letters, digits, '.', '_' and '-'.")
                % {"file_name": member.file_name[:60]},
            )
        elif path in found.members:
            report.not_mapped(
                place,
                _("%(file_name)s: another file of that name was taken already.") % {"file_name": member.file_name},
            )
        else:
            taken += 1
            found.members[path] = member
            yield DataEntry(member.file_name, description, is_hidden, member.size_bytes, member.sha256())
    if is_hidden:
        report.differs(
            place,
            _(
                "%(files)s, hidden: nobody can download them. Show those that participants need, among them "
                "one that is named %(test_file)s."
            )
            % {"files": _files(taken), "test_file": TEST_FILE},
        )
    else:
        report.mapped(place, _("%(files)s, which can be downloaded.") % {"files": _files(taken)})


def _files(count: int) -> str:
    return ngettext("%(count)s data file", "%(count)s data files", count) % {"count": whole(count)}


def _labels(task: Mapping[str, Any], files: BundleFiles, found: MappedFiles, metric: Metric, report: Report) -> None:
    wanted = ", ".join(metric.solution_columns("id", "target"))
    cure = _("Make a CSV with the columns %(wanted)s (Public or Private), and upload it under Solutions.") % {
        "wanted": wanted
    }
    place, name = "tasks: reference_data", task.get("reference_data")
    members = files.at(name) if isinstance(name, str) else None
    if not members:
        report.warn(place, _("It is not in the bundle: the competition has no labels yet. %(cure)s") % {"cure": cure})
        return
    given = {member.sha256() for member in found.members.values()}
    shared = [member for member in members if member.size_bytes and member.sha256() in given]
    if shared:
        found.values["labels_are_public"] = True
        report.warn(
            place,
            _(
                "%(file_name)s is among the input or public data as well: whoever has it has the labels. They "
                "are no solution here, and the competition is marked as practice. Do not publish it before "
                "that is mended."
            )
            % {"file_name": shared[0].file_name},
        )
        return
    tabular = [member for member in members if member.file_name.lower().endswith(".csv")]
    columns = _columns(tabular[0].first_line(), metric) if len(members) == 1 and tabular else None
    if columns is None:
        # Nothing of what was found is told: a file without a header begins with a label.
        report.not_mapped(place, _("It is not one CSV of that kind with a header. %(cure)s") % {"cure": cure})
        return
    found.solution = tabular[0]
    found.values |= {"id_column": columns[0], "target_column": columns[1]}
    report.mapped(place, _("It goes into the label store as a solution; the scoring worker checks it."))


def _columns(header: str, metric: Metric) -> tuple[str, str] | None:
    """(id column, target column) of a solution with that first line; None: it is no solution for the metric."""
    names = tuple(header.split(","))
    if len(names) < 3 or not all(re.fullmatch(COLUMN_NAME, name) for name in names[:2]):
        return None
    target = SCORE_COLUMN if metric.needs_groups else names[1]
    return (names[0], target) if names == tuple(metric.solution_columns(names[0], target)) else None
