"""What is wrong with a competition's settings, in words for the form."""

import math

from django.utils.translation import gettext as _

from competitions.allowed_emails import entries, wrong_entries
from competitions.models.competition_choices import EntryPolicy
from grader.scoring.metrics import Metric


def problem_of_list(allowed_emails: str, entry: str) -> str:
    """What is wrong with the list of addresses and domains; empty: nothing."""
    if wrong := wrong_entries(allowed_emails):
        return _("'%(wrong)s' is neither an address nor a domain: write ada@example.org, or @example.org for all.") % {
            "wrong": wrong[0]
        }
    if entry == EntryPolicy.LIST and not entries(allowed_emails):
        return _("Where the list decides who may join, it needs an address or a domain at least.")
    return ""


def problems_of_k(metric: Metric, metric_k: int | None) -> dict[str, str]:
    """Whether the metric has a k, and the competition one too; by field."""
    if metric.takes_k and metric_k is None:
        return {
            "metric_k": _("%(metric)s looks at the first k places of a list: say how many, 10 for one.")
            % {"metric": metric.label}
        }
    if not metric.takes_k and metric_k is not None:
        return {"metric_k": _("%(metric)s has no k: leave it empty.") % {"metric": metric.label}}
    return {}


def problems_of_range(metric: Metric, lowest: float | None, highest: float | None) -> dict[str, str]:
    """A metric may have a range of its own, which a competition may narrow and not leave; by field."""
    least, most = metric.predictions_lowest, metric.predictions_highest
    problems = {}
    if least is not None and math.isfinite(least) and (lowest is None or lowest < least):
        problems["lowest"] = _("%(metric)s takes predictions from %(least)s on: set %(least)s or more.") % {
            "metric": metric.label,
            "least": f"{least:g}",
        }
    if most is not None and math.isfinite(most) and (highest is None or highest > most):
        problems["highest"] = _("%(metric)s takes predictions up to %(most)s: set %(most)s or less.") % {
            "metric": metric.label,
            "most": f"{most:g}",
        }
    if metric.predicts_classes:
        for name, end in (("lowest", lowest), ("highest", highest)):
            if end is not None and end % 1:
                problems[name] = _("%(metric)s compares the numbers of classes: write a whole number.") % {
                    "metric": metric.label
                }
    return problems
