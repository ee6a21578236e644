"""The audit: what an organizer must know about train, test and solution before the launch."""

from collections.abc import Callable, Mapping
from pathlib import Path

from grader.audit import columns, dates, drift, keys, leaks, order, power, rows
from grader.audit.competition_data import CompetitionData, read_competition
from grader.audit.report import Finding, Report
from grader.scoring.metrics import METRICS
from grader.scoring.solution import Solution

CHECKS: tuple[tuple[str, Callable[[CompetitionData], Finding]], ...] = (
    ("ids of test and solution", rows.matching_ids),
    ("the target in test", rows.target_in_test),
    ("sizes of the parts", power.part_sizes),
    ("rows in train and test", rows.shared_rows),
    ("near-duplicates", rows.near_duplicates),
    ("rows that stand twice", rows.duplicate_keys),
    ("users and items that train lacks", keys.unseen_values),
    ("users and items without description", keys.undescribed_values),
    ("names that look alike", keys.colliding_keys),
    ("labels of train", columns.train_target),
    ("empty cells", columns.missing_values),
    ("constant columns", columns.constant_columns),
    ("numbers that stand for nothing", columns.stand_in_numbers),
    ("dates", dates.dates),
    ("labels of train and test", drift.label_drift_train),
    ("labels of the two parts", drift.label_drift_split),
    ("columns of train and test", drift.feature_drift_train),
    ("columns of the two parts", drift.feature_drift_split),
    ("labels in the columns of test", leaks.labels_in_features),
    ("labels in the columns of train", leaks.train_labels_in_features),
    ("labels in the order of rows", order.row_order),
    ("labels in the ids", order.ids_and_labels),
    ("parts in the ids", order.ids_and_usage),
    ("differences that can be told apart", power.told_apart),
    ("public against private ranks", power.rank_agreement),
)


def audit(
    train: Path | None,
    test: Path,
    solution: Solution,
    *,
    id_column: str,
    target_column: str,
    metric: str = "mse",
    k: int | None = None,
    more: Mapping[str, Path] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Report:
    """Look at all tables of a competition before it opens; `more` are further tables by name, such as books.csv.

    `train` None: the competition publishes none. `say` hears what is being done. No finding holds a label of the
    test set. Raises ValueError with a sentence for a file that is no table, a test.csv without usable ids, an
    unknown metric, or a `k` that does not fit it.
    """
    if metric not in METRICS:
        raise ValueError(f"There is no metric {metric!r}; known: {', '.join(sorted(METRICS))}.")
    METRICS[metric].check_k(k)
    data = read_competition(
        train,
        test,
        solution,
        id_column=id_column,
        target_column=target_column,
        metric=metric,
        k=k,
        more=more or {},
        say=say,
    )
    findings = []
    for what, check in CHECKS:
        say(f"Looking at {what}")
        findings.append(check(data))
    return Report(tuple(findings))
