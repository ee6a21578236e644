"""What stands between a draft and its opening: the launch check, the audit of the data, and publishing all the same."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models.competition import Competition

# A reason for publishing in spite of a red line says more than "ok".
SHORTEST_REASON = 20


class Level(models.TextChoices):
    """How much a finding weighs. RED stands in the way of publishing."""

    GREEN = "green", gettext_lazy("in order")
    YELLOW = "yellow", gettext_lazy("look at it")
    RED = "red", gettext_lazy("mend it")


class JobState(models.TextChoices):
    """Where a job of the scoring worker is."""

    ASKED = "asked", gettext_lazy("waiting for the scoring worker")
    RUNNING = "running", gettext_lazy("running")
    DONE = "done", gettext_lazy("done")
    FAILED = "failed", gettext_lazy("failed")


UNFINISHED = (JobState.ASKED, JobState.RUNNING)


def _ends_with_its_result() -> Q:
    """The condition that it has a level and an end exactly when it is done, and a reason exactly when it failed."""
    return (
        Q(state__in=UNFINISHED, finished_at__isnull=True, worst="", failure="")
        | Q(state=JobState.DONE, finished_at__isnull=False, worst__in=Level.values, failure="")
        | (Q(state=JobState.FAILED, finished_at__isnull=False, worst="") & ~Q(failure=""))
    )


class Job(models.Model):
    """Work on one `competition` that somebody asks for and the scoring worker does, by bell and sweeper.

    `held_until`: another process has it in hand until then.
    """

    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    started_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("The ticket of the process that has it in hand.")
    )
    progress = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ["-id"]

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED


class Inspection(Job):
    """A look at a whole competition that an organizer asks for, with how bad the worst of what it found is.

    `digest`: what it was made against, see `competitions.launching.digest_of`.
    """

    asked_at = models.DateTimeField(auto_now_add=True)
    worst = models.CharField(
        max_length=10, choices=Level.choices, blank=True, help_text=gettext_lazy("Of all that was found.")
    )
    digest = models.CharField(max_length=64, blank=True)

    class Meta(Job.Meta):
        abstract = True


class LaunchCheck(Inspection):
    """One rehearsal of a competition, with its checklist: `lines` of {name, level, finding, cure}."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="launch_checks")
    lines = models.JSONField(default=list, blank=True)

    class Meta(Inspection.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["competition"], condition=Q(state__in=UNFINISHED), name="one_launch_check_at_a_time"
            ),
            models.CheckConstraint(condition=_ends_with_its_result(), name="launch_check_ends_with_its_result"),
        ]

    def __str__(self) -> str:
        return _("Launch check of %(competition)s") % {"competition": self.competition}


class DataAudit(Inspection):
    """One audit of a competition's data: `report` as `grader.audit.Report.to_dict` gives it."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="data_audits")
    report = models.JSONField(default=dict, blank=True)

    class Meta(Inspection.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["competition"], condition=Q(state__in=UNFINISHED), name="one_audit_at_a_time"
            ),
            models.CheckConstraint(condition=_ends_with_its_result(), name="audit_ends_with_its_result"),
        ]

    def __str__(self) -> str:
        return _("Audit of %(competition)s") % {"competition": self.competition}


class PublishOverride(models.Model):
    """Who published a competition although the launch check stood against it, and why."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="publish_overrides")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=gettext_lazy("Empty: a command."),
    )
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()
    against = models.JSONField(help_text=gettext_lazy("What stood against it, in sentences."))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), SHORTEST_REASON), name="an_override_gives_its_reason"
            )
        ]

    def __str__(self) -> str:
        return _("%(competition)s published on %(at)s") % {
            "competition": self.competition,
            "at": f"{self.at:%Y-%m-%d %H:%M}",
        }
