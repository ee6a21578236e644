"""The baselines by name, and the suggestion for a name that is none of them."""

import difflib

from starter_kit.baselines.baseline import Baseline
from starter_kit.trouble import KitError

MEANS = "means and biases"
CONTENT = "content-based filtering"
MEMORY = "memory-based CF"
FACTORIZATION = "matrix factorization"
FURTHER = "further factorizations"
AUTOENCODERS = "autoencoders"
MACHINES = "factorization machines"
DEEP = "deep"
TWO_STAGE = "two-stage (YouTube)"
BEST = "best models"


def _numpy(name: str, family: str, summary: str, place: str, mse: float, must: float | None = None) -> Baseline:
    """One that is fitted without TensorFlow; `mse` as published_mse."""
    return Baseline(name, family, summary, place, needs_tensorflow=False, published_mse=mse, must_reach=must)


def _keras(
    name: str, family: str, summary: str, place: str, mse: float, must: float | None = None, takes_minutes: bool = False
) -> Baseline:
    """One that is fitted with it."""
    return Baseline(name, family, summary, place, True, published_mse=mse, must_reach=must, takes_minutes=takes_minutes)


# By family, the easier before the better; the name, what it predicts, its estimator, and what it reaches.
BASELINES = {
    baseline.name: baseline
    for baseline in (
        _numpy(
            "global-mean", MEANS, "the mean of all ratings, for every pair", "global_mean:GlobalMean", 0.983, must=0.983
        ),
        _numpy("user-mean", MEANS, "a reader's own mean, damped", "damped_means:DampedUserMean", 0.845, must=0.846),
        _numpy("book-mean", MEANS, "a book's own mean, damped", "damped_means:DampedBookMean", 0.91, must=0.912),
        _numpy(
            "biases",
            MEANS,
            "mean + damped user bias + damped book bias",
            "damped_biases:DampedBiases",
            0.772,
            must=0.775,
        ),
        _numpy(
            "biases-books",
            MEANS,
            "biases, books judged by books.csv first",
            "book_prior_biases:BookPriorBiases",
            0.757,
            must=0.762,
        ),
        _numpy(
            "content-cosine",
            CONTENT,
            "the 30 of your books most like this one in author, series, words",
            "content_based:ContentNeighbours",
            0.726,
            must=0.74,
        ),
        _numpy(
            "content-jaccard",
            CONTENT,
            "the same by the share of common tokens",
            "content_based:JaccardNeighbours",
            0.731,
        ),
        _numpy("content-euclid", CONTENT, "the same by Euclid's distance", "content_based:EuclidNeighbours", 0.735),
        _numpy(
            "content-manhattan", CONTENT, "the same by Manhattan distance", "content_based:ManhattanNeighbours", 0.732
        ),
        _numpy(
            "content-minkowski",
            CONTENT,
            "the same by Minkowski's distance of order 3",
            "content_based:MinkowskiNeighbours",
            0.736,
        ),
        _numpy(
            "content-cosine-books",
            CONTENT,
            "content-cosine over biases-books",
            "content_based:BookPriorContentNeighbours",
            0.715,
        ),
        _numpy(
            "content-profile",
            CONTENT,
            "a ridge regression on book features for each user",
            "content_based:UserProfiles",
            0.713,
            must=0.725,
        ),
        _numpy(
            "user-knn",
            MEMORY,
            "the 100 users most like you, by cosine",
            "memory_based:UserNeighbours",
            0.757,
            must=0.765,
        ),
        _numpy(
            "user-knn-pearson",
            MEMORY,
            "the same by Pearson's correlation",
            "memory_based:PearsonUserNeighbours",
            0.761,
            must=0.765,
        ),
        _numpy(
            "user-knn-msd",
            MEMORY,
            "the same by mean squared difference",
            "memory_based:MsdUserNeighbours",
            0.763,
            must=0.765,
        ),
        _numpy(
            "item-knn",
            MEMORY,
            "the 30 of your books most like this one, by cosine",
            "memory_based:ItemNeighbours",
            0.734,
            must=0.745,
        ),
        _numpy(
            "item-knn-pearson", MEMORY, "the same by Pearson's correlation", "memory_based:PearsonItemNeighbours", 0.751
        ),
        _numpy("item-knn-msd", MEMORY, "the same by mean squared difference", "memory_based:MsdItemNeighbours", 0.757),
        _numpy(
            "item-knn-hashed",
            MEMORY,
            "the same by cosine within the buckets of random hyperplanes",
            "memory_based:HashedItemNeighbours",
            0.744,
        ),
        _numpy(
            "hybrid-knn", MEMORY, "user-knn and item-knn together", "memory_based:HybridNeighbours", 0.733, must=0.745
        ),
        _numpy(
            "hybrid-knn-books", MEMORY, "hybrid-knn over biases-books", "memory_based:BookPriorHybridNeighbours", 0.72
        ),
        _keras(
            "mf",
            FACTORIZATION,
            "Keras matrix factorization with biases",
            "biased_matrix_factorization:BiasedMatrixFactorization",
            0.773,
            must=0.79,
        ),
        _numpy(
            "sgd",
            FACTORIZATION,
            "Funk's matrix factorization, one rating after the other",
            "sgd_matrix_factorization:SgdMatrixFactorization",
            0.775,
            must=0.785,
        ),
        _numpy(
            "svdpp",
            FACTORIZATION,
            "SVD++: which books were rated counts too",
            "svd_plus_plus:SvdPlusPlus",
            0.767,
            must=0.775,
        ),
        _numpy(
            "als",
            FACTORIZATION,
            "matrix factorization by alternating least squares",
            "alternating_least_squares:AlternatingLeastSquares",
            0.762,
            must=0.77,
        ),
        _numpy(
            "wmf",
            FACTORIZATION,
            "the same, with a little weight for missing ratings",
            "weighted_factorization:WeightedMatrixFactorization",
            0.76,
            must=0.777,
        ),
        _numpy(
            "nmf",
            FACTORIZATION,
            "factors that only add, no biases",
            "nonnegative_factorization:NonnegativeMatrixFactorization",
            0.833,
            must=0.9,
        ),
        _numpy(
            "mf-books",
            FACTORIZATION,
            "book factors from author, series and book",
            "side_information_factorization:SideInformationFactorization",
            0.724,
            must=0.76,
        ),
        _numpy(
            "mf-plain",
            FACTORIZATION,
            "a lesson: sgd without biases",
            "sgd_matrix_factorization:PlainMatrixFactorization",
            0.853,
        ),
        _numpy("sparse-mf", FURTHER, "most factors are 0", "sparse_factorization:SparseFactorization", 0.767),
        _numpy(
            "orthogonal-mf",
            FURTHER,
            "singular vectors of the deviations (Soft-Impute)",
            "orthogonal_factorization:OrthogonalFactorization",
            0.759,
        ),
        _numpy("tri-mf", FURTHER, "ratings, authors and publishers fused", "tri_factorization:TriFactorization", 0.754),
        _numpy("tensor-mf", FURTHER, "users by books by era", "tensor_factorization:TensorFactorization", 0.758),
        _keras(
            "autorec-item",
            AUTOENCODERS,
            "books' deviations through 100 numbers and back",
            "autoencoders:ItemAutoencoder",
            0.757,
            must=0.765,
        ),
        _keras(
            "autorec-user",
            AUTOENCODERS,
            "the same for users, denoising",
            "autoencoders:UserAutoencoder",
            0.761,
            must=0.77,
        ),
        _keras(
            "autorec-deep",
            AUTOENCODERS,
            "autorec-item with three hidden layers",
            "autoencoders:DeepItemAutoencoder",
            0.766,
        ),
        _keras(
            "autorec-item-raw",
            AUTOENCODERS,
            "a lesson: the same on ratings as they are",
            "autoencoders:RawItemAutoencoder",
            0.796,
        ),
        _keras("autorec-user-raw", AUTOENCODERS, "a lesson: and for users", "autoencoders:RawUserAutoencoder", 0.901),
        _keras(
            "fm",
            MACHINES,
            "users, books, authors, series, words in pairs",
            "factorization_machines:FactorizationMachine",
            0.738,
            must=0.76,
        ),
        _keras(
            "fm-crossed",
            MACHINES,
            "fm + the reader's own taste for author, publisher, series",
            "factorization_machines:CrossedFactorizationMachine",
            0.705,
            must=0.73,
        ),
        _keras("gmf", DEEP, "factors with learned weights", "deep:GeneralizedMatrixFactorization", 0.773),
        _keras("mlp", DEEP, "a network over user and book", "deep:MultilayerPerceptron", 0.776),
        _keras("neumf", DEEP, "gmf and mlp together", "deep:NeuMF", 0.767, must=0.772),
        _keras(
            "wide-deep",
            DEEP,
            "linear weights of all facts beside a network over them",
            "deep:WideAndDeep",
            0.747,
            must=0.76,
        ),
        _keras(
            "wide-deep-crossed",
            DEEP,
            "wide-deep + the reader's own taste for author, publisher, series",
            "deep:CrossedWideAndDeep",
            0.715,
            must=0.738,
        ),
        _keras("deepfm", DEEP, "fm and a network on the same embeddings", "deep:DeepFM", 0.74, must=0.765),
        _keras(
            "two-stage",
            TWO_STAGE,
            "towers find candidates, a network ranks them",
            "two_stage:TwoStage",
            0.695,
            must=0.725,
        ),
        _keras(
            "best-keras",
            BEST,
            "biases, tastes, co-occurrence: one Keras model",
            "best_keras:BestKeras",
            0.683,
            must=0.695,
        ),
        _keras("tastes", BEST, "a Gaussian process over books for each reader", "pipeline:TasteProcess", 0.686),
        _keras(
            "pipeline",
            BEST,
            "tastes, then a network on their parts and neighbours",
            "pipeline:Pipeline",
            0.665,
            must=0.682,
        ),
        _keras(
            "ensemble",
            BEST,
            "tastes, best-keras and fm-crossed, weighed by networks",
            "ensemble:Ensemble",
            0.665,
            must=0.672,
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
