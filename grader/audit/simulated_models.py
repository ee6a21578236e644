"""A field of made-up models for labels that are known: what a contest's scores will do before anyone takes part.

Each model errs in a part that all have in common (what the columns do not say) and a part of its own; ρ is the
correlation of two models' errors.
"""

from statistics import NormalDist

import numpy as np

from grader.scoring.arrays import Float64Array
from grader.scoring.metrics import TargetKind

# Noise on a latent 0/1 that leaves an area under the ROC curve of about 0.8, as usual in such contests:
# AUC = Φ(1 / (noise · √2)).
LATENT_NOISE = 0.85
# The share of rows that a middling classifier gets wrong.
WRONG_SHARE = 0.20
SEED = 20_061_217


def simulated_predictions(
    kind: TargetKind, targets: Float64Array, baseline: Float64Array, scales: Float64Array, rho: float
) -> Float64Array:
    """Predictions of m models for n rows, shape (n, m); `scales`, shape (m,): each one's error, 1 the usual.

    Numbers: the common part is the residual of `baseline`, shape (n,), the own part normal with its standard
    deviation. Classes 0 and 1: the probability that belongs to a noisy sight of the class. Other classes: right or
    wrong by a latent difficulty of the row. Relevance: a noisy sight of it. Draws are seeded.
    """
    random = np.random.default_rng(SEED)
    own = random.standard_normal((targets.size, scales.size))
    if kind == TargetKind.NUMBER:
        residual = targets - baseline
        error = np.sqrt(rho) * residual[:, None] + np.sqrt(1.0 - rho) * residual.std() * own
        return np.asarray(targets[:, None] - scales * error, dtype=np.float64)
    noise = np.sqrt(rho) * random.standard_normal(targets.size)[:, None] + np.sqrt(1.0 - rho) * own
    if kind == TargetKind.CLASS:
        return _classes(random, targets, noise, scales)
    width = LATENT_NOISE * scales
    seen = targets[:, None] / max(float(targets.max()), 1e-300) + width * noise
    if kind == TargetKind.RELEVANCE:
        return np.asarray(seen, dtype=np.float64)
    share = float(np.clip(targets.mean(), 1e-6, 1.0 - 1e-6))
    # P(1 | seen) for normal sight of 0 and 1, by Bayes' rule.
    odds = (seen - 0.5) / np.square(width) + np.log(share / (1.0 - share))
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -500.0, 500.0))), dtype=np.float64)


def _classes(
    random: np.random.Generator, targets: Float64Array, difficulty: Float64Array, scales: Float64Array
) -> Float64Array:
    """The right class, and where a row is too difficult for a model another one, drawn as often as it occurs."""
    normal = NormalDist()
    wrong_shares = np.minimum(WRONG_SHARE * np.square(scales), 0.99)
    is_wrong = difficulty > np.array([normal.inv_cdf(1.0 - share) for share in wrong_shares.tolist()])
    other = random.permutation(targets)
    classes = np.unique(targets)
    following = np.roll(classes, -1)[np.searchsorted(classes, targets)]
    other = np.where(other == targets, following, other)
    return np.where(is_wrong, other[:, None], targets[:, None])
