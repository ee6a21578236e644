"""What can be chosen for a competition."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grader.scoring.disclosure import Policy
from grader.scoring.metrics import METRICS
from grader.scoring.prediction_format import OutOfRange

COLUMN_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
column_name = RegexValidator(rf"^{COLUMN_NAME}\Z", gettext_lazy("Use letters, digits and _, beginning with a letter."))


def metric_choices() -> list[tuple[str, str]]:
    """What a competition can be scored by, each with its direction."""
    return [
        (
            name,
            (_("%(metric)s (lower is better)") if metric.lower_is_better else _("%(metric)s (higher is better)"))
            % {"metric": metric.label},
        )
        for name, metric in METRICS.items()
    ]


class EntryPolicy(models.TextChoices):
    PUBLIC = "public", gettext_lazy("anyone with an account")
    APPROVAL = "approval", gettext_lazy("whoever an organizer approves")
    INVITATION = "invitation", gettext_lazy("whoever has an invitation")
    LIST = "list", gettext_lazy("the e-mail addresses and domains on the list")


class LimitWindow(models.TextChoices):
    UTC_DAY = "utc_day", gettext_lazy("a UTC day, from 00:00 to 00:00")
    ROLLING = "rolling_24h", gettext_lazy("any 24 hours")


class OutOfRangePolicy(models.TextChoices):
    REJECT = OutOfRange.REJECT.value, gettext_lazy("reject the file, naming the line")
    CLIP = OutOfRange.CLIP.value, gettext_lazy("clip to the range")


class DisclosurePolicy(models.TextChoices):
    PLAIN = Policy.PLAIN.value, gettext_lazy("plain: every file's score, rounded")
    LADDER = Policy.LADDER.value, gettext_lazy("ladder: a score only when it clearly beats the team's best")
