"""Whether a column, or two together, give the labels away: hidden in a feature, or computed from them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.audit.competition_data import CompetitionData
from grader.audit.distances import rank_correlation
from grader.audit.keys import lookups
from grader.audit.report import Finding, Level, listed
from grader.audit.tables import Column
from grader.scoring.arrays import Float64Array, Int64Array

# From here on a single column makes the contest pointless: what is left is the rounding of a copy.
GIVES_AWAY = 0.99
# It may be a copy with noise, or a strong feature of an easy task: only who knows the data can tell.
SUSPICIOUS = 0.90
# More rows say nothing new about a share of 0.9.
LOOKED_AT = 200_000
FOLDS = 5
# Finer bins tell a copy from a good predictor: 64 equal ones leave 1/4096 of an even spread's variance.
BINS = 64
PAIR_BINS = 24
# Pairs grow with the square; beyond these columns only single ones are looked at.
PAIRED_COLUMNS = 12
SEED = 20_061_217


@dataclass(frozen=True)
class _Feature:
    """A column beside the labels: `codes` of its values, and `numbers` when it has some, shape (n,) each."""

    name: str
    codes: Int64Array
    numbers: Float64Array | None


@dataclass(frozen=True)
class _Explains:
    """How much of the labels' variance a column or a pair explains, judged on rows it did not learn from."""

    what: str
    share: float

    def __str__(self) -> str:
        return f"{self.what} explains {self.share:.3f} of the labels' variance"


def labels_in_features(data: CompetitionData) -> Finding:
    """Whether a column of test.csv, or of a table that describes its rows, gives the test labels away."""
    rows = _drawn(np.flatnonzero(data.is_labelled))
    explained = _explained(_features(data, list(data.features), rows), data.targets[rows])
    return _judged("labels_in_features", explained, "the test labels")


def train_labels_in_features(data: CompetitionData) -> Finding:
    """Whether a column gives the train labels away: if not the test labels too, it was computed from them."""
    check = "train_labels"
    if data.train is None or data.train_targets is None:
        return Finding(check, Level.INFO, "There is no labelled train.csv to look for its labels in.")
    rows = _drawn(np.flatnonzero(~np.isnan(data.train_targets)))
    apart = {data.id_column, data.target_column}
    columns = [column for name, column in data.train.columns.items() if name not in apart]
    return _judged(check, _explained(_features(data, columns, rows), data.train_targets[rows]), "train's labels")


def _drawn(rows: Int64Array) -> Int64Array:
    if rows.size <= LOOKED_AT:
        return rows
    return np.sort(np.random.default_rng(SEED).choice(rows, LOOKED_AT, replace=False))


def _features(data: CompetitionData, columns: list[Column], rows: Int64Array) -> list[_Feature]:
    """The columns at those rows, and what further tables say about the rows by name."""
    found = [
        _Feature(column.name, column.codes[rows], None if column.numbers is None else column.numbers[rows])
        for column in columns
    ]
    named = {column.name: column for column in columns}
    for lookup in lookups(data):
        if lookup.key not in named:
            continue
        key = named[lookup.key]
        described = lookup.row_of(key.values)[key.codes[rows]]
        for name, column in lookup.table.columns.items():
            if name != lookup.key:
                codes = np.where(described < 0, column.values.size, column.codes[described])
                numbers = None if column.numbers is None else np.where(described < 0, np.nan, column.numbers[described])
                found.append(_Feature(f"{lookup.table.name}: {name}", codes, numbers))
    return found


