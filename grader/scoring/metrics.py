"""The metrics by name: what a competition can be scored by."""

import math
from collections.abc import Callable

from grader.scoring.arrays import Float64Array
from grader.scoring.classification import (
    accuracy,
    accuracy_of,
    area_under_curve,
    has_both_classes,
    log_loss,
    log_losses,
    macro_f1,
    wrong_classes,
)
from grader.scoring.errors import (
    absolute_errors,
    mean_absolute_error,
    mean_squared_error,
    r_squared,
    root_mean_squared_error,
    squared_errors,
    varies,
)
from grader.scoring.metric import Metric, Requirement, TargetKind
from grader.scoring.ranked_lists import JudgedTops
from grader.scoring.top_n import f1_at_k, has_a_relevant_row, map_at_k, ndcg_at_k, precision_at_k, recall_at_k

__all__ = ["METRICS", "Metric", "TargetKind"]

_TWO_LABELS = Requirement("two different labels", varies)
_BOTH_CLASSES = Requirement("rows of both classes, 0 and 1", has_both_classes)
_A_RELEVANT_ROW = Requirement("a row with a relevance above 0", has_a_relevant_row)


def _of_lists(
    name: str,
    label: str,
    short: str,
    explanation: str,
    function: Callable[..., float],
    list_value: Callable[[JudgedTops], Float64Array],
) -> Metric:
    return Metric(
        name,
        label,
        short,
        explanation,
        function,
        lower_is_better=False,
        target_kind=TargetKind.RELEVANCE,
        predictions_lowest=-math.inf,
        predictions_highest=math.inf,
        requirement=_A_RELEVANT_ROW,
        list_value=list_value,
    )


_ALL = (
    Metric(
        "mse",
        "Mean squared error",
        "MSE",
        "How far off the predictions are, squared before the mean, so that one large miss weighs more than many "
        "small ones: (1/n) Σ (p - t)².",
        mean_squared_error,
        lower_is_better=True,
        target_kind=TargetKind.NUMBER,
        highest=math.inf,
        row_loss=squared_errors,
    ),
    Metric(
        "rmse",
        "Root mean squared error",
        "RMSE",
        "The square root of the mean squared error, in the unit of the labels: √((1/n) Σ (p - t)²).",
        root_mean_squared_error,
        lower_is_better=True,
        target_kind=TargetKind.NUMBER,
        highest=math.inf,
        row_loss=squared_errors,
        from_mean_loss=math.sqrt,
    ),
    Metric(
        "mae",
        "Mean absolute error",
        "MAE",
        "How far off a prediction is on average, above or below: (1/n) Σ |p - t|.",
        mean_absolute_error,
        lower_is_better=True,
        target_kind=TargetKind.NUMBER,
        highest=math.inf,
        row_loss=absolute_errors,
    ),
    Metric(
        "r2",
        "Coefficient of determination",
        "R²",
        "The share of the labels' ups and downs that the predictions explain: 1 is perfect, 0 as good as always saying "
        "the mean m of the labels, below 0 worse than that: 1 - Σ (p - t)² / Σ (t - m)².",
        r_squared,
        lower_is_better=False,
        target_kind=TargetKind.NUMBER,
        lowest=-math.inf,
        requirement=_TWO_LABELS,
    ),
    Metric(
        "log_loss",
        "Log loss",
        "log loss",
        "How surprised the predicted probabilities are by what happened; being sure and wrong costs most (34.5 a row): "
        "-(1/n) Σ (t log p + (1 - t) log(1 - p)), the binary cross-entropy.",
        log_loss,
        lower_is_better=True,
        target_kind=TargetKind.BINARY,
        highest=math.inf,
        predictions_lowest=0.0,
        predictions_highest=1.0,
        row_loss=log_losses,
    ),
    Metric(
        "auc",
        "Area under the ROC curve",
        "AUC",
        "The chance that a row of class 1 gets a higher prediction than one of class 0, a draw counting half; 0.5 is "
        "guessing, and only the order of the predictions matters: the area under the ROC curve.",
        area_under_curve,
        lower_is_better=False,
        target_kind=TargetKind.BINARY,
        predictions_lowest=-math.inf,
        predictions_highest=math.inf,
        requirement=_BOTH_CLASSES,
    ),
    Metric(
        "accuracy",
        "Accuracy",
        "accuracy",
        "The share of rows whose predicted class is the right one: right / n.",
        accuracy,
        lower_is_better=False,
        target_kind=TargetKind.CLASS,
        row_loss=wrong_classes,
        from_mean_loss=accuracy_of,
    ),
    Metric(
        "macro_f1",
        "Macro F1",
        "macro F1",
        "How well each class is found and how seldom it is named in error, the mean over all classes however rare: "
        "F1 = 2 · precision · recall / (precision + recall) of each.",
        macro_f1,
        lower_is_better=False,
        target_kind=TargetKind.CLASS,
    ),
    _of_lists(
        "precision_at_k",
        "Precision at k",
        "precision@k",
        "The share of the first k places of a list that hold something relevant, the mean over all lists: hits / k.",
        precision_at_k,
        JudgedTops.precision,
    ),
    _of_lists(
        "recall_at_k",
        "Recall at k",
        "recall@k",
        "The share of what is relevant that stands in the first k places of a list, the mean over all lists: "
        "hits / relevant.",
        recall_at_k,
        JudgedTops.recall,
    ),
    _of_lists(
        "f1_at_k",
        "F1 at k",
        "F1@k",
        "Precision and recall of the first k places in one number, the mean over all lists: "
        "2 · precision · recall / (precision + recall).",
        f1_at_k,
        JudgedTops.f1,
    ),
    _of_lists(
        "map_at_k",
        "Mean average precision at k",
        "MAP@k",
        "How early in its first k places a list has what is relevant, the mean over all lists: "
        "Σ precision at each hit / min(k, relevant).",
        map_at_k,
        JudgedTops.average_precision,
    ),
    _of_lists(
        "ndcg_at_k",
        "Normalized discounted cumulative gain at k",
        "NDCG@k",
        "How much of the best possible relevance the first k places of a list hold, earlier places counting more, the "
        "mean over all lists: Σ relevance / log₂(1 + place), divided by that of the best order.",
        ndcg_at_k,
        JudgedTops.ndcg,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
