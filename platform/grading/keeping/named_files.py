"""Which file of which store is named by which row: what a backup takes, and what a clean-up leaves alone."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import storages
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, Q, QuerySet

from competitions.models import Archive, Commitment, Competition, DataFile, Solution
from submissions.models import ChunkedUpload, Evaluation, Submission

LABELS = "labels"
# By which a seeded competition's ids and split can be made again; it lies beside the labels, and no row names it.
SECRET_SUFFIX = ".secret"
ROWS_AT_ONCE = 2000
NAMES_AT_ONCE = 500


@dataclass(frozen=True)
class Naming:
    """A column that names files of a store.

    `kept`: the rows whose file is there. `tells_labels`: the rows whose file gives hidden labels away.
    """

    store: str
    model: type[Model]
    column: str
    kept: Q = field(default_factory=Q)
    tells_labels: Q | None = None

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.filter(self.kept).exclude(**{self.column: ""}).order_by()


# A rehearsal's perfect answer is made of the labels.
OF_A_REHEARSAL = Q(team__is_rehearsal=True)
NAMINGS = (
    Naming("competition_data", DataFile, "file"),
    # What a file was before it was replaced: whoever looks at its history may ask for it.
    Naming("competition_data", DataFile.history.model, "file"),
    Naming("submissions", Submission, "file", Q(upload_removed_at=None), OF_A_REHEARSAL),
    Naming("submissions", ChunkedUpload, "stored_name", Q(submission=None)),
    Naming("predictions", Submission, "predictions", Q(predictions_removed_at=None), OF_A_REHEARSAL),
    Naming(
        "predictions",
        Evaluation,
        "predictions",
        Q(submission__predictions_removed_at=None),
        Q(submission__team__is_rehearsal=True),
    ),
    Naming("archives", Archive, "file"),
    Naming(LABELS, Solution, "file"),
    Naming(LABELS, Commitment, "salt"),
)
STORES = tuple(dict.fromkeys(naming.store for naming in NAMINGS))


@dataclass(frozen=True)
class NamedFile:
    """A file that a row names. `at_most`: so many of its bytes count; None: all."""

    store: str
    name: str
    at_most: int | None = None


def named_files(asked: BaseDatabaseWrapper = connection, *, with_labels: bool = True) -> Iterator[NamedFile]:
    """Every file that the rows of that database name, some of them twice."""
    for naming in NAMINGS:
        if naming.store == LABELS and not with_labels:
            continue
        rows = naming.rows()
        if naming.tells_labels is not None and not with_labels:
            rows = rows.exclude(naming.tells_labels)
        columns = (naming.column, "received_bytes") if naming.model is ChunkedUpload else (naming.column,)
        for name, *at_most in _answers(asked, rows.values_list(*columns).distinct()):
            yield NamedFile(naming.store, str(name), *at_most)
    if with_labels:
        for (slug,) in _answers(asked, Competition.objects.order_by("slug").values_list("slug")):
            if storages[LABELS].exists(f"{slug}{SECRET_SUFFIX}"):
                yield NamedFile(LABELS, f"{slug}{SECRET_SUFFIX}")


def _answers(asked: BaseDatabaseWrapper, rows: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    """What that database, which may be a copy of this site's, answers."""
    with asked.cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            yield from some


def names_of(store: str, breathe: Callable[[], None]) -> set[str]:
    """All names of files in that store that rows speak of; `breathe` is called between two short looks."""
    names: set[str] = set()
    for naming in NAMINGS:
        if naming.store == store:
            # By key, some at a time: nothing is left open while a file is scored between two looks.
            rows = naming.rows().order_by("pk").values_list("pk", naming.column)
            some = list(rows[:ROWS_AT_ONCE])
            while some:
                names.update(str(name) for _, name in some)
                breathe()
                some = list(rows.filter(pk__gt=some[-1][0])[:ROWS_AT_ONCE])
    return names | _open_chunks(store)


def named_now(store: str, names: Collection[str]) -> set[str]:
    """Those of some names that a row speaks of at this moment."""
    found: set[str] = set()
    for naming in NAMINGS:
        if naming.store == store:
            rows = naming.rows().filter(**{f"{naming.column}__in": list(names)})
            found.update(str(name) for name in rows.values_list(naming.column, flat=True))
    return found | _open_chunks(store)


def _open_chunks(store: str) -> set[str]:
    """The chunks that lie as objects of their own in a bucket, of uploads that still go on: few at any time."""
    if store != "submissions":
        return set()
    lists = ChunkedUpload.objects.filter(submission=None).exclude(chunks=[]).values_list("chunks", flat=True)
    return {name for chunks in lists for name in chunks}
