"""A bundle's competition.yaml, and the files that it names, some of them zips in the zip."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from competitions.as_files.refusal import FilesRefused
from competitions.as_files.schema import shown
from competitions.as_files.source import YAML_FILE, Source, chunks_of, open_zip, sha256_of, text_of
from competitions.as_files.yaml_text import load

# Bundles have a few; what they stand for is never unfolded into a report.
MOST_ALIASES = 20
MONTH_DAY_YEAR = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?:[T ]+(.*))?\Z")
YEAR_MONTH_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(.*))?\Z")


@dataclass(frozen=True)
class Member:
    """One file of a bundle, wherever it lies."""

    source: Source
    name: str

    @property
    def file_name(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def size_bytes(self) -> int:
        return self.source.sizes[self.name]

    def sha256(self) -> str:
        return sha256_of(chunks_of(self.source, self.name))

    def first_line(self) -> str:
        """Its first line, at most 1,000 bytes of it; "" for what is no text."""
        with self.source.open(self.name) as file:
            head = file.read(1000)
        try:
            return head.split(b"\n")[0].decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            return ""


class BundleFiles:
    """The files of a bundle, looked up as Codabench does: a file, a zip of files, or a folder."""

    def __init__(self, source: Source, stack: ExitStack) -> None:
        self._source = source
        self._stack = stack
        self._opened: dict[str, list[Member]] = {}

    def text(self, name: str) -> str | None:
        """The text of a page; None: there is no such file."""
        name = _tidy(name)
        return text_of(self._source, name) if name in self._source.sizes else None

    def at(self, name: str) -> list[Member] | None:
        """The files that the name stands for; None: there is nothing by it in the bundle."""
        name = _tidy(name)
        if name not in self._opened:
            self._opened[name] = self._look_up(name)
        return self._opened[name] or None

    def _look_up(self, name: str) -> list[Member]:
        if name not in self._source.sizes:
            return [Member(self._source, inner) for inner in self._source.sizes if inner.startswith(f"{name}/")]
        if not name.endswith(".zip"):
            return [Member(self._source, name)]
        # A zip in a zip cannot be sought in; it is copied where nothing looks for programs.
        copy = self._stack.enter_context(TemporaryFile(dir=settings.UPLOAD_TEMP_DIR))  # noqa: SIM115  # the stack does
        for chunk in chunks_of(self._source, name):
            copy.write(chunk)
        inner = self._stack.enter_context(open_zip(cast(BinaryIO, copy)))
        return [Member(inner, member) for member in inner.sizes]


@contextmanager
def bundle_files(source: Source) -> Iterator[BundleFiles]:
    """The bundle's files, for as long as the context lasts."""
    with ExitStack() as stack:
        yield BundleFiles(source, stack)


def read_yaml(source: Source) -> dict[str, Any]:
    """The content of a version 2 bundle's competition.yaml. Raises FilesRefused for anything else."""
    if YAML_FILE not in source.sizes:
        raise FilesRefused(_("There is no %(yaml_file)s in the bundle.") % {"yaml_file": YAML_FILE})
    content = load(text_of(source, YAML_FILE), YAML_FILE, MOST_ALIASES)
    if not isinstance(content, dict):
        raise FilesRefused(_("%(yaml_file)s holds no keys; this is no Codabench bundle.") % {"yaml_file": YAML_FILE})
    if "holdout" in content:
        raise FilesRefused(_("These are the files of a competition of this site. Use “From files”, or `import`."))
    if isinstance(content.get("phases"), dict) or "html" in content:
        raise FilesRefused(
            _("This is a bundle of CodaLab 1.5. Upload it to Codabench, and import what Codabench exports (version 2).")
        )
    if content.get("version", 2) not in (2, "2"):
        raise FilesRefused(
            _("version is %(version)s; bundles of version 2 can be imported.") % {"version": shown(content["version"])}
        )
    missing = [key for key in ("title", "phases", "tasks", "leaderboards") if not content.get(key)]
    if missing:
        raise FilesRefused(
            _("%(yaml_file)s has no %(missing)s; a bundle of version 2 has them.")
            % {"yaml_file": YAML_FILE, "missing": ", ".join(missing)}
        )
    return {str(key): value for key, value in content.items()}


def tables(found: Any) -> list[Mapping[str, Any]]:
    """The tables of a list; what is none of them is left out."""
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def moment(found: Any) -> tuple[datetime, bool]:
    """(time, whether a time of day or a zone was written). Raises ValueError with what was found.

    Months come first where the year comes last, as in Codabench.
    """
    if not isinstance(found, str):
        raise ValueError("what stands there is no date")
    text = found.strip()
    if match := MONTH_DAY_YEAR.match(text):
        month, day, year, rest = match.groups()
    elif match := YEAR_MONTH_DAY.match(text):
        year, month, day, rest = match.groups()
    else:
        raise ValueError(f"{text[:40]!r} is no date that is read here")
    written = f"{int(year):04}-{int(month):02}-{int(day):02}T{rest or '00:00'}"
    try:
        at = parse_datetime(written)
        if at is not None:
            return (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)), bool(rest)
    except OverflowError:
        pass
    raise ValueError(f"{text[:40]!r} is no date that is read here")


def _tidy(name: str) -> str:
    return name.strip().removeprefix("./").rstrip("/")
