"""What each step costs, what a core does in a day, and which part gives first: the tables of docs/capacity.md.

`python -m tests.benchmarks.capacity` measures the steps on a site set up as in production, and simulates the rest.
`--from var/bench.json` takes what `./run bench` has measured; `--measured 9.5` names the capacity that
`python -m tests.benchmarks.load` has found, when that file does not hold it; `--into PAGE` writes the tables of a page.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.capacity_model import DEEP, Costs, Crowd, Outcome, Setup, Site, Step, largest_rate
from tests.benchmarks.compose_like import ComposeLike, compose_like
from tests.benchmarks.load_generator import OWN_EVERY
from tests.benchmarks.row import Row

CLIENTS = 200
MEASURE = "from tests.benchmarks.step_costs import measure; measure({!r}, {!r})"
DAY = 86_400
# A competition of Kaggle's size, and how it is looked at: for each submission so many pages and so many polls.
TEAMS, SUBMISSIONS, DAYS, PAGES_EACH, POLLS_EACH = 10_000, 150_000, 90, 20, 5
# The last hour: half of all in its last quarter.
HOUR_UPLOADS, QUARTERS = 20_000, (0.10, 0.15, 0.25, 0.50)
HOUR_LOOKERS = 1_000
WITHIN_FACTOR = 1.5
# Of a core, to say how sure the board is: as CERTAINTY_SHARE_PERCENT, the most that it may take.
CERTAINTY_SHARE = 0.1
HERE = Setup("1 host of 2 cores, all on it: 2 × 4 web, 2 scoring (compose as it is)", shared=2)
# Each as name, web processes of 4 threads, scoring processes; then the cores of one host for all, or of each kind.
LADDER = (
    HERE,
    Setup("1 host of 4 cores: 4 × 4 web, 3 scoring", web=4, scoring=3, shared=4),
    Setup("1 host of 8 cores: 8 × 4 web, 4 scoring", web=8, scoring=4, shared=8),
    Setup("3 hosts: web 8 cores, scoring 4, database 4", 8, 4, 4, web_cores=8, scoring_cores=4, database_cores=4),
    Setup("web 2 × 8 cores, scoring 8, database 8", 16, 4, 8, web_cores=16, scoring_cores=8, database_cores=8),
    Setup("web 4 × 8 cores, scoring 2 × 8, database 16", 32, 4, 16, web_cores=32, scoring_cores=16, database_cores=16),
)
NEXT_ENGINE = {
    "the cores": "a larger host, or the scoring worker and PostgreSQL on hosts of their own",
    "the web's cores": "`--scale web=n` behind the proxy; large files straight into S3 by pre-signed addresses",
    "the web processes": "HOLDOUT_WEB_PROCESSES, one for each core of the web; then `--scale web=n` behind the proxy",
    "the scoring cores": "`--scale scoring=n` on other hosts: the queue is the database, nothing else is shared",
    "the database's cores": "PgBouncer; boards and pages from a read replica; then a larger host",
    "commits, one by one": "a disk with a write cache that survives power cuts; partitions by competition",
}
STEPS = {
    "upload": "an upload is taken: read, hashed, stored, counted under the team's lock",
    "claim": "a file is claimed in fair order, an empty queue",
    "score": "… read, checked and scored",
    "record": "… recorded: predictions kept; evaluation, status and standing in one transaction",
    "board": "a member's look at the leaderboard",
    "submissions_page": "… at the own submissions",
    "submission_page": "… at one submission",
    "poll": "an open page asks whether there is news",
    "refused": "a busy site answers 503, the body read",
    "claim_behind_many": f"a claim while {DEEP:,} wait",
    "poll_behind_many": f"an open page tells the place in the queue while {DEEP:,} wait",
}  # fmt: skip


def measured_costs(folder: Path) -> dict[str, Any]:
    """As `costs_on`, of a site that is started for it."""
    with compose_like(folder) as site:
        site.accounts(CLIENTS)
        file = folder / "sample.csv"
        file.write_bytes(site.sample())
        return costs_on(site, file)


def costs_on(site: ComposeLike, file: Path) -> dict[str, Any]:
    """Of each step, the processor time of its process and of the database, in seconds; bytes stored.

    The site's accounts send the file for it; nothing of theirs is left waiting.
    """
    with site.scoring_held():
        return site.measured(MEASURE.format("goodreads", str(file)))


def mean_costs(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Of two measurements, for what happened between them: a virtual machine is not as fast at all times."""
    return {
        name: [(one + other) / 2 for one, other in zip(cost, after[name], strict=True)]
        if isinstance(cost, list)
        else (cost + after[name]) / 2
        for name, cost in before.items()
    }


