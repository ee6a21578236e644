"""How good the top of a ranked list is, for competitions that rank candidates instead of predicting a number.

Rows are (group, candidate) pairs: a group is whoever gets a list, usually a user; its rows are ordered by
score, the highest first. Rows of equal score have no order, so every measure here is its mean over all orders
of them (McSherry & Najork, 2008, "Computing information retrieval performance measures efficiently in the
presence of tied scores"): neither the order of a file nor a constant score wins anything.
"""

from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array

# Logarithms differ by machine in their last bits; a score that is stored must not.
DIGITS = 12


@dataclass(frozen=True)
class TopN:
    """Means over the groups that have a relevant row, and the share of the catalogue that the lists show.

    precision = hits / k, recall = hits / relevant rows, f1 = 2 · precision · recall / (precision + recall), or 0
    without a hit; each for one group before the mean. ndcg = DCG / the DCG of the best order, where
    DCG = Σ gain / log₂(1 + place) over the first k places (Järvelin & Kekäläinen, 2002). coverage = candidates
    expected in at least one list of any group / candidates in all.
    """

    precision: float
    recall: float
    f1: float
    ndcg: float
    coverage: float


@dataclass(frozen=True)
class TopRows:
    """For each row, shape (n,): its chance to be among its group's first k, and its expected discount there."""

    chance: Float64Array
    discount: Float64Array


def top_rows(groups: Int64Array, scores: Float64Array, k: int) -> TopRows:
    """Order each group's rows by score and look at the first `k` places; `groups` and `scores` have shape (n,).

    A row at place p (from 1) has the discount 1 / log₂(1 + p); rows that tie share the mean of their places'
    chances and discounts. Raises ValueError for k below 1, no rows, unlike shapes or a score that is not
    finite.
    """
    if k < 1:
        raise ValueError(f"A list has 1 place or more, not {k}.")
    if groups.ndim != 1 or groups.shape != scores.shape or groups.size == 0:
        raise ValueError(f"Groups and scores must have one shape (n,), n > 0, not {groups.shape}, {scores.shape}.")
    if not np.isfinite(scores).all():
        raise ValueError("A score is not finite: it has no place in an order.")
    order = np.lexsort((-scores, groups))
    group, score = groups[order], scores[order]
    is_first_of_group = np.append(True, group[1:] != group[:-1])
    is_first_of_tie = is_first_of_group | np.append(True, score[1:] != score[:-1])
    group_start = np.flatnonzero(is_first_of_group)[np.cumsum(is_first_of_group) - 1]
    tie = np.cumsum(is_first_of_tie) - 1
    starts = np.flatnonzero(is_first_of_tie)
    first = starts - group_start[starts]
    size = np.diff(np.append(starts, group.size))
    last = np.minimum(first + size, k)
    first = np.minimum(first, k)
    discounts_up_to = np.append(0.0, np.cumsum(1.0 / np.log2(2.0 + np.arange(k))))
    chance, discount = np.empty(group.size), np.empty(group.size)
    chance[order] = ((last - first) / size)[tie]
    discount[order] = ((discounts_up_to[last] - discounts_up_to[first]) / size)[tie]
    return TopRows(chance, discount)


def top_n(
    groups: Int64Array, candidates: Int64Array, gains: Float64Array, scores: Float64Array, k: int, catalogue: int
) -> TopN:
    """Judge the lists of the `k` best-scored rows of each group against `gains`; arrays of shape (n,).

    A row is relevant when its gain is above 0; how far above matters to ndcg alone. `catalogue` is how many
    candidates there are. Each measure is rounded to 12 decimals. Raises ValueError as `top_rows` does, for a
    gain below 0, when no row at all is relevant, or for a catalogue smaller than the candidates named.
    """
    _, group = np.unique(groups, return_inverse=True)
    names, candidate = np.unique(candidates, return_inverse=True)
    if catalogue < names.size:
        raise ValueError(f"A catalogue of {catalogue:,} cannot hold {names.size:,} candidates.")
    if not (np.isfinite(gains).all() and gains.min(initial=0.0) >= 0.0 and gains.max(initial=0.0) > 0.0):
        raise ValueError("Gains must be finite and 0 or more, and one of them must be above 0.")
    top = top_rows(group, scores, k)
    is_relevant = (gains > 0).astype(np.float64)
    relevant = np.bincount(group, is_relevant)
    judged = relevant > 0
    hits = np.bincount(group, top.chance * is_relevant)[judged]
    precision, recall = hits / k, hits / relevant[judged]
    f1 = 2 * hits / (k + relevant[judged])
    # The best order is the order by gain itself.
    best = np.bincount(group, top_rows(group, gains, k).discount * gains)[judged]
    ndcg = np.bincount(group, top.discount * gains)[judged] / best
    with np.errstate(divide="ignore"):
        missed = np.bincount(candidate, np.log1p(-top.chance))
    coverage = float((-np.expm1(missed)).sum()) / catalogue
    means = (float(values.mean()) for values in (precision, recall, f1, ndcg))
    return TopN(*(round(value, DIGITS) for value in (*means, coverage)))
