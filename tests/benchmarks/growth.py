"""From an upload to its score, as the test set, the board and the number of scoring processes grow.

`python -m tests.benchmarks.growth` prints the rows and draws them into `var/upload-to-score.svg` and `.png`.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.row import Row, percentile
from tests.benchmarks.upload_to_score import SENDERS, site_at, until_scored
from tests.running_site import Participant, RunningSite

ROWS = (1_000, 10_000, 100_000, 1_000_000)
TEAMS = (10, 1_000, 10_000)
PROCESSES = (1, 2, 4)
UPLOADS, BURST = 15, 50
# A board of many teams must not be felt.
TEAMS_TARGET = 1.3
OF_ROWS = "from tests.benchmarks.contest_of_rows import make; make({!r}, {})"
OF_TEAMS = "from tests.benchmarks.many_submissions import make; make('goodreads', {}, {})"


@dataclass(frozen=True)
class Series:
    """A curve: its points (x, median, 95th percentile), in seconds or, of `y_label`, in what that says."""

    title: str
    x_label: str
    y_label: str
    points: Sequence[tuple[float, float, float]]


def measure(seeded_var: Path, folder: Path) -> tuple[list[Row], list[Series]]:
    """Seconds by the wall clock, taken at the sender's side; one at a time but for the bursts."""
    by_rows, by_teams = _by_rows(seeded_var, folder), _by_teams(seeded_var, folder)
    by_processes = _by_processes(seeded_var, folder)
    few, many = by_teams[0][1], by_teams[-1][1]
    series = [
        Series("rows of the test set", "rows", "seconds", by_rows),
        Series("teams on the board", "teams", "seconds", by_teams),
        Series("scoring processes", "processes", f"seconds for {BURST} files at once", by_processes),
    ]
    rows = [
        Row(
            f"upload → score by rows: {', '.join(f'{count:,}' for count in ROWS)}",
            "p50 " + ", ".join(f"{p50:.2f} s" for _, p50, _ in by_rows),
            f"{1e6 * (by_rows[-1][1] - by_rows[0][1]) / (ROWS[-1] - ROWS[0]):.2f} s for each further million",
            "",
            True,
        ),
        Row(
            f"… by teams: {', '.join(f'{count:,}' for count in TEAMS)}",
            "p50 " + ", ".join(f"{p50:.3f} s" for _, p50, _ in by_teams),
            f"{many / few:.2f} ×",
            f"≤ {TEAMS_TARGET} × from the first to the last",
            many <= TEAMS_TARGET * few,
        ),
        Row(
            f"… {BURST} at once by scoring processes: {', '.join(map(str, PROCESSES))}",
            ", ".join(f"{seconds:.2f} s" for _, seconds, _ in by_processes),
            "the web's uploads included, on the same cores",
            "",
            True,
        ),
    ]
    return rows, series


def _by_rows(seeded_var: Path, folder: Path) -> list[tuple[float, float, float]]:
    site, points = site_at(seeded_var, folder / "growing rows"), []
    for count in ROWS:
        slug = f"rows-{count}"
        site.manage("shell", "-v", "0", "-c", OF_ROWS.format(slug, count))
        (sender,) = site.participants(f"sender-of-{count}", slug=slug)
        content = b"id,rating\n" + b"".join(b"%d,%d\n" % (number, 1 + number % 5) for number in range(1, count + 1))
        points.append((float(count), *_one_by_one(site, sender, content)))
    site.stop()
    return points


def _by_teams(seeded_var: Path, folder: Path) -> list[tuple[float, float, float]]:
    points = []
    for count in TEAMS:
        site = site_at(seeded_var, folder / f"{count} teams")
        site.manage("shell", "-v", "0", "-c", OF_TEAMS.format(count, count))
        (sender,) = site.participants("sender")
        points.append((float(count), *_one_by_one(site, sender, site.sample())))
        site.stop()
    return points


def _one_by_one(site: RunningSite, sender: Participant, content: bytes) -> tuple[float, float]:
    until_scored(site, sender.submit(content))  # The worker's first file reads the labels.
    seconds = []
    for _ in range(UPLOADS):
        begun = time.perf_counter()
        until_scored(site, sender.submit(content))
        seconds.append(time.perf_counter() - begun)
    return percentile(seconds, 0.5), percentile(seconds, 0.95)


def _by_processes(seeded_var: Path, folder: Path) -> list[tuple[float, float, float]]:
    points = []
    for count in PROCESSES:
        site = site_at(seeded_var, folder / f"{count} processes", HOLDOUT_SCORING_PROCESSES=str(count))
        senders, sample = site.participants(*(f"sender{number}" for number in range(BURST))), site.sample()
        for sender in senders[: 4 * count]:
            until_scored(site, sender.submit(sample))
        begun = time.perf_counter()
        with ThreadPoolExecutor(SENDERS) as crowd:
            sent = list(crowd.map(lambda sender: sender.submit(sample), senders))  # noqa: B023  # waited for right here
        for submission in sent:
            until_scored(site, submission)
        seconds = time.perf_counter() - begun
        points.append((float(count), seconds, seconds))
        site.stop()
    return points


def draw(series: Sequence[Series], path: Path) -> list[Path]:
    """Draw each curve beside the others, the band up to its 95th percentile; as `path`.svg and `path`.png."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, places = plt.subplots(1, len(series), figsize=(4.5 * len(series), 3.6), layout="constrained", squeeze=False)
    for place, curve in zip(places[0], series, strict=True):
        xs, p50, p95 = zip(*curve.points, strict=True)
        place.plot(xs, p50, marker="o", color="#1f5fbf", label="median")
        place.fill_between(xs, p50, p95, alpha=0.2, color="#1f5fbf", label="up to the 95th percentile")
        place.set(title=f"Upload → score by {curve.title}", xlabel=curve.x_label, ylabel=curve.y_label)
        place.set_ylim(bottom=0)
        if max(xs) > 10 * min(xs):
            place.set_xscale("log")
        else:
            place.set_xticks(xs)
        place.grid(alpha=0.3)
    places[0][0].legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [path.with_suffix(ending) for ending in (".svg", ".png")]
    for each in made:
        figure.savefig(each, dpi=120, metadata={"Date": None} if each.suffix == ".svg" else None)
    plt.close(figure)
    return made


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="holdout-bench-") as name:
        seeded = RunningSite(Path(name) / "seeded").start()
        seeded.stop()
        rows, series = measure(seeded.var, Path(name))
    for row in rows:
        print(row.line())
    print(*draw(series, Path("var/upload-to-score")))
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
