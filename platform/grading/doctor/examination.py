"""Everything that the doctor looks at, in its order. What cannot be asked without the database is left out while it is
away."""

from collections.abc import Iterator

from django.db import connection

from config import broker_reach, database_reach
from grader.model_runner.walls import walls_of_this_machine
from grading.doctor.buckets_found import buckets_found
from grading.doctor.database_found import database_found
from grading.doctor.disks_found import disks_found
from grading.doctor.finding import Finding, Level, bad, doubtful, well
from grading.doctor.settings_found import mail_found, settings_found
from submissions.readiness import State, database_checks

# Without these nothing is graded, or a lost bell stays lost.
NEEDED = ("worker scoring", "sweeper")


def examine() -> Iterator[Finding]:
    yield from settings_found()
    if away := database_reach.why_away():
        place, _, to_do = away.rpartition(". ")
        yield bad("database", place, to_do)
    else:
        found = list(database_found())
        yield from found
        if all(each.level != Level.BAD for each in found):
            yield from _at_work()
    yield _broker()
    yield _walls()
    yield from disks_found()
    yield from buckets_found()
    yield mail_found()
    connection.close()


def _at_work() -> Iterator[Finding]:
    """Queues, workers and sandbox, as /readyz has them."""
    for check in database_checks():
        if check.name == "database":
            continue
        is_bad = check.name in NEEDED and check.state != State.OK
        level = Level.BAD if is_bad else Level.OK if check.state == State.OK else Level.WARN
        yield Finding(level, check.name, check.found, check.to_do)


def _broker() -> Finding:
    place = broker_reach.place()
    if problem := broker_reach.why_away():
        return bad("broker", f"{place} cannot be reached: {problem}", "Start it, or correct REDIS_URL.")
    return well("broker", place)


def _walls() -> Finding:
    walls = walls_of_this_machine()
    if walls.is_enough:
        return well("walls", f"here: {', '.join(layer.name for layer in walls.layers if layer.is_standing)}")
    return doubtful("walls", f"SavedModels cannot be run on this machine: {walls.reason}", "See ./run walls.")
