"""What a simple baseline leaves unexplained: the size of the errors that a contest will be about."""

import numpy as np

from grader.audit.competition_data import CompetitionData
from grader.scoring.arrays import Float64Array, Int64Array

# A mean counts as if five rows of the overall mean stood beside its own: a lone row says little.
DAMPING = 5.0
SWEEPS = 3


def baseline(data: CompetitionData) -> Float64Array:
    """A prediction for each row of test.csv from train: mean + a damped bias for each user, item, class.

    Without a labelled train it is the mean of the test labels, for every row.
    """
    labelled = data.targets[data.is_labelled]
    known = data.train_targets
    if known is None:
        return np.full(data.targets.size, labelled.mean())
    is_known = ~np.isnan(known)
    named = [column for column in data.shared if column.names_something]
    codes = [column.train.codes[is_known] for column in named]
    biases = damped_biases(known[is_known], codes, [column.train.values.size for column in named])
    parts = (bias[column.test.codes] for bias, column in zip(biases, named, strict=True))
    return np.asarray(sum(parts, start=np.full(data.targets.size, known[is_known].mean())), dtype=np.float64)


def damped_biases(values: Float64Array, codes: list[Int64Array], sizes: list[int]) -> list[Float64Array]:
    """A bias for each name of each column, fitted in turn to what mean and the other biases leave."""
    biases = [np.zeros(size) for size in sizes]
    left = values - values.mean()
    for _ in range(SWEEPS):
        for place, (code, size) in enumerate(zip(codes, sizes, strict=True)):
            left += biases[place][code]
            biases[place] = np.bincount(code, left, size) / (np.bincount(code, minlength=size) + DAMPING)
            left -= biases[place][code]
    return biases
