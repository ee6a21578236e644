"""`python -m tests.benchmarks.backup_at_size [SUBMISSIONS]`: a backup, its restore and a clean-up of a large site.

Each submission has an upload and kept predictions, small ones, as hard links of a few: what is measured is what a file
and a row cost. What bytes cost, the disk says.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.running_site import RunningSite

MAKE = """
from pathlib import Path
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat
from django.db.models import CharField
from competitions.models import Solution
from submissions.models import Evaluation, Submission
from django.core.files.storage import storages
from tests.benchmarks.board_at_size import make
made = make("many", {teams}, {submissions})
Solution.objects.filter(competition=made).update(public_count=6000, private_count=14000)
for store, model, column in (("submissions", Submission, "file"), ("predictions", Evaluation, "predictions")):
    model.objects.update(**{{column: Concat(Value("many/"), Cast(F("pk"), CharField()))}})
    first = Path(storages[store].path("many/first"))
    first.parent.mkdir(parents=True)
    first.write_bytes(bytes(2000))
    for name in model.objects.values_list(column, flat=True).iterator():
        try:
            Path(storages[store].path(name)).hardlink_to(first)
        except OSError:  # As many links as a file may have.
            first.unlink()
            first.write_bytes(bytes(2000))
            Path(storages[store].path(name)).hardlink_to(first)
labels = Path(storages["labels"].path("none.csv"))
labels.write_text("id,rating,Usage")
"""
USE = """
import time
from competitions.models import Competition
from submissions.storage_use import storage_use
began = time.perf_counter()
storage_use(Competition.objects.get())
print(round(1000 * (time.perf_counter() - began)))
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150_000
    with tempfile.TemporaryDirectory(prefix="holdout-bench-") as name:
        folder = Path(name)
        site = RunningSite(folder / "var", LOG_LEVEL="WARNING")
        site.manage("migrate", "-v", "0")
        site.manage("createcachetable")
        site.manage("shell", "-v", "0", "-c", MAKE.format(teams=max(1, count // 15), submissions=count))
        print(f"{count:,} submissions, {2 * count:,} files")
        backup = folder / "site.tar"
        _timed("backup", lambda: site.manage("backup", str(backup)))
        print(
            f"  {backup.stat().st_size / 1e6:,.0f} MB, of which database {site.database.stat().st_size / 1e6:,.0f} MB"
        )
        reckoned = site.manage("shell", "-v", "0", "-c", USE).split()[-1]
        print(f"storage of the competition, as its dashboard shows it: {reckoned} ms")
        _timed("clean_up --dry-run", lambda: site.manage("clean_up", "--dry-run"))
        empty = RunningSite(folder / "other", LOG_LEVEL="WARNING")
        _timed("restore", lambda: empty.manage("restore", str(backup)))


def _timed(what: str, work: Callable[[], object]) -> None:
    """By the wall clock, and by the processor's time, which neighbours on the machine change little."""
    began, used = time.perf_counter(), _processor_seconds()
    work()
    print(f"{what}: {time.perf_counter() - began:.1f} s, {_processor_seconds() - used:.1f} s of CPU", flush=True)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