def _explained(features: list[_Feature], labels: Float64Array) -> list[_Explains]:
    if labels.size < 2 * FOLDS or labels.min() == labels.max():
        return []
    folds = np.random.default_rng(SEED).permutation(labels.size) % FOLDS
    found = []
    for feature in features:
        share = _share(_binned(feature, BINS), labels, folds)
        if feature.numbers is not None:
            present = ~np.isnan(feature.numbers)
            # A rise or fall without exception is a copy too, however unevenly it is spread.
            rho = rank_correlation(feature.numbers[present], labels[present]) if present.all() else 0.0
            share = max(share, rho**2)
        found.append(_Explains(feature.name, share))
    paired = sorted(zip(found, features, strict=True), key=lambda one: -one[0].share)[:PAIRED_COLUMNS]
    codes = [_binned(feature, PAIR_BINS) for _, feature in paired]
    for place, (_, first) in enumerate(paired):
        for other, (_, second) in enumerate(paired[:place]):
            pair = codes[place] * (int(codes[other].max()) + 1) + codes[other]
            groups = pd.factorize(pair)[0].astype(np.int64)
            found.append(_Explains(f"{second.name} with {first.name}", _share(groups, labels, folds)))
    numeric = [(feature.name, feature.numbers) for feature in features if feature.numbers is not None]
    if len(numeric) > 1:
        together = np.column_stack([np.ones(labels.size), *(np.nan_to_num(numbers) for _, numbers in numeric)])
        found.append(_Explains("a sum of all numeric columns", _linear_share(together, labels, folds)))
    return sorted(found, key=lambda one: -one.share)


def _binned(feature: _Feature, bins: int) -> Int64Array:
    """The feature's values as they are, or in that many bins of equal size when they are many numbers."""
    if feature.numbers is None:
        return feature.codes
    present = feature.numbers[~np.isnan(feature.numbers)]
    if np.unique(present).size <= bins:
        return feature.codes
    edges = np.unique(np.quantile(present, np.linspace(0.0, 1.0, bins + 1)[1:-1]))
    return np.searchsorted(edges, feature.numbers, side="right").astype(np.int64)


def _share(groups: Int64Array, labels: Float64Array, folds: Int64Array) -> float:
    """1 - the squared error of each group's mean, taken from the other folds, / the labels' variance."""
    size = int(groups.max()) + 1
    cell = folds * size + groups
    counts = np.bincount(cell, minlength=FOLDS * size).reshape(FOLDS, size)
    sums = np.bincount(cell, labels - labels.mean(), minlength=FOLDS * size).reshape(FOLDS, size)
    others, totals = counts.sum(axis=0) - counts, sums.sum(axis=0) - sums
    means = np.where(others > 0, totals / np.maximum(others, 1), 0.0)
    return _explained_share(labels, labels.mean() + means.ravel()[cell])


def _linear_share(columns: Float64Array, labels: Float64Array, folds: Int64Array) -> float:
    """As `_share`, for the best sum of the columns with a factor each."""
    scale = np.abs(columns).max(axis=0)
    columns = columns / np.where(scale > 0, scale, 1.0)
    predicted = np.empty(labels.size)
    for fold in range(FOLDS):
        held_out = folds == fold
        factors = np.linalg.lstsq(columns[~held_out], labels[~held_out], rcond=None)[0]
        predicted[held_out] = columns[held_out] @ factors
    return _explained_share(labels, predicted)


def _explained_share(labels: Float64Array, predicted: Float64Array) -> float:
    left = float(np.square(labels - predicted).sum())
    return max(0.0, 1.0 - left / float(np.square(labels - labels.mean()).sum()))


def _judged(check: str, explained: list[_Explains], whose: str) -> Finding:
    if not explained:
        return Finding(check, Level.INFO, f"No column stands beside {whose}, or they are all the same.")
    best = explained[0]
    if best.share < SUSPICIOUS:
        headline = f"No column and no pair gives {whose} away; the best explains {best.share:.2f} of their variance."
        return Finding(check, Level.OK, headline, evidence=(str(best),))
    odd = listed(str(one) for one in explained if one.share >= SUSPICIOUS)
    if best.share >= GIVES_AWAY:
        headline = f"{best.what} gives {whose} away: it explains {best.share:.3f} of their variance."
        return Finding(check, Level.RED, headline, "Take the column out, unless it is the contest.", odd)
    headline = f"{best.what} explains {best.share:.3f} of the variance of {whose}."
    cure = (
        "Find out whether participants would have it at prediction time. "
        "If it is meant as a feature, nothing is wrong; if it was known only afterwards, take it out."
    )
    return Finding(check, Level.YELLOW, headline, cure, odd)