def costs_of(raw: dict[str, Any]) -> Costs:
    def more(deep: str, flat: str) -> Step:
        of_each = [max(0.0, behind - alone) / DEEP for behind, alone in zip(raw[deep], raw[flat], strict=True)]
        return Step(*of_each)

    plain = ("upload", "board", "submissions_page", "submission_page", "poll", "refused", "claim", "score", "record")
    return Costs(
        **{name: Step(*raw[name]) for name in plain},
        poll_of_each=more("poll_behind_many", "poll"),
        claim_of_each=more("claim_behind_many", "claim"),
        commit=raw["commit"],
        beside=CERTAINTY_SHARE,
    )


def steps_table(raw: dict[str, Any]) -> list[str]:
    lines = ["| step | processor time of its process | of the database | one core does a day |", "|---|---|---|---|"]
    for name, said in STEPS.items():
        cpu, database = raw[name]
        lines.append(f"| {said} | {1000 * cpu:.1f} ms | {1000 * database:.1f} ms | {DAY / (cpu + database):,.0f} |")
    lines.append(f"| a change has reached the disk | | {1000 * raw['commit']:.1f} ms, waited for | |")
    if model := raw.get("model"):
        lines.append(f"| a SavedModel of the kit: unpacked, screened, run | {model:.2f} s | | {DAY / model:,.0f} |")
    return lines


def contest_table(raw: dict[str, Any], costs: Costs) -> list[str]:
    """What a contest of Kaggle's size needs in all."""
    stored = {
        "files as they were sent": raw["stored_file"],
        "kept predictions": raw["stored_kept"],
        "rows and indexes of the database": raw["stored_rows"],
    }
    scoring = costs.claim.whole + costs.score.whole + costs.record.whole
    page = costs.board.whole + (costs.submissions_page.whole - costs.board.whole) / OWN_EVERY
    looking = PAGES_EACH * page + POLLS_EACH * costs.poll.whole
    work = {"uploads": costs.upload.whole, "scoring": scoring, f"{PAGES_EACH} pages and {POLLS_EACH} polls": looking}
    lines = ["| of each submission | | of all |", "|---|---|---|"]
    for name, size in stored.items():
        lines.append(f"| {name} | {size / 1000:,.0f} kB | {size * SUBMISSIONS / 1e9:.1f} GB |")
    for name, seconds in work.items():
        lines.append(f"| {name} | {1000 * seconds:.0f} ms | {seconds * SUBMISSIONS / 3600:.1f} hours of a core |")
    share = sum(work.values()) * SUBMISSIONS / DAYS / DAY
    lines.append(f"| spread over {DAYS} days | | {100 * share:.1f} % of a core |")
    return lines


def hour_table(costs: Costs, setups: Iterable[Setup]) -> list[str]:
    """The deadline hour, simulated."""
    stretches = tuple((900.0, HOUR_UPLOADS * share / 900) for share in QUARTERS)
    lines = [
        "| set-up | p95 of pages | p95 of uploads | told to come back | most waiting | upload → score p95 | busiest |",
        "|---|---|---|---|---|---|---|",
    ]
    for setup in setups:
        found = Site(setup, costs, Crowd(HOUR_LOOKERS, stretches)).play()
        lines.append(
            f"| {setup.name} | {found.p95(found.page):.2f} s | {found.p95(found.upload):.2f} s | "
            f"{found.busy:,} times | {found.most_waiting:,} | {found.p95(found.scored):,.1f} s | {found.gives_first} "
            f"({100 * found.shares[found.gives_first]:.0f} %) |"
        )
    return lines


def ladder_table(costs: Costs) -> list[str]:
    """The largest rate of each set-up, simulated, and what gives first."""
    lines = [
        f"| set-up | uploads a second, {CLIENTS} clients looking on | an hour | gives first | what takes over |",
        "|---|---|---|---|---|",
    ]
    for setup in LADDER:
        rate, beyond = largest_rate(setup, costs, CLIENTS)
        first = beyond.gives_first
        lines.append(f"| {setup.name} | {rate:.1f} | {3600 * rate:,.0f} | {first} | {NEXT_ENGINE[first]} |")
    return lines


@dataclass(frozen=True)
class Measured:
    """What a load run has found: uploads a second that were borne, and the cores that others took meanwhile."""

    capacity: float
    others: float = 0.0

    def beside(self, predicted: float) -> float:
        """The factor between the two, 1 at least."""
        return max(predicted / self.capacity, self.capacity / predicted) if predicted else float("inf")


