"""Many small ridge regressions at once: the step that alternating least squares is made of."""

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array


def ridge_by_row(
    row: Int64Array, rows: int, x: Float64Array, y: Float64Array, damping: float, everywhere: Float64Array | None = None
) -> Float64Array:
    """w_r = (Σ x xᵀ + λI + E)⁻¹ Σ x y over the observations of each row r; shape (rows, k), 0 for a row without any.

    `row` (n,) says whose observation it is, `x` (n, k) and `y` (n,) what was seen there. w_r minimises
    Σ (y − w_r·x)² + λ|w_r|² + w_rᵀ E w_r; `everywhere`, E, has shape (k, k), None: 0.
    """
    order = np.argsort(row, kind="stable")
    row, x, y = row[order], x[order], y[order]
    starts = np.flatnonzero(np.append(True, row[1:] != row[:-1])[: row.size])
    found = np.zeros((rows, x.shape[1]))
    if row.size:
        held = damping * np.eye(x.shape[1]) + (0.0 if everywhere is None else everywhere)
        normal = np.add.reduceat(x[:, :, None] * x[:, None, :], starts, axis=0) + held
        against = np.add.reduceat(x * y[:, None], starts, axis=0)
        found[row[starts]] = np.linalg.solve(normal, against[:, :, None])[:, :, 0]
    return found
