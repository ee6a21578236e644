"""Whether train, the public and the private rows are of one kind: in their labels, and in each column."""

import math
from dataclasses import dataclass

import numpy as np

from grader.audit.competition_data import CompetitionData
from grader.audit.distances import Distance, category_distance, numeric_distance
from grader.audit.report import Finding, Level, listed, percent
from grader.audit.tables import Column
from grader.scoring.arrays import BoolArray, Float64Array, Int64Array

# Once in ten thousand honest audits, shared among the columns looked at: a false alarm costs trust in true ones.
CHANCE = 1e-4
# On many rows any difference is sure; one row in twenty in another place is the first that changes what is learnt.
NOTABLE = 0.05
# A quarter of the rows elsewhere: what the public score says no longer holds for the private one.
LARGE = 0.25
# Few numbers (stars, classes) are compared as names are, many as numbers.
FEW_LABELS = 20


@dataclass(frozen=True)
class _Compared:
    """Two samples of one column, and how far apart they lie."""

    what: str
    distance: Distance

    def __str__(self) -> str:
        chance = "less than 1 in 1,000,000" if self.distance.chance < 1e-6 else f"{self.distance.chance:.2g}"
        return f"{self.what}: distance {self.distance.size:.3f} of 1, by chance {chance}"


def label_drift_train(data: CompetitionData) -> Finding:
    """Whether the labels of the test set are spread as those of train."""
    check = "label_drift_train"
    if data.train is None or data.train_targets is None:
        return Finding(check, Level.INFO, "There is no labelled train.csv to compare the test labels with.")
    labels = data.train_targets[~np.isnan(data.train_targets)]
    compared = _Compared("train and test labels", _label_distance(labels, data.targets[data.is_labelled]))
    return _judged(
        check,
        [compared],
        good="The test labels are spread as those of train.",
        bad="The test labels are spread otherwise than those of train",
        cure="Draw train and test from the same source, or tell participants what differs.",
    )


def label_drift_split(data: CompetitionData) -> Finding:
    """Whether public and private labels are spread alike, as parts drawn by chance are."""
    distance = _label_distance(data.targets[data.is_public], data.targets[data.is_private])
    return _judged(
        "label_drift_split",
        [_Compared("public and private labels", distance)],
        good="Public and private labels are spread alike.",
        bad="Public and private labels are spread otherwise than two parts drawn by chance",
        cure="Draw the public rows by chance (a keyed hash of the id), or say what the parts are.",
        floor=_floor_of_split(data),
        red=LARGE,
    )


def feature_drift_train(data: CompetitionData) -> Finding:
    """Whether each column of test.csv is spread as in train.csv."""
    check = "feature_drift_train"
    if not data.shared:
        return Finding(check, Level.INFO, "Train and test have no column in common to compare.")
    compared = []
    for column in data.shared:
        if column.train.numbers is not None and column.test.numbers is not None:
            distance = numeric_distance(column.train.numbers, column.test.numbers)
        else:
            distance = category_distance(column.train.counts, column.test.counts)
        compared.append(_Compared(column.name, distance))
    return _judged(
        check,
        compared,
        good="Every column of test is spread as in train.",
        bad="Columns are spread otherwise in test than in train",
        cure="Draw train and test from the same source, or tell participants what differs.",
    )


def feature_drift_split(data: CompetitionData) -> Finding:
    """Whether each column is spread alike in the public and the private rows."""
    check = "feature_drift_split"
    # A list is public or private as a whole, and so is whoever it is for.
    columns = [column for column in data.features if data.groups is None or not _names_lists(column, data.groups)]
    if not columns:
        return Finding(check, Level.INFO, f"{data.test.name} has no columns to compare.")
    return _judged(
        check,
        [_Compared(column.name, _part_distance(column, data.is_public, data.is_private)) for column in columns],
        good="Every column is spread alike in the public and the private rows.",
        bad="Columns are spread otherwise in the public than in the private rows",
        cure="Draw the public rows by chance (a keyed hash of the id), or say what the parts are.",
        floor=_floor_of_split(data),
    )


def _floor_of_split(data: CompetitionData) -> float:
    """Parts that chance drew row by row may not differ surely, however little; those of lists may a little."""
    return 0.0 if data.groups is None else NOTABLE


def _names_lists(column: Column, groups: Int64Array) -> bool:
    """Whether the column holds one value in each list."""
    pairs = np.unique(np.column_stack([groups, column.codes]), axis=0)
    return bool(pairs.shape[0] == np.unique(groups).size)


def _judged(
    check: str,
    compared: list[_Compared],
    *,
    good: str,
    bad: str,
    cure: str,
    floor: float = NOTABLE,
    red: float = math.inf,
) -> Finding:
    """The finding for all that was compared: odd is what is surely apart, and by `floor` or more."""
    bound = CHANCE / len(compared)
    odd = sorted(
        (one for one in compared if one.distance.chance < bound and one.distance.size >= floor),
        key=lambda one: -one.distance.size,
    )
    if not odd:
        furthest = max(compared, key=lambda one: one.distance.size)
        return Finding(check, Level.OK, good, evidence=(str(furthest),))
    largest = odd[0].distance.size
    headline = f"{bad}: {percent(largest)} of the rows lie elsewhere ({odd[0].what})."
    level = Level.RED if largest >= red else Level.YELLOW
    return Finding(check, level, headline, cure, listed(str(one) for one in odd))


def _label_distance(a: Float64Array, b: Float64Array) -> Distance:
    values, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    if values.size > FEW_LABELS:
        return numeric_distance(a, b)
    counts = [np.bincount(part, minlength=values.size) for part in (codes[: a.size], codes[a.size :])]
    return category_distance(counts[0], counts[1])


def _part_distance(column: Column, public: BoolArray, private: BoolArray) -> Distance:
    if column.numbers is not None:
        return numeric_distance(column.numbers[public], column.numbers[private])
    counts = [np.bincount(column.codes[part], minlength=column.values.size) for part in (public, private)]
    return category_distance(counts[0], counts[1])
