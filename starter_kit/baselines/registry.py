"""The baselines by name, and the suggestion for a name that is none of them."""

import difflib

from starter_kit.baselines.baseline import Baseline
from starter_kit.trouble import KitError

MEANS = "means and biases"
MEMORY = "memory-based CF"
FACTORIZATION = "matrix factorization"
MACHINES = "factorization machines"
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
            "user-knn",
            MEMORY,
            "the 100 users most like you, by cosine",
            "memory_based:UserNeighbours",
            needs_tensorflow=False,
            published_mse=0.757,
            must_reach=0.765,
        ),
        Baseline(
            "user-knn-pearson",
            MEMORY,
            "the same by Pearson's correlation",
            "memory_based:PearsonUserNeighbours",
            needs_tensorflow=False,
            published_mse=0.761,
            must_reach=0.765,
        ),
        Baseline(
            "user-knn-msd",
            MEMORY,
            "the same by mean squared difference",
            "memory_based:MsdUserNeighbours",
            needs_tensorflow=False,
            published_mse=0.763,
            must_reach=0.765,
        ),
        Baseline(
            "item-knn",
            MEMORY,
            "the 30 of your books most like this one, by cosine",
            "memory_based:ItemNeighbours",
            needs_tensorflow=False,
            published_mse=0.734,
            must_reach=0.745,
        ),
        Baseline(
            "item-knn-pearson",
            MEMORY,
            "the same by Pearson's correlation",
            "memory_based:PearsonItemNeighbours",
            needs_tensorflow=False,
            published_mse=0.751,
            must_reach=None,
        ),
        Baseline(
            "item-knn-msd",
            MEMORY,
            "the same by mean squared difference",
            "memory_based:MsdItemNeighbours",
            needs_tensorflow=False,
            published_mse=0.757,
            must_reach=None,
        ),
        Baseline(
            "item-knn-hashed",
            MEMORY,
            "the same by cosine within the buckets of random hyperplanes",
            "memory_based:HashedItemNeighbours",
            needs_tensorflow=False,
            published_mse=0.744,
            must_reach=None,
        ),
        Baseline(
            "hybrid-knn",
            MEMORY,
            "user-knn and item-knn together",
            "memory_based:HybridNeighbours",
            needs_tensorflow=False,
            published_mse=0.733,
            must_reach=0.745,
        ),
        Baseline(
            "hybrid-knn-books",
            MEMORY,
            "hybrid-knn over biases-books",
            "memory_based:BookPriorHybridNeighbours",
            needs_tensorflow=False,
            published_mse=0.720,
            must_reach=None,
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
            "sgd",
            FACTORIZATION,
            "Funk's matrix factorization, one rating after the other",
            "sgd_matrix_factorization:SgdMatrixFactorization",
            needs_tensorflow=False,
            published_mse=0.775,
            must_reach=0.785,
        ),
        Baseline(
            "svdpp",
            FACTORIZATION,
            "SVD++: which books were rated counts too",
            "svd_plus_plus:SvdPlusPlus",
            needs_tensorflow=False,
            published_mse=0.767,
            must_reach=0.775,
        ),
        Baseline(
            "als",
            FACTORIZATION,
            "matrix factorization by alternating least squares",
            "alternating_least_squares:AlternatingLeastSquares",
            needs_tensorflow=False,
            published_mse=0.762,
            must_reach=0.770,
        ),
        Baseline(
            "wmf",
            FACTORIZATION,
            "the same, with a little weight for missing ratings",
            "weighted_factorization:WeightedMatrixFactorization",
            needs_tensorflow=False,
            published_mse=0.760,
            must_reach=0.777,
        ),
        Baseline(
            "nmf",
            FACTORIZATION,
            "factors that only add, no biases",
            "nonnegative_factorization:NonnegativeMatrixFactorization",
            needs_tensorflow=False,
            published_mse=0.833,
            must_reach=0.900,
        ),
        Baseline(
            "mf-books",
            FACTORIZATION,
            "book factors from author, series and book",
            "side_information_factorization:SideInformationFactorization",
            needs_tensorflow=False,
            published_mse=0.724,
            must_reach=0.760,
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
            "best-keras",
            BEST,
            "biases, tastes, co-occurrence: one Keras model",
            "best_keras:BestKeras",
            needs_tensorflow=True,
            published_mse=0.686,
            must_reach=0.695,
        ),
        Baseline(
            "tastes",
            BEST,
            "a Gaussian process over books for each reader",
            "pipeline:TasteProcess",
            needs_tensorflow=True,
            published_mse=0.682,
            must_reach=None,
        ),
        Baseline(
            "pipeline",
            BEST,
            "tastes, then a network on their parts and neighbours",
            "pipeline:Pipeline",
            needs_tensorflow=True,
            published_mse=0.676,
            must_reach=0.682,
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
