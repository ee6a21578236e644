"""What must always be true of a competition's settings, whoever writes them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from competitions.models.competition_choices import DisclosurePolicy, EntryPolicy, LimitWindow
from competitions.timeline import ORDERED_DATES


def _in_order() -> Q:
    """The condition that each date of a competition that is set stands no later than those after it."""
    condition = Q()
    for number, earlier in enumerate(ORDERED_DATES):
        for later in ORDERED_DATES[number + 1 :]:
            condition &= (
                Q(**{f"{earlier}__isnull": True}) | Q(**{f"{later}__isnull": True}) | Q(**{f"{earlier}__lte": F(later)})
            )
    return condition


CONSTRAINTS: list[models.BaseConstraint] = [
    # The first two exclude an empty time; the others may fall together.
    models.CheckConstraint(
        condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
        name="competition_closes_after_it_opens",
        violation_error_message=gettext_lazy("The competition must close after it opens."),
    ),
    models.CheckConstraint(
        condition=_in_order(),
        name="competition_dates_are_in_order",
        violation_error_message=gettext_lazy("The dates of the competition are out of order."),
    ),
    models.CheckConstraint(
        condition=Q(reveals_at__isnull=True) | Q(closes_at__isnull=False),
        name="competition_reveals_after_it_closes",
        violation_error_message=gettext_lazy("Private results are revealed after closing: set a closing date first."),
    ),
    models.CheckConstraint(condition=Q(entry__in=EntryPolicy.values), name="competition_entry_policy_is_known"),
    models.CheckConstraint(condition=Q(limit_window__in=LimitWindow.values), name="competition_limit_window_is_known"),
    models.CheckConstraint(
        condition=Q(max_team_size__gte=1)
        & Q(final_selection_count__gte=1)
        & (Q(total_limit__isnull=True) | Q(total_limit__gte=1))
        & (Q(pending_limit__isnull=True) | Q(pending_limit__gte=1))
        & (Q(metric_k__isnull=True) | Q(metric_k__gte=1)),
        name="competition_limits_are_at_least_one",
        violation_error_message=gettext_lazy("A limit is 1 or more."),
    ),
    models.CheckConstraint(
        condition=Q(lowest__isnull=True) | Q(highest__isnull=True) | Q(lowest__lt=F("highest")),
        name="competition_range_is_not_empty",
        violation_error_message=gettext_lazy("The smallest value must lie below the largest."),
    ),
    models.CheckConstraint(condition=Q(disclosure__in=DisclosurePolicy.values), name="competition_disclosure_is_known"),
    models.CheckConstraint(condition=Q(daily_limit__gte=1), name="competition_daily_limit_is_at_least_one"),
    models.CheckConstraint(
        condition=Q(takes_predictions=True) | Q(takes_models=True),
        name="competition_takes_something",
        violation_error_message=gettext_lazy("A competition must take prediction files, SavedModels, or both."),
    ),
]
