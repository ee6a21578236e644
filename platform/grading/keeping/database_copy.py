"""A copy of the database as it was at one moment, taken while the site works, and put back.

No program of the database's is needed. SQLite: its online backup. PostgreSQL: COPY of every table inside one
REPEATABLE READ transaction, and, back, COPY into the tables that this site's own migrations have made.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

SNAPSHOT = "snapshot"
SQLITE_FILE = "db.sqlite3"
TABLES_FILE = "tables.json"
MIGRATIONS_TABLE = "django_migrations"
SQLITE, POSTGRESQL = "sqlite", "postgresql"

Migrations = list[tuple[str, str]]


class CannotCopy(Exception):
    """Why the database cannot be copied or put back, and what to do."""


@dataclass(frozen=True)
class Snapshot:
    """The database at one moment. `asked`: a connection that answers for it; `files`: what it was written to."""

    asked: BaseDatabaseWrapper
    files: list[Path]


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """Copy the database into an empty folder. What is asked of it is of that same moment, until this is left."""
    if connection.vendor == SQLITE:
        with _sqlite_snapshot(folder / SQLITE_FILE) as taken:
            yield taken
    elif connection.vendor == POSTGRESQL:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Snapshot(connection, _copy_tables(folder))
    else:
        raise CannotCopy(f"Only SQLite and PostgreSQL can be copied; this site's database is {connection.vendor}.")


def migrations_of(asked: BaseDatabaseWrapper = connection) -> Migrations:
    """(app, name) of every migration that the database has had, in their order of names."""
    if MIGRATIONS_TABLE not in tables(asked):
        return []
    with asked.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [(app, name) for app, name in cursor.fetchall()]


def unapplied() -> Migrations:
    """What this code's migrations would still do to the database."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _ in plan]


def unknown_here(migrations: Migrations) -> Migrations:
    """Those that this code does not have: the database is of a newer version."""
    graph = MigrationExecutor(connection).loader.graph
    return [each for each in migrations if each not in graph.nodes]


def put_back(folder: Path, migrations: Migrations) -> None:
    """Make the database what the copy in the folder is, which had those migrations.

    Everything that is in it now is gone. SQLite, and a PostgreSQL of the same migrations: in one step or not at all.
    """
    if connection.vendor == SQLITE:
        _put_back_sqlite(folder / SQLITE_FILE)
        return
    if migrations_of() != migrations:
        _make_tables_of(migrations)
    with transaction.atomic():
        _fill_tables(folder)


def tables(asked: BaseDatabaseWrapper = connection) -> list[str]:
    """The names of all tables, Django's own and the cache's too."""
    with asked.cursor() as cursor:
        return sorted(asked.introspection.table_names(cursor))


def row_counts(asked: BaseDatabaseWrapper = connection) -> dict[str, int]:
    """How many rows each table has."""
    counts = {}
    with asked.cursor() as cursor:
        for table in tables(asked):
            cursor.execute(f"SELECT count(*) FROM {_quoted(table)}")  # nosec B608
            counts[table] = cursor.fetchone()[0]
    return counts


@contextmanager
def _sqlite_snapshot(path: Path) -> Iterator[Snapshot]:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        # In one go, under one read transaction: the site goes on writing.
        with closing(sqlite3.connect(_sqlite_address(), uri=True, timeout=60)) as source:
            try:
                source.backup(copy, pages=-1)
            except sqlite3.Error as problem:
                raise CannotCopy(f"The database could not be copied to {path.parent}: {problem}.") from problem
        copy.execute("PRAGMA journal_mode=DELETE")
    path.chmod(0o600)
    asked = connection.copy(SNAPSHOT)
    asked.settings_dict |= {"NAME": str(path), "OPTIONS": {}}
    with closing(asked):
        yield Snapshot(asked, [path])


def _sqlite_address() -> str:
    return f"{Path(connection.settings_dict['NAME']).resolve().as_uri()}?mode=ro"


def _put_back_sqlite(path: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        damage = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise CannotCopy(f"The database in the backup is damaged: {damage}. Take another backup.")
        try:
            copy.backup(cast(sqlite3.Connection, connection.connection), pages=-1)
        except sqlite3.OperationalError as problem:
            raise CannotCopy(
                f"The database cannot be written ({problem}): stop the site first, then restore once more."
            ) from problem
    connection.close()


def _copy_tables(folder: Path) -> list[Path]:
    described: dict[str, Any] = {"columns": {}, "counters": _counters()}
    files = []
    for table in tables():
        columns = _columns(table)
        described["columns"][table] = columns
        path = folder / f"{table}.copy"
        with (
            connection.cursor() as cursor,
            path.open("wb") as file,
            cursor.copy(f"COPY {_quoted(table)} ({_listed(columns)}) TO STDOUT") as copy,
        ):
            for block in copy:
                file.write(block)
        files.append(path)
    description = folder / TABLES_FILE
    description.write_text(json.dumps(described))
    return [description, *files]


def _fill_tables(folder: Path) -> None:
    """Empty all tables and fill them from their files; the keys between them are checked at the transaction's end."""
    described = json.loads((folder / TABLES_FILE).read_text())
    filled = [table for table in described["columns"] if table != MIGRATIONS_TABLE]
    there = set(tables())
    if lost := [table for table in filled if table not in there]:
        raise CannotCopy(f"The backup has tables that this database lacks: {', '.join(lost)}. Nothing was changed.")
    with connection.cursor() as cursor:
        emptied = ", ".join(_quoted(table) for table in sorted(there - {MIGRATIONS_TABLE}))
        cursor.execute(f"TRUNCATE {emptied} RESTART IDENTITY CASCADE")
        for table in filled:
            columns = described["columns"][table]
            with (
                (folder / f"{table}.copy").open("rb") as file,
                cursor.copy(f"COPY {_quoted(table)} ({_listed(columns)}) FROM STDIN") as copy,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
        for counter, last in described["counters"].items():
            if counter != f"{MIGRATIONS_TABLE}_id_seq":
                cursor.execute("SELECT setval(to_regclass(%s), %s)", [_quoted(counter), last])


def _make_tables_of(migrations: Migrations) -> None:
    """Drop everything and make the tables as those migrations made them."""
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"DROP TABLE IF EXISTS {_quoted(table)} CASCADE")
    executor = MigrationExecutor(connection)
    graph, had = executor.loader.graph, set(migrations)
    last = [each for each in migrations if not any(child.key in had for child in graph.node_map[each].children)]
    executor.migrate(last)
    call_command("createcachetable", verbosity=0)


def _columns(table: str) -> list[str]:
    """Of a table, in its order, but for those that the database reckons itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def _counters() -> dict[str, int]:
    """The last number that each table's keys were given, so that none is given twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences "
            "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        )
        return dict(cursor.fetchall())


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _listed(columns: list[str]) -> str:
    return ", ".join(_quoted(column) for column in columns)
