"""The baselines by name, and the suggestion for a name that is none of them."""

import difflib

from starter_kit.baselines.baseline import Baseline
from starter_kit.trouble import KitError

MEANS = "means and biases"
FACTORIZATION = "matrix factorization"
MACHINES = "factorization machines"
DEEP = "deep"
TWO_STAGE = "two-stage (YouTube)"
BEST = "best models"

BASELINES = {
    baseline.name: baseline
    for baseline in (
        Baseline(
            "global-mean",
            MEANS,
            "the mean of all ratings, for every pair",
            "global_mean:GlobalMean",
            needs_tensorflow=False,
            published_mse=0.983,
            must_reach=0.983,
        ),
        Baseline(
            "user-mean",
            MEANS,
            "a reader's own mean, damped",
            "damped_means:DampedUserMean",
            needs_tensorflow=False,
            published_mse=0.845,
            must_reach=0.846,
        ),
        Baseline(
            "book-mean",
            MEANS,
            "a book's own mean, damped",
            "damped_means:DampedBookMean",
            needs_tensorflow=False,
            published_mse=0.910,
            must_reach=0.912,
        ),
        Baseline(
            "biases",
            MEANS,
            "mean + damped user bias + damped book bias",
            "damped_biases:DampedBiases",
            needs_tensorflow=False,
            published_mse=0.772,
            must_reach=0.775,
        ),
        Baseline(
            "biases-books",
            MEANS,
            "biases, books judged by books.csv first",
            "book_prior_biases:BookPriorBiases",
            needs_tensorflow=False,
            published_mse=0.757,
            must_reach=0.762,
        ),
        Baseline(
            "mf",
            FACTORIZATION,
            "Keras matrix factorization with biases",
            "biased_matrix_factorization:BiasedMatrixFactorization",
            needs_tensorflow=True,
            published_mse=0.773,
            must_reach=0.790,
        ),
        Baseline(
            "fm",
            MACHINES,
            "users, books, authors, series, words in pairs",
            "factorization_machines:FactorizationMachine",
            needs_tensorflow=True,
            published_mse=0.738,
            must_reach=0.760,
        ),
        Baseline(
            "fm-crossed",
            MACHINES,
            "fm + the reader's own taste for author, publisher, series",
            "factorization_machines:CrossedFactorizationMachine",
            needs_tensorflow=True,
            published_mse=0.705,
            must_reach=0.730,
        ),
        Baseline(
            "gmf",
            DEEP,
            "factors with learned weights",
            "deep:GeneralizedMatrixFactorization",
            needs_tensorflow=True,
            published_mse=0.773,
            must_reach=None,
        ),
        Baseline(
            "mlp",
            DEEP,
            "a network over user and book",
            "deep:MultilayerPerceptron",
            needs_tensorflow=True,
            published_mse=0.776,
            must_reach=None,
        ),
        Baseline(
            "neumf",
            DEEP,
            "gmf and mlp together",
            "deep:NeuMF",
            needs_tensorflow=True,
            published_mse=0.767,
            must_reach=0.772,
        ),
        Baseline(
            "wide-deep",
            DEEP,
            "linear weights of all facts beside a network over them",
            "deep:WideAndDeep",
            needs_tensorflow=True,
            published_mse=0.747,
            must_reach=0.760,
        ),
        Baseline(
            "wide-deep-crossed",
            DEEP,
            "wide-deep + the reader's own taste for author, publisher, series",
            "deep:CrossedWideAndDeep",
            needs_tensorflow=True,
            published_mse=0.715,
            must_reach=0.738,
        ),
        Baseline(
            "deepfm",
            DEEP,
            "fm and a network on the same embeddings",
            "deep:DeepFM",
            needs_tensorflow=True,
            published_mse=0.740,
            must_reach=0.765,
        ),
        Baseline(
            "two-stage",
            TWO_STAGE,
            "towers find candidates, a network ranks them",
            "two_stage:TwoStage",
            needs_tensorflow=True,
            published_mse=0.695,
            must_reach=0.725,
        ),
        Baseline(
            "best-keras",
            BEST,
            "biases, tastes, co-occurrence: one Keras model",
            "best_keras:BestKeras",
            needs_tensorflow=True,
            published_mse=0.684,
            must_reach=0.695,
        ),
        Baseline(
            "tastes",
            BEST,
            "a Gaussian process over books for each reader",
            "pipeline:TasteProcess",
            needs_tensorflow=True,
            published_mse=0.686,
            must_reach=None,
        ),
        Baseline(
            "pipeline",
            BEST,
            "tastes, then a network on their parts and neighbours",
            "pipeline:Pipeline",
            needs_tensorflow=True,
            published_mse=0.665,
            must_reach=0.682,
        ),
        Baseline(
            "ensemble",
            BEST,
            "tastes, best-keras and fm-crossed, weighed by networks",
            "ensemble:Ensemble",
            needs_tensorflow=True,
            published_mse=0.665,
            must_reach=0.672,
            takes_minutes=True,
        ),
    )
}


def baseline_named(name: str) -> Baseline:
    """The baseline called `name`. Raises KitError with the nearest names."""
    if name in BASELINES:
        return BASELINES[name]
    near = difflib.get_close_matches(name, BASELINES, n=1, cutoff=0.4)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    raise KitError(f"There is no baseline '{name}'.{guess} There are: {', '.join(BASELINES)}.")
