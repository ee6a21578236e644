"""What must be true after the chaos, each broken promise as a sentence."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.chaos.story import ROOM_LEFT, Told

LONG_WAIT_SECONDS = 60
# What `./run` itself starts, and starts again.
WATCHED = ("a worker", "beat", "the web server", "the broker", "the broker and its data")
COST_NOTHING = ("rejected", "failed", "cancelled")


def broken_promises(told: Told) -> list[str]:
    """Nothing, when all is well."""
    return [
        *_of_submissions(told),
        *_of_quotas(told),
        *_of_files(told),
        *_of_waits(told),
        *_of_processes(told),
    ]


def accepted(told: Told) -> dict[str, str]:
    """Every submission that the site has answered with, and what must become of it."""
    return {pk: file.becomes for sender in told.senders for pk, file in sender.accepted.items()}


def longest_wait(told: Told) -> tuple[float, str]:
    """The longest time from a submission to its end, and what is on record of it."""
    one = max(told.facts["submissions"], key=lambda submission: submission["events"][-1][0])
    return one["events"][-1][0], "; ".join(_causes(one)) or "none on record"


def _of_submissions(told: Told) -> Iterator[str]:
    there = {one["id"]: one for one in told.facts["submissions"]}
    sent = accepted(told)
    for pk in sent.keys() - there.keys():
        yield f"{pk} was accepted and is lost"
    for pk in there.keys() - sent.keys():
        yield f"{pk} ({there[pk]['name']}) is there though nobody was told of it"
    for sha256, number in Counter(one["sha256"] for one in there.values()).items():
        if number > 1:
            yield f"the file {sha256} was taken {number} times"
    for sender in told.senders:
        for pk in sender.doubled:
            yield f"{sender.name} was told of {pk} for two files"
    for pk, one in there.items():
        if one["status"] != sent.get(pk):
            yield f"{pk} should be {sent.get(pk)} and is {one['status']}: {one['events']}"
        if one["live"] != (one["status"] == "scored"):
            yield f"{pk} is {one['status']} with {one['live']} live evaluations"
        if one["evaluations"] > 1:
            yield f"{pk} was evaluated {one['evaluations']} times"
        if one["status"] == "rejected" and not one["problem_count"]:
            yield f"{pk} was rejected without a reason"
    if ": 0 of " not in told.facts["standings"]:
        yield f"the standings were wrong: {told.facts['standings']}"


def _of_quotas(told: Told) -> Iterator[str]:
    costing = Counter(one["team"] for one in told.facts["submissions"] if one["status"] not in COST_NOTHING)
    for team, used in told.facts["used"].items():
        if used != costing[team]:
            yield f"{team} has {costing[team]} submissions that count and is told of {used}"
    if told.fitted != ROOM_LEFT:
        yield f"a team with room for {ROOM_LEFT} more got {told.fitted} in"


def _of_files(told: Told) -> Iterator[str]:
    for store in ("uploads", "predictions"):
        for name in told.facts[store]["lost"]:
            yield f"the file {name} of the {store} is lost"
    for name in told.facts["predictions"]["orphaned"]:
        if not _is_of_a_dead_worker(told, name):
            yield f"nobody knows the file {name} of the predictions"
    # A process that is killed between a file and its row can leave one; each strike hits a few requests at most.
    web_kills = told.struck["a web process"] + told.struck["the web server"] + told.struck["the database"]
    if len(left := told.facts["uploads"]["orphaned"]) > 2 * web_kills:
        yield f"nobody knows {len(left)} files of the uploads after {web_kills} kills of who took them"


def _is_of_a_dead_worker(told: Told, name: str) -> bool:
    """Whether it is from an earlier try of a submission: one that a killed worker could not end."""
    folder, _, file = name.partition("/")
    there: dict[str, Any] = {one["id"]: one for one in told.facts["submissions"]}
    one = there.get(folder.replace("-", ""))
    return one is not None and int(file.partition(".")[0]) < one["attempt"]


def _of_waits(told: Told) -> Iterator[str]:
    for one in told.facts["submissions"]:
        if one["events"][-1][0] > LONG_WAIT_SECONDS and not _causes(one):
            yield f"{one['id']} waited {one['events'][-1][0]:.0f} s without a cause on record: {one['events']}"


def _of_processes(told: Told) -> Iterator[str]:
    kills = sum(told.struck[name] for name in WATCHED)
    if told.started_again > kills:
        yield f"processes were started again {told.started_again} times after {kills} kills: some end by themselves"


def _causes(one: dict[str, Any]) -> list[str]:
    return [note for _, _, note in one["events"] if "our fault" in note or "waited" in note]
