"""The table that a chaos prints."""

from collections.abc import Sequence

from rich.table import Table

from tests.chaos.story import Told
from tests.chaos.verdict import accepted, broken_promises, longest_wait


def table(tales: Sequence[Told]) -> Table:
    """A column for each set-up."""
    shown = Table("", *(told.set_up for told in tales))
    columns = [_column(told) for told in tales]
    for name in dict.fromkeys(name for column in columns for name in column):
        shown.add_row(name, *(column.get(name, "—") for column in columns))
    return shown


def _column(told: Told) -> dict[str, str]:
    statuses = [one["status"] for one in told.facts["submissions"]]
    wait, cause = longest_wait(told)
    broken = broken_promises(told)
    bells = sum(told.bells.values())
    return {
        "seed": str(told.seed),
        **{f"killed, lost or filled: {name}": str(count) for name, count in sorted(told.struck.items())},
        "disks filled": "yes" if any("disk" in name for name in told.struck) else "not here: that needs root and mount",
        "bells rung": f"{bells:,}",
        **{f"bells {fate}": f"{count:,}" for fate, count in sorted(told.bells.items()) if fate != "passed"},
        "answers lost, sent again": str(sum(one.answers_lost for one in told.senders)),
        "told to come back (503)": str(sum(one.told_to_come_back for one in told.senders)),
        "accepted": f"{len(accepted(told)):,}",
        "scored": f"{statuses.count('scored'):,}",
        "rejected": f"{statuses.count('rejected'):,}",
        "failed": f"{statuses.count('failed'):,}",
        "longest wait": f"{wait:.1f} s: {cause}",
        "left by killed processes": " + ".join(
            f"{len(told.facts[store]['orphaned'])} {store}" for store in ("uploads", "predictions")
        ),
        "from the first to the last": f"{told.seconds:.0f} s",
        "promises broken": "; ".join(broken) or "none",
    }
