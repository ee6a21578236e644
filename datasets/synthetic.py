"""A made-up world in the shape of Goodreads, for which the best possible score is known.

A user's latent opinion of a book is μ + habit(user) + quality(book) + taste(user, author) + taste(user,
series); the rating is that opinion plus Gaussian noise of known variance, rounded to a whole number and
clipped to 1..5.
"""

import math
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from datasets.made_up_titles import author_names, publisher_names, titles

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]

LOWEST, HIGHEST = 1, 5
NOISE_VARIANCE = 0.30
TEST_SHARE = 0.20
# Variances of the parts of an opinion, chosen so that the usual models order themselves as on the real
# ratings.
_MEAN = 4.0
_HABIT, _AUTHOR_QUALITY, _BOOK_QUALITY = 0.22, 0.06, 0.06
_AUTHOR_TASTE, _SERIES_TASTE = 0.25, 0.15
_FEWEST_RATINGS = 3


@dataclass(frozen=True)
class World:
    """Made-up tables: train and test have user_id, book_name, rating; books is as `read_books` gives it.

    `noise_variance` is that of the noise before rounding; `best_mse` the expected MSE on `test` of the best
    possible prediction, E(rating | opinion): no model can be expected to go below it.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    books: pd.DataFrame
    noise_variance: float
    best_mse: float


@dataclass(frozen=True)
class _Library:
    """Each book's title, author and series (numbers, -1: none), quality and popularity, shape (m,)."""

    names: list[str]
    author: Int64Array
    series: Int64Array
    quality: Float64Array
    popularity: Float64Array


def make_world(seed: str, *, users: int = 1_773, books: int = 8_417, ratings: int = 104_444) -> World:
    """Make the world that belongs to `seed`: the same one, row for row, on every call.

    80 % of the ratings are train; every user and book of test occurs in train, so a small world's test may be
    less than 20 %. Raises ValueError when the ratings do not fit into users and books.
    """
    if not users * _FEWEST_RATINGS <= ratings <= users * books // 3:
        raise ValueError(
            f"{ratings:,} ratings do not fit {users:,} users and {books:,} books: "
            f"between {users * _FEWEST_RATINGS:,} and {users * books // 3:,} do"
        )
    rng = np.random.default_rng(int.from_bytes(sha256(seed.encode()).digest(), "big"))
    library = _make_library(rng, books)
    user, book = _who_reads_what(rng, library, users, ratings)
    opinion = (
        _MEAN
        + rng.normal(0, math.sqrt(_HABIT), users)[user]
        + library.quality[book]
        + _taste(rng, user, library.author[book], _AUTHOR_TASTE)
        + np.where(library.series[book] < 0, 0.0, _taste(rng, user, library.series[book], _SERIES_TASTE))
    )
    noisy = opinion + rng.normal(0, math.sqrt(NOISE_VARIANCE), ratings)
    rating = np.clip(np.floor(noisy + 0.5), LOWEST, HIGHEST)
    names = np.array(library.names, dtype=object)[book]
    numbers = rng.permutation(np.arange(1, int(users * 3.4) + 2))[:users].astype(str).astype(object)
    rows = pd.DataFrame({"user_id": numbers[user], "book_name": names, "rating": rating})
    rows = rows.astype({"user_id": str, "book_name": str})
    is_test = _choose_test(rng, user, book)
    return World(
        train=rows[~is_test].reset_index(drop=True),
        test=rows[is_test].reset_index(drop=True),
        books=_describe(rng, library),
        noise_variance=NOISE_VARIANCE,
        best_mse=float(rating_variance(opinion[is_test], NOISE_VARIANCE).mean()),
    )


def rating_moments(opinion: Float64Array, noise_variance: float) -> tuple[Float64Array, Float64Array]:
    """Mean and variance of clip(round(opinion + noise), 1, 5), exactly, each of shape (n,).

    With F_k = P(rating ≤ k): E = 5 − Σ F_k and E² = 25 − Σ (2k + 1) F_k, k = 1..4.
    """
    scale = math.sqrt(2 * noise_variance)
    mean = np.full(len(opinion), float(HIGHEST))
    square = np.full(len(opinion), float(HIGHEST**2))
    for k in range(LOWEST, HIGHEST):
        at_most = np.array([0.5 * math.erfc((value - k - 0.5) / scale) for value in opinion.tolist()])
        mean -= at_most
        square -= (2 * k + 1) * at_most
    return mean, square - mean**2


def rating_variance(opinion: Float64Array, noise_variance: float) -> Float64Array:
    """The part of each rating's variance that nobody can predict, shape (n,)."""
    return rating_moments(opinion, noise_variance)[1]


