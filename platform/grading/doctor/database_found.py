"""What the database is, whether its tables are those of this code, and whether its clock is ours."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from accounts.models import Letter
from config import database_reach
from grading.doctor.finding import Finding, bad, doubtful, well
from submissions.figures import leases_run_out

OLDEST_POSTGRESQL = 14
CACHE_TABLE = "cache"
FULL = 2


def database_found() -> Iterator[Finding]:
    """Of a database that answers."""
    yield _sqlite() if connection.vendor == "sqlite" else _postgresql()
    yield _clock()
    if missing := database_reach.missing_migrations():
        found = f"{len(missing)} have not been run, such as {missing[0]}"
        yield bad("migrations", found, "Run manage.py migrate; ./run does it at each start.")
        return
    yield well("migrations", "all have been run")
    if CACHE_TABLE not in connection.introspection.table_names():
        found = "its table is missing: rate limits and heartbeats have no place"
        yield bad("cache", found, "Run manage.py createcachetable.")
        return
    gone = leases_run_out()
    held = "held by workers that have gone"
    yield (
        doubtful("leases", f"{gone} submissions are {held}", "The sweeper gives them back: see whether it runs.")
        if gone
        else well("leases", f"no submission is {held}")
    )
    given_up = Letter.objects.filter(state=Letter.State.FAILED).count()
    if given_up:
        yield doubtful("letters", f"{given_up} were given up", "Read why in the admin (Letters), and send them again.")


def _sqlite() -> Finding:
    with connection.cursor() as cursor:
        (mode,) = cursor.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = cursor.execute("PRAGMA synchronous").fetchone()
        (version,) = cursor.execute("SELECT sqlite_version()").fetchone()
    place = database_reach.where()
    if (mode.lower(), synchronous) != ("wal", FULL):
        found = f"{place} has journal_mode {mode} and synchronous {synchronous}"
        return bad("database", found, "Put it on a local disk: SQLite needs WAL and FULL to lose nothing.")
    return well("database", f"{place}, version {version}, WAL; for one machine")


def _postgresql() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        number = int(cursor.fetchone()[0])
    place = database_reach.where()
    if number // 10_000 < OLDEST_POSTGRESQL:
        return bad("database", f"{place} is version {number // 10_000}", f"Use {OLDEST_POSTGRESQL} or later.")
    return well("database", f"{place}, version {number // 10_000}.{number % 10_000}")


def _clock() -> Finding:
    now = "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')" if connection.vendor == "sqlite" else "clock_timestamp()"
    before = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {now}")
        (said,) = cursor.fetchone()
    after = datetime.now(UTC)
    theirs: datetime = datetime.fromisoformat(said) if isinstance(said, str) else said
    seconds = (theirs - (before + (after - before) / 2)).total_seconds()
    found = f"the database's is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} this machine's"
    if abs(seconds) > settings.CLOCK_DIFFERENCE_SECONDS:
        return doubtful("clock", found, "Let both follow a time server (NTP); deadlines go by the database's.")
    return well("clock", found)
