"""Whether the database can be used: where it is, what is wrong with it, what to do. For whoever runs the site."""

from functools import cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# What the database's own sentence holds, and what to do about it.
CURES = (
    ("password authentication failed", "Correct user and password in DATABASE_URL."),
    ("no password supplied", "Give user and password in DATABASE_URL."),
    ("does not exist", "Make that database or role, or correct DATABASE_URL."),
    ("could not translate host name", "Correct the host in DATABASE_URL."),
    ("failed to resolve host", "Correct the host in DATABASE_URL."),
    ("unable to open database file", "Make its folder, and let this user write there."),
    ("file is not a database", "Move that file away, or correct DATABASE_URL."),
    ("disk image is malformed", "Restore it from a backup (docs/operations.md)."),
)
START_IT = "Start the database, or correct DATABASE_URL, and try again."


def where() -> str:
    """The database's place without a password."""
    kept = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"SQLite at {kept['NAME']}"
    return f"PostgreSQL at {kept['HOST'] or 'this machine'}:{kept['PORT'] or 5432}, database {kept['NAME']}"


def why_away() -> str:
    """In one sentence of three parts (where, found, to do), why nothing can be asked of it; "": it answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master" if connection.vendor == "sqlite" else "SELECT 1")
    except (DatabaseError, ImproperlyConfigured) as problem:
        connection.close()
        found = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        cure = next((cure for part, cure in CURES if part in str(problem)), START_IT)
        return f"The database does not answer ({where()}): {found.rstrip('.')}. {cure}"
    return ""


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def missing_migrations() -> list[str]:
    """The newest migrations of this code that the database has not had, as app.name. One ahead of the code is fine."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{app}.{name}" for app, name in _newest_migrations() - applied)


def folder() -> Path | None:
    """Where SQLite's file lies; None: it is another database."""
    return Path(connection.settings_dict["NAME"]).resolve().parent if connection.vendor == "sqlite" else None
