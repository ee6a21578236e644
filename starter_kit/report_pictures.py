"""The pictures of the report, each an SVG in the page itself: no file beside it, no script, no network."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from grader.scoring.arrays import Float64Array
from grader.scoring.bootstrap import Interval
from starter_kit.ladder import Rung
from starter_kit.slices import Slice

# The same rungs draw the same bytes; letters stay text, so that they can be searched and read out.
mpl.rcParams.update({"svg.hashsalt": "ladder", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False})
mpl.rcParams.update({"axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.3})
_WIDTH = 8.0


@dataclass(frozen=True)
class JudgedRung:
    """A rung with its predictions (n,), squared errors (n,), and the interval of its MSE over whole users."""

    rung: Rung
    predictions: Float64Array
    losses: Float64Array
    interval: Interval


def mse_with_intervals(judged: Sequence[JudgedRung]) -> str:
    """Each baseline's MSE with its interval, the best at the top; a bar where it must be at the latest."""
    figure = Figure(figsize=(_WIDTH, 1.2 + 0.22 * len(judged)), layout="constrained")
    axes = figure.subplots()
    for place, each in enumerate(judged):
        colour = "tab:blue" if each.rung.is_reached is not False else "tab:red"
        axes.plot([each.interval.low, each.interval.high], [place, place], color=colour, linewidth=1.5)
        axes.plot(each.rung.mse, place, "o", color=colour, markersize=4)
        if each.rung.must_reach is not None:
            axes.plot(each.rung.must_reach, place, "|", color="black", markersize=8)
    axes.set_yticks(range(len(judged)), [each.rung.name for each in judged])
    axes.invert_yaxis()
    axes.set_xlabel("MSE, with the interval that other users would give (95 %); | is the mark to reach")
    return _svg(figure)


def learning_curves(judged: Sequence[JudgedRung]) -> str:
    """The training error of each baseline that learns in epochs."""
    figure = Figure(figsize=(_WIDTH, 3.6), layout="constrained")
    axes = figure.subplots()
    for each in judged:
        axes.plot(range(1, len(each.rung.losses) + 1), each.rung.losses, label=each.rung.name)
    axes.set_xlabel("epoch")
    axes.set_ylabel("MSE in training")
    axes.legend(fontsize=8, ncols=2)
    return _svg(figure)


def errors_by_slice(judged: Sequence[JudgedRung], slices: Sequence[Slice]) -> str:
    """The MSE of a few baselines by what was known of user and book: one panel for each kind of slice."""
    kinds = list(dict.fromkeys(part.kind for part in slices))
    figure = Figure(figsize=(_WIDTH, 2.6 * len(kinds)), layout="constrained")
    for axes, kind in zip(figure.subplots(len(kinds), squeeze=False)[:, 0], kinds, strict=True):
        parts = [part for part in slices if part.kind == kind]
        for each in judged:
            errors = [float(each.losses[part.rows].mean()) for part in parts]
            axes.plot(range(len(parts)), errors, "o-", label=each.rung.name, markersize=3)
        labels = [f"{part.label}\n{int(part.rows.sum()):,} rows" for part in parts]
        axes.set_xticks(range(len(parts)), labels, fontsize=7)
        axes.set_title(kind, fontsize=9)
        axes.set_ylabel("MSE")
        axes.legend(fontsize=7)
    return _svg(figure)


def predicted_against_true(judged: JudgedRung, targets: Float64Array) -> str:
    """How the predictions spread for each true rating: the middle half, the median, and 5 % to 95 %."""
    figure = Figure(figsize=(_WIDTH, 3.4), layout="constrained")
    axes = figure.subplots()
    true = np.unique(targets)
    axes.boxplot(
        [judged.predictions[targets == value] for value in true],
        positions=true,
        widths=0.5,
        whis=(5, 95),
        showfliers=False,
        manage_ticks=False,
    )
    axes.plot(true, true, "--", color="tab:gray", label="what would be right")
    axes.set_xticks(true, [f"{value:g}\n{int((targets == value).sum()):,} rows" for value in true])
    axes.set_xlabel("true rating")
    axes.set_ylabel(f"predicted by {judged.rung.name}")
    axes.legend(fontsize=8)
    return _svg(figure)


def seconds_against_mse(judged: Sequence[JudgedRung]) -> str:
    """What each baseline's error costs in training."""
    figure = Figure(figsize=(_WIDTH, 4.2), layout="constrained")
    axes = figure.subplots()
    families = list(dict.fromkeys(each.rung.family for each in judged))
    for family in families:
        members = [each.rung for each in judged if each.rung.family == family]
        seconds = [max(rung.seconds, 0.01) for rung in members]
        axes.plot(seconds, [rung.mse for rung in members], "o", label=family, markersize=5)
        for second, rung in zip(seconds, members, strict=True):
            axes.annotate(rung.name, (second, rung.mse), fontsize=6, xytext=(3, 2), textcoords="offset points")
    axes.set_xscale("log")
    axes.set_xlabel("seconds to fit")
    axes.set_ylabel("MSE")
    axes.legend(fontsize=7)
    return _svg(figure)


def _svg(figure: Figure) -> str:
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    text = drawn.getvalue()
    # Within a page neither the XML declaration nor the document type may stand.
    return text[text.index("<svg") :]