def _make_library(rng: np.random.Generator, books: int) -> _Library:
    """Authors with a long tail of books, a third of the books in series of one author, named and numbered."""
    weights = rng.lognormal(0.0, 1.0, max(2, int(books * 0.5)))
    author = np.sort(rng.choice(len(weights), size=books, p=weights / weights.sum())).astype(np.int64)
    series = np.full(books, -1, dtype=np.int64)
    names = titles(rng, books)
    first = 0
    for number, length in enumerate(rng.geometric(0.28, books).tolist()):
        last = min(first + length, books)
        same_author = int((author[first:last] == author[first]).sum())
        if same_author >= 2 and rng.random() < 0.6:
            series[first : first + same_author] = number
            title = names[first]
            for place in range(same_author):
                names[first + place] += f" ({title}, #{place + 1})"
        first += same_author
        if first >= books:
            break
    author_quality = rng.normal(0, math.sqrt(_AUTHOR_QUALITY), len(weights))
    quality = author_quality[author] + rng.normal(0, math.sqrt(_BOOK_QUALITY), books)
    return _Library(names, author, series, quality, rng.lognormal(0.0, 1.0, books))


def _who_reads_what(
    rng: np.random.Generator, library: _Library, users: int, ratings: int
) -> tuple[Int64Array, Int64Array]:
    """Users and books of all ratings, each pair once, shape (ratings,): a few users read much."""
    books = len(library.names)
    appetite = rng.lognormal(0.0, 1.0, users)
    counts = _FEWEST_RATINGS + rng.multinomial(ratings - _FEWEST_RATINGS * users, appetite / appetite.sum())
    spare = int(np.maximum(counts - books // 2, 0).sum())
    counts = np.minimum(counts, books // 2)
    while spare:
        hungry = rng.choice(np.flatnonzero(counts < books // 2))
        counts[hungry] += 1
        spare -= 1
    attraction = np.log(library.popularity)
    read = []
    for count in counts.tolist():
        followed = rng.random(int(library.author.max()) + 1) < 0.02
        keys = attraction + 2.5 * followed[library.author] + rng.gumbel(size=books)
        read.append(np.argpartition(keys, books - count)[books - count :])
    return np.repeat(np.arange(users), counts).astype(np.int64), np.concatenate(read).astype(np.int64)


def _taste(rng: np.random.Generator, user: Int64Array, group: Int64Array, variance: float) -> Float64Array:
    """One draw for each (user, group) that occurs, repeated for every row of the pair, shape (n,)."""
    pairs, row = np.unique(user * (group.max() + 2) + group + 1, return_inverse=True)
    return np.asarray(rng.normal(0, math.sqrt(variance), len(pairs))[row], dtype=np.float64)


def _choose_test(rng: np.random.Generator, user: Int64Array, book: Int64Array) -> npt.NDArray[np.bool_]:
    """A fifth of the rows, at random among those whose user and book each keep another row in train."""
    order = rng.permutation(len(user))
    needed = np.zeros(len(user), dtype=np.bool_)
    for column in (user, book):
        needed[order[np.unique(column[order], return_index=True)[1]]] = True
    is_test = np.zeros(len(user), dtype=np.bool_)
    is_test[order[~needed[order]][: int(TEST_SHARE * len(user))]] = True
    return is_test


def _describe(rng: np.random.Generator, library: _Library) -> pd.DataFrame:
    """What books.csv says about each book: its average over other readers, and facts that say little."""
    count = len(library.names)
    reviews = np.maximum(1, (library.popularity * rng.lognormal(3.5, 1.2, count)).astype(np.int64))
    average = rating_moments(_MEAN + library.quality, NOISE_VARIANCE + _HABIT + _AUTHOR_TASTE + _SERIES_TASTE)[0]
    average += rng.normal(0, 0.9, count) / np.sqrt(20 + reviews)
    authors = np.array(author_names(rng, int(library.author.max()) + 1), dtype=object)
    pages = np.clip(rng.lognormal(5.6, 0.5, count), 16, 2_000).round()
    return pd.DataFrame(
        {
            "book_name": pd.Series(library.names, dtype=str),
            "authors": pd.Series(authors[library.author], dtype=str),
            "rating": np.clip(average, LOWEST, HIGHEST).round(2),
            "publish_year": np.clip(2008 - rng.exponential(9, count), 1800, 2010).astype(np.int64),
            "publish_month": rng.integers(1, 13, count),
            "publish_day": rng.integers(1, 29, count),
            "publisher": pd.Series(publisher_names(rng, count), dtype=str),
            "num_reviews": reviews,
            "num_pages": np.where(rng.random(count) < 0.016, np.nan, pages),
        }
    )
