"""What applying files would change in a competition. A plan writes nothing."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import NOT_PROVIDED
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.as_files.reading import Bundle
from competitions.as_files.schema import SETTINGS, DataEntry, Description, field_of, shown
from competitions.as_files.writing import describe, fingerprint
from competitions.freezing import frozen_settings
from competitions.models import Competition, DataFile, PageKind
from config.by_locale import whole

DIFF_LINES = 200


@dataclass(frozen=True)
class Change:
    """One thing that would change: where, from what, to what; `diff` has the lines of a text."""

    place: str
    before: str
    after: str
    diff: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.place}: {self.before} → {self.after}", *(f"    {line}" for line in self.diff)])


@dataclass(frozen=True)
class Plan:
    """What applying `bundle` would do. `competition` None: it would be made.

    `against`: the fingerprint of what the competition was when this was planned. `present` and `wanted` describe it
    before and after. With `refusals`, it cannot be applied.
    """

    bundle: Bundle
    competition: Competition | None
    against: str
    present: Description | None
    wanted: Description
    changes: tuple[Change, ...]
    refusals: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether everything is as the files say already."""
        return not self.changes and not self.refusals

    def changed(self, setting: str) -> bool:
        """Whether that setting of a competition that is there would change."""
        return self.present is not None and self.present.values[setting] != self.wanted.values[setting]

    @property
    def publishes(self) -> bool:
        """Whether everyone would see the competition from then on, and did not before."""
        return bool(self.after("is_published")) and not self.before("is_published")

    def before(self, setting: str) -> Any:
        """A setting of the competition as it is; None where there is no competition yet."""
        return self.present.values[setting] if self.present else None

    def after(self, setting: str) -> Any:
        """A setting as it would be."""
        return self.wanted.values[setting]


def plan(bundle: Bundle, competition: Competition | None) -> Plan:
    """Compare what the files say with what the competition is; None: they would make a new one."""
    # Before anything is read: a change in between makes the plan stale, and is noticed.
    against = fingerprint(competition) if competition else ""
    present = describe(competition) if competition else None
    wanted = _laid_over(present or _empty(bundle.description.slug), bundle.description)
    has_labels = competition is not None and competition.solutions.filter(is_active=True).exists()
    if present and has_labels:
        # Which labels count is chosen among their versions, never by files.
        wanted = replace(wanted, solution_sha256=present.solution_sha256)
    refusals = [*_refused_data(bundle, present), *_unknown_organizers(wanted, present)]
    refusals += _refused_settings(competition, present, wanted)
    if competition is None and Competition.objects.filter(slug=wanted.slug).exists():
        refusals.append(
            _("There is a competition %(wanted_slug)r already. Choose another slug.") % {"wanted_slug": wanted.slug}
        )
    return Plan(
        bundle=bundle,
        competition=competition,
        against=against,
        present=present,
        wanted=wanted,
        changes=tuple(_changes(present, wanted)),
        refusals=tuple(refusals),
        remarks=tuple(_remarks(bundle.description.solution_sha256, wanted.solution_sha256, has_labels)),
    )


def _empty(slug: str) -> Description:
    """A competition that nothing is said of: each setting at its default."""
    defaults = {name: _plain(field_of(name).get_default()) for name in SETTINGS}
    return Description(slug, defaults, (), {kind.value: "" for kind in PageKind}, (), "")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _laid_over(below: Description, above: Description) -> Description:
    """`below`, but what `above` speaks of is as it says."""
    return replace(
        below,
        values={**below.values, **above.values},
        pages={**below.pages, **above.pages},
        organizers=below.organizers if above.organizers is None else above.organizers,
        data=below.data if above.data is None else above.data,
        solution_sha256=below.solution_sha256 if above.solution_sha256 is None else above.solution_sha256,
    )


def _changes(present: Description | None, wanted: Description) -> Iterator[Change]:
    before = present or _empty(wanted.slug)
    for name in SETTINGS:
        old, new = before.values[name], wanted.values[name]
        # Of a new competition everything is told that must be written, and what differs from the default.
        if old != new or (present is None and field_of(name).default is NOT_PROVIDED and new not in (None, "")):
            yield _text_change(name, old, new) if "\n" in f"{old}{new}" else Change(name, shown(old), shown(new))
    if before.organizers != wanted.organizers:
        yield Change("organizers", ", ".join(before.organizers or ()) or "nobody", ", ".join(wanted.organizers or ()))
    for kind in PageKind:
        if before.pages[kind.value] != wanted.pages[kind.value]:
            yield _text_change(f"pages/{kind.value}.md", before.pages[kind.value], wanted.pages[kind.value])
    old_data, new_data = _by_name(before), _by_name(wanted)
    for name in sorted({*old_data, *new_data}):
        if old_data.get(name) != new_data.get(name):
            yield _data_change(name, old_data.get(name), new_data.get(name))
    if before.solution_sha256 != wanted.solution_sha256:
        yield Change("solution", _digest(before.solution_sha256), _digest(wanted.solution_sha256))


