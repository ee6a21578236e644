"""What the size of the public and the private part can decide: differences, ranks, and the winner."""

import math
from dataclasses import dataclass

import numpy as np

from grader.audit.baseline import baseline
from grader.audit.competition_data import CompetitionData
from grader.audit.report import Finding, Level, counted, percent
from grader.audit.simulated_models import SEED, simulated_predictions
from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.metrics import METRICS

# A mean over fewer is no mean that a normal distribution describes: ranks would be drawn by lot.
FEWEST_UNITS = 30
# Below, two models whose errors correlate at .98 must differ by 3.5 % of their loss to be told apart; a list, itself
# a mean over its rows, says about five times as much as a row.
FEW_ROWS, FEW_LISTS = 500, 100
# The private part decides: it should be the larger one, and the public one large enough to steer by.
PUBLIC_SHARES = (0.10, 0.50)
# Errors of unlike and of like good models on the same rows correlate so (two families of models; two of one).
CORRELATIONS = (0.98, 0.995)
# 95 % of a normal distribution lie within 1.96 standard deviations.
CONFIDENT = 1.96
# A field of 20 whose losses lie evenly within a tenth of the best one's, as the better half of a board does.
MODELS = 20
SPREAD = 0.10
CONTESTS = 2_000
# τ of a half: one pair in four changes places between the public and the private board.
LOW_AGREEMENT = 0.50
# Variances need no more rows; with fewer, the made-up models' own luck would tell more than their quality.
MOST_SIMULATED = 100_000
FEWEST_SIMULATED = 20_000
# Where a score is no mean over rows it is taken over so many blocks, and its variance from theirs.
BLOCKS = 100
FEWEST_BLOCKS = 10
NOTHING_TO_SIMULATE = "Too few rows, or labels that are nearly all the same: scores are a matter of luck."


@dataclass(frozen=True)
class _Field:
    """Scores of the models, each a mean over units (rows or lists): `means`, shape (m,), and the covariance of one
    unit's part in them, shape (m, m)."""

    means: Float64Array
    covariance: Float64Array


def part_sizes(data: CompetitionData) -> Finding:
    """Whether public and private part have rows enough, and which share is public."""
    check = "part_sizes"
    public, private = _units(data, data.is_public), _units(data, data.is_private)
    unit, few = _unit(data), FEW_ROWS if data.groups is None else FEW_LISTS
    ignored = int((~data.solution.is_public & ~data.solution.is_private).sum())
    share = public / max(public + private, 1)
    headline = (
        f"{counted(public, f'public {unit}')} and {counted(private, f'private {unit}')}: {percent(share)} are public."
    )
    evidence = (f"{counted(ignored, 'row')} marked Ignored",) if ignored else ()
    if min(public, private) < FEWEST_UNITS:
        cure = f"Give each part at least {few}: with fewer than {FEWEST_UNITS} chance makes the ranking."
        return Finding(check, Level.RED, headline, cure, evidence)
    if min(public, private) < few:
        cure = f"Give each part at least {few}, or expect ranks to change much at the end."
        return Finding(check, Level.YELLOW, headline, cure, evidence)
    lowest, highest = PUBLIC_SHARES
    if not lowest <= share <= highest:
        cure = f"Make {percent(lowest)} to {percent(highest)} public: the private part decides."
        return Finding(check, Level.YELLOW, headline, cure, evidence)
    return Finding(check, Level.OK, headline, "", evidence)


def told_apart(data: CompetitionData) -> Finding:
    """How far two models must lie apart for the difference to be more than chance (paired, 95 %)."""
    check, unit = "told_apart", _unit(data)
    public, private = _units(data, data.is_public), _units(data, data.is_private)
    lines, on_private = [], []
    for rho in CORRELATIONS:
        field = _field(data, np.ones(2), rho)
        if field is None:
            return Finding(check, Level.INFO, NOTHING_TO_SIMULATE)
        spread = math.sqrt(max(0.0, _difference_variance(field.covariance)))
        apart = [CONFIDENT * spread / math.sqrt(units) for units in (public, private)]
        on_private.append(apart[1])
        lines.append(
            f"errors that correlate at {rho:g}: {apart[0]:.2g} on {counted(public, f'public {unit}')}, "
            f"{apart[1]:.2g} on {counted(private, f'private {unit}')}"
        )
    headline = (
        f"Two models are told apart on the private {unit}s from a difference in "
        f"{_short(data)} of about {on_private[0]:.2g} on, "
        f"two very like ones from {on_private[1]:.2g} on."
    )
    return Finding(check, Level.INFO, headline, "Show no more decimals than such a difference has.", tuple(lines))


