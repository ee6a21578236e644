"""Making a competition what a plan says: all of it, or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from competitions.as_files.planning import Plan
from competitions.as_files.refusal import FilesRefused
from competitions.as_files.schema import SETTINGS, DataEntry
from competitions.as_files.source import Source, chunks_of
from competitions.as_files.writing import fingerprint
from competitions.freezing import MAY_FREEZE, frozen_settings
from competitions.models import Competition, DataFile, Page, data_storage
from competitions.publishing import PublishingRefused, publish, unpublish

# As long as the column that holds the stored name.
STORED_NAME_LENGTH = 100


def apply(
    plan: Plan, by: User | None, override_reason: str = "", also: Callable[[Competition], object] = lambda _: None
) -> Competition:
    """Do what the plan says, and `also`, in one transaction. `by` becomes an organizer of a new competition.

    `by` None: a command. Call it outside of a transaction: files are stored before the database is locked.
    Raises FilesRefused, and leaves everything as it was, when the plan was refused, when the competition has
    changed since, or when it may not be published yet: then `override_reason` publishes it, and is recorded.
    """
    if plan.refusals:
        raise FilesRefused(*plan.refusals)
    with _stored(plan) as stored, transaction.atomic():
        competition = _row(plan)
        for name in SETTINGS:
            if name == "is_published":
                # Publishing has a gate of its own, which looks at all the rest.
                continue
            setattr(competition, name, plan.wanted.values[name])
        competition.expected_solution_sha256 = "" if _has_labels(competition) else plan.wanted.solution_sha256 or ""
        competition._change_reason = "applied from files"  # type: ignore[attr-defined]
        _save(competition, plan)
        _set_organizers(competition, plan, by)
        for kind, text in plan.wanted.pages.items():
            _set_page(competition, kind, text)
        _set_data(competition, plan, stored)
        _set_published(competition, plan, by, override_reason)
        also(competition)
    return competition


def _row(plan: Plan) -> Competition:
    """The competition to be written, locked, and as it was when it was planned."""
    if plan.competition is None:
        return Competition(slug=plan.wanted.slug)
    # What submissions freeze is changed while none can arrive; else they need not wait for this.
    may_freeze = any(plan.changed(name) for name in MAY_FREEZE)
    competition = Competition.objects.select_for_update(no_key=not may_freeze).get(pk=plan.competition.pk)
    is_frozen = any(plan.changed(name) for name in frozen_settings(competition))
    if is_frozen or fingerprint(competition) != plan.against:
        raise FilesRefused(
            _("%(competition)s was changed after this plan was made. Nothing was applied; look at a new plan.")
            % {"competition": competition.title}
        )
    return competition


def _save(competition: Competition, plan: Plan) -> None:
    taken = Competition.objects.filter(slug=plan.wanted.slug)
    try:
        with transaction.atomic():
            competition.save()
    except IntegrityError as error:
        if plan.competition is None and taken.exists():
            raise FilesRefused(
                _("There is a competition %(wanted_slug)r by now. Choose another slug.")
                % {"wanted_slug": plan.wanted.slug}
            ) from error
        raise


def _set_published(competition: Competition, plan: Plan, by: User | None, override_reason: str) -> None:
    if not plan.wanted.values["is_published"]:
        unpublish(competition)
        return
    try:
        publish(competition, by, override_reason)
    except PublishingRefused as refusal:
        raise FilesRefused(
            _("Nothing was applied: %(refusal)s Or write “is_published: false” for now.") % {"refusal": refusal}
        ) from refusal


def _has_labels(competition: Competition) -> bool:
    return competition.pk is not None and competition.solutions.filter(is_active=True).exists()


def _set_organizers(competition: Competition, plan: Plan, by: User | None) -> None:
    wanted = set(plan.wanted.organizers or ())
    if plan.competition is None and by is not None and not by.is_superuser:
        wanted.add(by.username)
    if set(competition.organizers.values_list("username", flat=True)) != wanted:
        competition.organizers.set(User.objects.filter(username__in=wanted))


def _set_page(competition: Competition, kind: str, text: str) -> None:
    page = Page.objects.filter(competition=competition, kind=kind).first()
    if page is None:
        Page.objects.create(competition=competition, kind=kind, text=text)
    elif page.text != text:
        page.text = text
        page.save()


def _set_data(competition: Competition, plan: Plan, stored: dict[str, str]) -> None:
    wanted = {entry.name: entry for entry in plan.wanted.data or ()}
    for data_file in DataFile.objects.filter(competition=competition).exclude(name__in=wanted):
        data_file.delete()
    present = {entry.name: entry for entry in (plan.present.data if plan.present else None) or ()}
    for name, entry in wanted.items():
        if present.get(name) == entry:
            continue
        data_file = DataFile.objects.filter(competition=competition, name=name).first() or DataFile(
            competition=competition, name=name
        )
        data_file.description, data_file.is_hidden = entry.description, entry.is_hidden
        if name in stored:
            data_file.file.name = stored[name]
        data_file.save()


@contextmanager
def _stored(plan: Plan) -> Iterator[dict[str, str]]:
    """Name → stored name of each data file that is new, written before any transaction; removed on failure."""
    present = {entry.name: entry.sha256 for entry in (plan.present.data if plan.present else None) or ()}
    stored: dict[str, str] = {}
    try:
        for entry in plan.wanted.data or ():
            if present.get(entry.name) != entry.sha256:
                stored[entry.name] = _store(plan.bundle.source, plan.wanted.slug, entry)
        yield stored
    except BaseException:
        for name in stored.values():
            data_storage().delete(name)
        raise


def _store(source: Source, slug: str, entry: DataEntry) -> str:
    with TemporaryFile(dir=settings.UPLOAD_TEMP_DIR) as copy:
        for chunk in chunks_of(source, f"data/{entry.name}"):
            copy.write(chunk)
        copy.seek(0)
        path = f"{slug}/{uuid4().hex}{Path(entry.name).suffix}"
        return data_storage().save(path, File(cast("File[bytes]", copy)), max_length=STORED_NAME_LENGTH)