def _digest(sha256: str | None) -> str:
    return f"SHA-256 {sha256[:12]}…" if sha256 else _("none")


def _text_change(place: str, before: str, after: str) -> Change:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]
    if not lines:
        lines = [_("(only ends of lines, or the end of the text, differ)")]
    if len(lines) > DIFF_LINES:
        lines = [
            *lines[:DIFF_LINES],
            ngettext("… and %(line_count)s more line", "… and %(line_count)s more lines", len(lines) - DIFF_LINES)
            % {"line_count": whole(len(lines) - DIFF_LINES)},
        ]
    return Change(place, _characters(before), _characters(after), tuple(lines))


def _characters(text: str) -> str:
    return ngettext("%(count)s characters", "%(count)s characters", len(text)) % {"count": whole(len(text))}


def _data_change(name: str, before: DataEntry | None, after: DataEntry | None) -> Change:
    place = f"data/{name}"
    if before is None or after is None:
        return Change(place, _of_data(before), _of_data(after))
    parts = [
        (label, old, new)
        for label, old, new in (
            ("", _bytes(before), _bytes(after)),
            (_("description "), shown(before.description), shown(after.description)),
            (_("hidden: "), shown(before.is_hidden), shown(after.is_hidden)),
        )
        if old != new
    ]  # fmt: skip
    return Change(
        place,
        "; ".join(f"{label}{old}" for label, old, _new in parts),
        "; ".join(f"{label}{new}" for label, _old, new in parts),
    )


def _of_data(entry: DataEntry | None) -> str:
    if entry is None:
        return _("nothing")
    return _("%(file)s, hidden") % {"file": _bytes(entry)} if entry.is_hidden else _bytes(entry)


def _bytes(entry: DataEntry) -> str:
    return _("%(size)s bytes, %(named)s") % {"size": whole(entry.size_bytes), "named": _digest(entry.sha256)}


def _by_name(description: Description) -> Mapping[str, DataEntry]:
    return {entry.name: entry for entry in description.data or ()}


def _refused_data(bundle: Bundle, present: Description | None) -> Iterator[str]:
    kept = {(entry.name, entry.sha256) for entry in (present.data if present else None) or ()}
    for entry in bundle.description.data or ():
        if f"data/{entry.name}" not in bundle.source.sizes and (entry.name, entry.sha256) not in kept:
            yield (
                _(
                    "data/%(entry)s is not among the files, and the competition has no such file with the "
                    "SHA-256 %(sha256)s…. Put it there."
                )
                % {"entry": entry.name, "sha256": entry.sha256[:12]}
            )
        try:
            DataFile(name=entry.name, description=entry.description).full_clean(exclude={"competition", "file"})
        except ValidationError as error:
            yield f"data/{entry.name}: {' '.join(error.messages)}"


def _unknown_organizers(wanted: Description, present: Description | None) -> Iterator[str]:
    known = {
        *User.objects.filter(is_staff=True, username__in=wanted.organizers or ()).values_list("username", flat=True)
    }
    # Whoever has lost the role since may stay named.
    known |= set((present.organizers if present else None) or ())
    for name in wanted.organizers or ():
        if name not in known:
            yield _("organizers: %(name)r is nobody who organizes here. Give them the role, or take the name out.") % {
                "name": name
            }


def _refused_settings(
    competition: Competition | None, present: Description | None, wanted: Description
) -> Iterator[str]:
    frozen = frozen_settings(competition) if competition else {}
    for name, reason in frozen.items():
        if present and present.values[name] != wanted.values[name]:
            yield (
                _(
                    "%(name)s stays %(present)s: %(reason)s. Write that, or make a competition of its own with "
                    "%(wanted)s."
                )
                % {
                    "name": name,
                    "present": shown(present.values[name]),
                    "reason": reason,
                    "wanted": shown(wanted.values[name]),
                }
            )
    if present and present.values == wanted.values:
        # What the site allows may have become less since; that stands in the way of no page.
        return
    # A row of its own, never saved, so that nothing here can change the one that is there.
    draft = Competition.objects.get(pk=competition.pk) if competition else Competition(slug=wanted.slug)
    for name, value in wanted.values.items():
        setattr(draft, name, value)
    try:
        draft.full_clean(exclude={"slug"})
    except ValidationError as error:
        for place, sentences in error.message_dict.items():
            yield from (f"{place}: {s}" if place in SETTINGS else s for s in sentences)


def _remarks(named: str | None, kept: str | None, has_labels: bool) -> Iterator[str]:
    if has_labels and named is not None and named != kept:
        yield (
            _(
                "The files name another solution (%(named)s) than the one that counts (%(active)s): that "
                "one stays in use. Upload the other under Solutions, and choose it there."
            )
            % {"named": _digest(named), "active": _digest(kept)}
        )
    if named and not has_labels:
        yield (
            _(
                "The files name the solution with the SHA-256 %(named)s; the labels are not among them. Upload "
                "it under Solutions, or give it by --solution on the scoring host."
            )
            % {"named": named}
        )
