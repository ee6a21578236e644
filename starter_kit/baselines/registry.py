"""The baselines by name, and the suggestion for a name that is none of them."""

import difflib

import pandas as pd

from starter_kit.baselines.baseline import Baseline, Report
from starter_kit.baselines.book_prior_biases import BookPriorBiases
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.baselines.global_mean import GlobalMean
from starter_kit.rating_model import RatingModel
from starter_kit.tensorflow_runtime import require_tensorflow
from starter_kit.trouble import KitError


def _fit_matrix_factorization(train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
    """Load TensorFlow only now, so that the other baselines run without it."""
    require_tensorflow()
    from starter_kit.baselines.biased_matrix_factorization import fit_matrix_factorization

    return fit_matrix_factorization(train, books, seed=seed, report=report)


BASELINES = {
    baseline.name: baseline
    for baseline in (
        Baseline("global-mean", "the mean of all ratings, for every pair", False, 0.983, GlobalMean().fit),
        Baseline("biases", "mean + damped user bias + damped book bias", False, 0.772, DampedBiases().fit),
        Baseline("biases-books", "biases, books judged by books.csv first", False, 0.757, BookPriorBiases().fit),
        Baseline("mf", "Keras matrix factorization with biases", True, 0.773, _fit_matrix_factorization),
    )
}


def baseline_named(name: str) -> Baseline:
    """The baseline called `name`. Raises KitError with the nearest names."""
    if name in BASELINES:
        return BASELINES[name]
    near = difflib.get_close_matches(name, BASELINES, n=1, cutoff=0.4)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    raise KitError(f"There is no baseline '{name}'.{guess} There are: {', '.join(BASELINES)}.")
