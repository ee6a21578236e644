"""How long the scoring worker takes to say how sure a board of 2,000 teams is, from kept predictions to stored rows.

`python -m tests.benchmarks.sure_boards 10000` starts a site of its own and prints the rows for as many teams.
"""

import json
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.row import Row
from tests.benchmarks.upload_to_score import site_at
from tests.running_site import RunningSite

TEAMS = 2_000
SECONDS_TARGET, MEGABYTES_TARGET = 20.0, 1_000.0
MEASURE = "from tests.benchmarks.sure_boards import compare; compare({})"


def compare(team_count: int) -> None:
    """In the site's own environment: the first run, which makes all replicates, and one after a team has improved."""
    import resource
    from time import perf_counter

    from grading.certainty import compare_due
    from leaderboard.models import BoardCertainty, PlaceCertainty, Standing
    from tests.benchmarks.many_submissions import make

    make("goodreads", team_count, team_count)
    taken = []
    for _ in range(2):
        # The site's own worker may have looked at its empty board a moment ago.
        BoardCertainty.objects.update(due_at=None, held_until=None)
        began = perf_counter()
        compare_due(began + 3600)
        taken.append(perf_counter() - began)
        last = Standing.objects.filter(competition__slug="goodreads", is_ranked=True).order_by("public_order").last()
        assert last is not None
        last.delete()
    found = PlaceCertainty.objects.filter(certainty__competition__slug="goodreads").count()
    problems = [problem for problem in BoardCertainty.objects.values_list("problem", flat=True) if problem]
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"taken": taken, "megabytes": megabytes, "own": own, "found": found, "problems": problems}))


def measure(seeded_var: Path, folder: Path, team_count: int = TEAMS) -> list[Row]:
    """Seconds by the wall clock, on Goodreads: rows and whole users; nothing else is to be scored."""
    site = site_at(seeded_var, folder / "sure boards")
    site.stop()
    told = json.loads(site.manage("shell", "-v", "0", "-c", MEASURE.format(team_count)).splitlines()[-1])
    first, again = told["taken"]
    is_whole = told["found"] >= team_count - 1 and not told["problems"]
    return [
        Row(
            f"how sure a board of {team_count:,} teams is, by rows and by users, from kept predictions",
            f"{first:.1f} s, {told['megabytes']:.0f} MB{'' if is_whole else ', NOT WHOLE'}",
            f"{again:.1f} s with the replicates of the last run; the worker itself {told['own']:.0f} MB",
            f"≤ {SECONDS_TARGET:.0f} s, ≤ {MEGABYTES_TARGET:,.0f} MB",
            first <= SECONDS_TARGET and told["megabytes"] <= MEGABYTES_TARGET and is_whole,
        )
    ]


def main() -> None:
    """Print the row for so many teams."""
    with tempfile.TemporaryDirectory(prefix="holdout-bench-") as name:
        seeded = RunningSite(Path(name) / "seeded").start()
        seeded.stop()
        for row in measure(seeded.var, Path(name), int(sys.argv[1]) if sys.argv[1:] else TEAMS):
            print(" | ".join((row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")))


if __name__ == "__main__":
    main()