def rank_agreement(data: CompetitionData) -> Finding:
    """How well the public board foretells the private one: contests of made-up models, drawn again and again.

    The parts' scores are drawn as means of independent units are: normal, with the covariance of one unit over
    the number of units. So a million rows cost no more than a thousand.
    """
    check = "rank_agreement"
    steps = np.linspace(0.0, 1.0, MODELS)
    field = _field(data, np.sqrt(1.0 + SPREAD * steps), CORRELATIONS[0])
    if field is None:
        return Finding(check, Level.INFO, NOTHING_TO_SIMULATE)
    # The models are meant to lie evenly apart; what chance made of that on these rows is taken out.
    means = np.polyval(np.polyfit(steps, field.means, 1), steps)
    sign = 1.0 if METRICS[data.metric].lower_is_better else -1.0
    values, axes = np.linalg.eigh(field.covariance)
    root = axes * np.sqrt(np.maximum(values, 0.0))
    random = np.random.default_rng(SEED)
    public, private = (
        sign * (means + random.standard_normal((CONTESTS, MODELS)) @ root.T / math.sqrt(_units(data, part)))
        for part in (data.is_public, data.is_private)
    )
    tau = _kendall(public, private)
    winner = public.argmin(axis=1)
    place = (private < private[np.arange(CONTESTS), winner][:, None]).sum(axis=1) + 1
    wins, median = float((place == 1).mean()), int(np.median(place))
    headline = (
        f"In {CONTESTS:,} simulated contests public and private ranks agree with Kendall's τ {tau:.2f}; "
        f"the public winner wins in {percent(round(wins, 2))} of them."
    )
    evidence = (
        f"{MODELS} made-up models, evenly apart: {_short(data)} from {means[0]:.3g} to {means[-1]:.3g}; errors "
        f"correlate at {CORRELATIONS[0]:g}",
        f"the public winner's private place: {median} in the middle, {int(np.quantile(place, 0.95))} or better in 95 %",
    )
    if tau < LOW_AGREEMENT:
        cure = "Make the public part larger, or let teams choose more than one final submission."
        return Finding(check, Level.YELLOW, headline, cure, evidence)
    return Finding(check, Level.OK, headline, "", evidence)


def _field(data: CompetitionData, scales: Float64Array, rho: float) -> _Field | None:
    """The scores of made-up models of those error scales. None: there is too little to make them from."""
    labels = data.targets[data.is_labelled]
    if min(_units(data, data.is_public), _units(data, data.is_private)) < FEWEST_UNITS or labels.min() == labels.max():
        return None
    metric = METRICS[data.metric]
    rows, groups = _simulated_rows(data)
    targets, predicted = data.targets[rows], baseline(data)[rows]
    predictions = simulated_predictions(metric.target_kind, targets, predicted, scales, rho)
    if metric.row_loss is not None:
        losses = np.column_stack([metric.row_loss(targets, one) for one in predictions.T])
        means = np.maximum(losses.mean(axis=0), 1e-300)
        # A score that is a function of the mean loss spreads as its slope says (delta method).
        scored = ([metric.from_mean_loss(mean * step) for mean in means.tolist()] for step in (0.999, 1.0, 1.001))
        low, at, high = map(np.array, scored)
        slopes = (high - low) / (0.002 * means)
        return _Field(at, np.cov(losses * slopes, rowvar=False))
    block = _blocks(rows.size, groups)
    units = rows.size if groups is None else np.unique(groups).size
    scores = []
    for number in range(int(block.max()) + 1):
        is_in = block == number
        if metric.requirement is not None and not metric.requirement.is_met_by(targets[is_in]):
            continue
        lists = None if groups is None else groups[is_in]
        scores.append([metric.score(targets[is_in], one[is_in], None, groups=lists, k=data.k) for one in predictions.T])
    if len(scores) < FEWEST_BLOCKS:
        return None
    return _Field(np.mean(scores, axis=0), np.cov(scores, rowvar=False) * units / (int(block.max()) + 1))


def _simulated_rows(data: CompetitionData) -> tuple[Int64Array, Int64Array | None]:
    """The rows to simulate on, and their lists: all that are labelled, several times over when they are few.

    When they are many it is a part of them, or of the lists, drawn by chance.
    """
    rows = np.flatnonzero(data.is_labelled)
    random = np.random.default_rng(SEED)
    if rows.size > MOST_SIMULATED and data.groups is None:
        rows = random.choice(rows, MOST_SIMULATED, replace=False)  # nosec B311
    elif rows.size > MOST_SIMULATED and data.groups is not None:
        lists, sizes = np.unique(data.groups[rows], return_counts=True)
        order = random.permutation(lists.size)
        count = max(FEWEST_UNITS, int(np.searchsorted(np.cumsum(sizes[order]), MOST_SIMULATED)))
        rows = rows[np.isin(data.groups[rows], lists[order[:count]])]
    copies = -(-FEWEST_SIMULATED // rows.size)
    copy = np.repeat(np.arange(copies), rows.size)
    rows = np.tile(rows, copies)
    if data.groups is None:
        return rows, None
    _, of_list = np.unique(data.groups[rows], return_inverse=True)
    return rows, of_list * copies + copy


def _blocks(rows: int, groups: Int64Array | None) -> Int64Array:
    """A block number for each row, drawn by chance; the rows of one list stay together."""
    of_unit = np.arange(rows) if groups is None else np.unique(groups, return_inverse=True)[1]
    units = int(of_unit.max()) + 1
    blocks: Int64Array = np.random.default_rng(SEED).permutation(units) % min(BLOCKS, units)
    return blocks[of_unit]


def _difference_variance(covariance: Float64Array) -> float:
    return float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])


def _kendall(a: Float64Array, b: Float64Array) -> float:
    """Kendall's τ of each row of a with that of b, shape (contests, models), on average."""
    total = 0.0
    for place in range(1, a.shape[1]):
        total += float((np.sign(a[:, place:] - a[:, :-place]) * np.sign(b[:, place:] - b[:, :-place])).sum())
    return total / float(a.shape[0] * a.shape[1] * (a.shape[1] - 1) / 2)


def _short(data: CompetitionData) -> str:
    """The metric for people: MSE, NDCG@10."""
    return METRICS[data.metric].short.replace("@k", f"@{data.k}")


def _unit(data: CompetitionData) -> str:
    return "list" if data.groups is not None else "row"


def _units(data: CompetitionData, part: BoolArray) -> int:
    return int(part.sum()) if data.groups is None else np.unique(data.groups[part]).size