def rows(raw: dict[str, Any], measured: Measured | None) -> list[Row]:
    """The simulation beside what `tests.benchmarks.load` has measured, for `./run bench`."""
    predicted, beyond = _simulated(costs_of(raw), measured)
    factor = measured.beside(predicted) if measured else float("inf")
    return [
        Row(
            f"capacity with {CLIENTS} clients looking on, simulated with the cost of each step",
            f"{predicted:.1f} uploads/s; {beyond.gives_first} give first",
            f"{factor:.2f} × between it and the measured {measured.capacity:.1f}/s"
            if measured
            else "no load run to compare with",
            f"≤ {WITHIN_FACTOR} ×",
            factor <= WITHIN_FACTOR,
            predicted,
        )
    ]


def _simulated(costs: Costs, measured: Measured | None) -> tuple[float, Outcome]:
    """The largest rate of the set-up that load runs have, and what happens beyond it."""
    return largest_rate(replace(HERE, others=measured.others if measured else 0.0), costs, CLIENTS)


def check_table(costs: Costs, measured: Measured | None) -> list[str]:
    """The simulation beside a run of `tests.benchmarks.load`."""
    predicted, _ = _simulated(costs, measured)
    if not measured:
        return [f"Simulated: {predicted:.1f} uploads a second. No load run to compare it with: --measured RATE."]
    factor = measured.beside(predicted)
    verdict = "met" if factor <= WITHIN_FACTOR else "MISSED"
    taken = f"; visitors and the host's other guests take {measured.others:.2f} of its cores" if measured.others else ""
    return [
        "| capacity of this set-up | uploads a second |",
        "|---|---|",
        f"| measured by `python -m tests.benchmarks.load` | {measured.capacity:.1f} |",
        f"| simulated with the costs above{taken} | {predicted:.1f} |",
        f"| factor between them, {WITHIN_FACTOR} at most | {factor:.2f}: {verdict} |",
    ]


def tables(raw: dict[str, Any], measured: Measured | None) -> dict[str, list[str]]:
    """By the names that they have in docs/capacity.md."""
    costs = costs_of(raw)
    return {
        "steps": steps_table(raw),
        "contest": contest_table(raw, costs),
        "check": check_table(costs, measured),
        "hour": hour_table(costs, LADDER[:4]),
        "ladder": ladder_table(costs),
    }


def measured_in(facts: dict[str, Any]) -> Measured | None:
    """The last load run of `./run bench`."""
    return Measured(facts["capacity"], facts["others"]) if "others" in facts else None


def load_table(kept: dict[str, Any]) -> dict[str, list[str]]:
    """The rows of the load run in what `./run bench` has kept; nothing where there are none."""
    found = [Row(**row) for row in kept.get("parts", {}).get("load", {}).get("rows", [])]
    lines = ["| what | measured | in the same run | target | |", "|---|---|---|---|---|"]
    lines += [f"| {row.what} | {row.measured} | {row.compared} | {row.target} | {row.verdict} |" for row in found]
    return {"load": lines} if found else {}


def put_into(page: str, made: dict[str, list[str]]) -> str:
    """The page with each table between its two marks, <!-- name --> and <!-- end -->, as it is made now."""
    for name, lines in made.items():
        table = "\n".join(lines)
        page = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- end -->)",
            lambda at, text=table: f"{at[1]}{text}\n{at[2]}",
            page,
            flags=re.DOTALL,
        )
    return page


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.capacity", description=__doc__)
    asked.add_argument("--from", dest="kept", type=Path, help="what ./run bench has written")
    asked.add_argument("--measured", type=float, help="the capacity that tests.benchmarks.load has found")
    asked.add_argument("--keep", type=Path, help="write what is measured into this file, for --from")
    asked.add_argument("--into", type=Path, help="put the tables into this page too: docs/capacity.md")
    given = asked.parse_args()
    if given.kept:
        kept = json.loads(given.kept.read_text())
    else:
        with tempfile.TemporaryDirectory(prefix="holdout-capacity-") as name:
            kept = {"facts": {"costs": measured_costs(Path(name))}}
    if given.keep:
        given.keep.write_text(json.dumps(kept))
    facts = kept["facts"]
    model = {"model": facts["model"]} if "model" in facts else {}
    measured = Measured(given.measured) if given.measured else measured_in(facts)
    made = tables(facts["costs"] | model, measured) | load_table(kept)
    print("\n\n".join("\n".join(lines) for lines in made.values()))
    if given.into:
        given.into.write_text(put_into(given.into.read_text(), made))


if __name__ == "__main__":
    sys.exit(main())
