"""From files to what they say of a competition; every problem is named at once, with its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from competitions.as_files.refusal import FilesRefused
from competitions.as_files.schema import (
    COUNT,
    DATA_KEYS,
    FORMAT,
    FORMAT_KEY,
    KEYS,
    SETTINGS,
    SOLUTION_KEYS,
    TEXT,
    TRUTH,
    DataEntry,
    Description,
    count_from,
    parsed,
    shown,
    text_from,
    truth_from,
    unknown_key,
)
from competitions.as_files.source import YAML_FILE, Source, chunks_of, sha256_of, text_of
from competitions.as_files.yaml_text import load
from competitions.models import PageKind
from config.by_locale import whole

SHA256 = r"[0-9a-f]{64}"
PAGE_FILES = {f"pages/{kind.value}.md": kind.value for kind in PageKind}
CODABENCH_KEYS = {"phases", "leaderboards", "tasks"}
# So many are told of at once; whoever has more has sent another file than they meant.
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Bundle:
    """What files say of a competition, and where the bytes of the data files among them are."""

    description: Description
    source: Source


def read(source: Source) -> Bundle:
    """The competition that the files describe. Raises FilesRefused with all that is wrong with them."""
    if YAML_FILE not in source.sizes:
        raise FilesRefused(
            _("There is no %(yaml_file)s among the files. Export a competition to see how one looks.")
            % {"yaml_file": YAML_FILE}
        )
    content = load(text_of(source, YAML_FILE), YAML_FILE)
    if not isinstance(content, dict):
        raise FilesRefused(
            _("%(yaml_file)s holds %(content)s; expected keys such as 'slug: my-competition'.")
            % {"yaml_file": YAML_FILE, "content": shown(content)}
        )
    if content.keys() >= CODABENCH_KEYS:
        raise FilesRefused(_("These are the files of a Codabench competition. Import them as a Codabench bundle."))
    problems: list[str] = []
    description = Description(
        slug=_slug(content, problems),
        values=_settings(content, problems),
        organizers=_organizers(content, problems),
        pages={kind: text_of(source, name) for name, kind in PAGE_FILES.items() if name in source.sizes},
        data=_data(content, source, problems),
        solution_sha256=_solution(content, problems),
    )
    problems += _stray_files(source, description.data)
    if problems:
        more = (
            [_("There is more to mend than these %(most_problems)s.") % {"most_problems": MOST_PROBLEMS}]
            if len(problems) > MOST_PROBLEMS
            else []
        )
        raise FilesRefused(*problems[:MOST_PROBLEMS], *more)
    return Bundle(description, source)


def _slug(content: Mapping[Any, Any], problems: list[str]) -> str:
    if content.get(FORMAT_KEY) != FORMAT:
        problems.append(
            _(
                "%(yaml_file)s: %(format_key)s is %(found)s; this site reads format %(format)s. Write "
                "“%(format_key)s: %(format)s”."
            )
            % {
                "yaml_file": YAML_FILE,
                "format_key": FORMAT_KEY,
                "found": shown(content.get(FORMAT_KEY)),
                "format": FORMAT,
            }
        )
    unknown = [key for key in content if key not in KEYS]
    problems.extend(f"{YAML_FILE}: {unknown_key(key, KEYS)}" for key in unknown[: MOST_PROBLEMS + 1])
    slug = text_from(content.get("slug"))
    if slug is None or not re.fullmatch(r"[-a-zA-Z0-9_]{1,50}", slug):
        problems.append(
            _(
                "%(yaml_file)s: slug is %(slug)s; expected 1 to 50 letters, digits, - and _, the last part of "
                "the competition's address."
            )
            % {"yaml_file": YAML_FILE, "slug": shown(content.get("slug"))}
        )
    return slug or ""


def _settings(content: Mapping[Any, Any], problems: list[str]) -> dict[str, Any]:
    values = {}
    for name in SETTINGS:
        if name in content:
            try:
                values[name] = parsed(name, content[name])
            except ValueError as error:
                problems.append(f"{YAML_FILE}: {name}: {error}")
    return values


def _organizers(content: Mapping[Any, Any], problems: list[str]) -> tuple[str, ...] | None:
    if "organizers" not in content:
        return None
    names = content["organizers"] or []
    if not isinstance(names, list) or not all(text_from(name) is not None for name in names):
        problems.append(
            _("%(yaml_file)s: organizers: expected a list of user names, each after '- '.") % {"yaml_file": YAML_FILE}
        )
        return None
    return tuple(sorted(set(names)))


def _solution(content: Mapping[Any, Any], problems: list[str]) -> str | None:
    if "solution" not in content:
        return None
    solution = content["solution"]
    if solution is None:
        return ""
    if not isinstance(solution, dict):
        problems.append(
            _("%(yaml_file)s: solution: expected “sha256: …” below it; the labels never stand in these files.")
            % {"yaml_file": YAML_FILE}
        )
        return None
    problems.extend(f"{YAML_FILE}: solution: {unknown_key(k, SOLUTION_KEYS)}" for k in solution if k != "sha256")
    return _sha256(solution.get("sha256"), "solution", problems)


def _sha256(found: Any, place: str, problems: list[str]) -> str:
    if not isinstance(found, str) or not re.fullmatch(SHA256, found):
        problems.append(
            _("%(yaml_file)s: %(place)s: sha256 is %(found)s; expected 64 digits 0-9a-f.")
            % {"yaml_file": YAML_FILE, "place": place, "found": shown(found)}
        )
        return ""
    return found


def _data(content: Mapping[Any, Any], source: Source, problems: list[str]) -> tuple[DataEntry, ...] | None:
    if "data" not in content:
        return None
    entries: dict[str, DataEntry] = {}
    listed = content["data"] or []
    if not isinstance(listed, list):
        problems.append(
            _("%(yaml_file)s: data: expected a list of files, each beginning with “- name: …”.")
            % {"yaml_file": YAML_FILE}
        )
        return None
    if len(listed) > settings.MAX_COMPETITION_FILES:
        problems.append(
            _("%(yaml_file)s: data: %(count)s files are named; a competition has at most %(most)s.")
            % {
                "yaml_file": YAML_FILE,
                "count": whole(len(listed)),
                "most": whole(settings.MAX_COMPETITION_FILES),
            }
        )
        return None
    for number, item in enumerate(listed, 1):
        # Before its bytes are read once more.
        if isinstance(item, dict) and item.get("name") in list(entries):
            problems.append(
                _("%(yaml_file)s: data: %(name)s is named twice. Leave one of them out.")
                % {"yaml_file": YAML_FILE, "name": item["name"]}
            )
        elif (entry := _data_entry(item, number, source, problems)) is not None:
            entries[entry.name] = entry
    return tuple(sorted(entries.values(), key=lambda entry: entry.name))


def _data_entry(item: Any, number: int, source: Source, problems: list[str]) -> DataEntry | None:
    name = text_from(item.get("name")) if isinstance(item, dict) else None
    if name is None or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        problems.append(
            _(
                "%(yaml_file)s: data, number %(number)s: expected “- name: …” of letters, digits, '.', '_' and "
                "'-', at most 100 of them."
            )
            % {"yaml_file": YAML_FILE, "number": number}
        )
        return None
    place = f"data: {name}"
    problems.extend(f"{YAML_FILE}: {place}: {unknown_key(key, DATA_KEYS)}" for key in item if key not in DATA_KEYS)
    description, is_hidden = text_from(item.get("description") or ""), truth_from(item.get("is_hidden", False))
    if description is None:
        problems.append(
            _("%(yaml_file)s: %(place)s: description is %(description)s; expected %(text)s.")
            % {"yaml_file": YAML_FILE, "place": place, "description": shown(item["description"]), "text": _(TEXT)}
        )
    if is_hidden is None:
        problems.append(
            _("%(yaml_file)s: %(place)s: is_hidden is %(is_hidden)s; expected %(truth)s.")
            % {"yaml_file": YAML_FILE, "place": place, "is_hidden": shown(item["is_hidden"]), "truth": _(TRUTH)}
        )
    size, digest = item.get("size_bytes"), item.get("sha256")
    if digest is not None:
        digest = _sha256(digest, place, problems)
    if size is not None and count_from(size) is None:
        problems.append(
            _("%(yaml_file)s: %(place)s: size_bytes is %(size)s; expected %(count)s.")
            % {"yaml_file": YAML_FILE, "place": place, "size": shown(size), "count": _(COUNT)}
        )
    path = f"data/{name}"
    if path in source.sizes:
        size, digest = _as_it_is(source, path, size, digest, problems)
    elif not digest or count_from(size) is None:
        problems.append(
            _(
                "%(path)s is not among the files. Put it there, or name one that the competition has by its "
                "sha256 and size_bytes."
            )
            % {"path": path}
        )
        return None
    return DataEntry(name, description or "", bool(is_hidden), size or 0, digest or "")


def _as_it_is(source: Source, path: str, size: int | None, digest: str | None, problems: list[str]) -> tuple[int, str]:
    """Size and SHA-256 of the file itself; a problem where the YAML says otherwise."""
    found_size, found_digest = source.sizes[path], sha256_of(chunks_of(source, path))
    if digest and digest != found_digest:
        problems.append(
            _(
                "%(path)s has the SHA-256 %(found_digest)s; %(yaml_file)s says %(digest)s. Put the right file "
                "there, or leave that line out."
            )
            % {"path": path, "found_digest": found_digest, "yaml_file": YAML_FILE, "digest": digest}
        )
    elif isinstance(size, int) and size != found_size:
        problems.append(
            _("%(path)s has %(found_size)s bytes; %(yaml_file)s says %(size)s. Leave that line out.")
            % {"path": path, "found_size": whole(found_size), "yaml_file": YAML_FILE, "size": whole(size)}
        )
    return found_size, found_digest


def _stray_files(source: Source, data: tuple[DataEntry, ...] | None) -> list[str]:
    """A sentence for each file that the competition would leave lying; at most ten."""
    known = {YAML_FILE, *PAGE_FILES, *(f"data/{entry.name}" for entry in data or ())}
    stray = [name for name in source.sizes if name not in known]
    return [
        _("%(name)r is not named under data: in %(yaml_file)s. Name it there, or take it out.")
        % {"name": name[:100], "yaml_file": YAML_FILE}
        if name.startswith("data/")
        else _("%(name)r is no file of a competition. Expected: %(yaml_file)s, data/<name>, %(pages)s.")
        % {"name": name[:100], "yaml_file": YAML_FILE, "pages": ", ".join(PAGE_FILES)}
        for name in stray[:10]
    ]
