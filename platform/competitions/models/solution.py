"""The versions of the hidden labels."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models.competition import Competition
from config.by_locale import whole


def label_storage() -> Storage:
    return storages["labels"]


def solution_path(solution: "Solution", _name: str) -> str:
    return f"{solution.competition.slug}/{uuid4().hex}.csv"


class Solution(models.Model):
    """One version of the hidden labels. Only the scoring worker opens the file; it alone sets the verdict."""

    class Verdict(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting for its check")
        ACCEPTED = "accepted", gettext_lazy("accepted")
        REFUSED = "refused", gettext_lazy("refused")

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="solutions")
    version = models.PositiveIntegerField(editable=False)
    file = models.FileField(
        upload_to=solution_path,
        storage=label_storage,
        help_text=gettext_lazy(
            "CSV with the id column, the target column and Usage (Public, Private or Ignored). It goes straight "
            "into the label store; the scoring worker checks it."
        ),
    )
    sha256 = models.CharField(
        max_length=64, blank=True, editable=False, help_text=gettext_lazy("Of the file, by its check.")
    )
    note = models.CharField(
        max_length=300, blank=True, help_text=gettext_lazy("What is new in it, for the organizers.")
    )
    based_on = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.RESTRICT,
        related_name="followers",
        editable=False,
        help_text=gettext_lazy(
            "The version whose rows it has, but for the excluded ones. Its file is written by its check."
        ),
    )
    excluded_ids = models.JSONField(
        default=list, blank=True, editable=False, help_text=gettext_lazy("Rows ignored since its base.")
    )
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING, editable=False)
    problems = models.JSONField(default=list, blank=True, editable=False)
    public_count = models.PositiveIntegerField(null=True, editable=False)
    ignored_count = models.PositiveIntegerField(null=True, editable=False)
    private_count = models.PositiveIntegerField(null=True, editable=False)
    is_active = models.BooleanField(default=False, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["competition", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["competition", "version"], name="solution_versions_differ"),
            models.UniqueConstraint(
                fields=["competition"],
                condition=Q(is_active=True),
                name="one_active_solution_per_competition",
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(verdict="accepted"), name="an_active_solution_was_accepted"
            ),
            models.CheckConstraint(
                condition=~Q(file="") | Q(based_on__isnull=False, verdict__in=("waiting", "refused")),
                name="a_solution_without_a_file_waits_for_it",
            ),
            models.CheckConstraint(
                condition=Q(based_on__isnull=True) | ~Q(note=""), name="excluded_rows_mean_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return _("%(competition)s, version %(version)s") % {
            "competition": self.competition,
            "version": self.version,
        }

    @property
    def findings(self) -> list[str]:
        """What its check has found wrong, each as a sentence or two."""
        return [_in_words(problem) for problem in self.problems]

    def clean(self) -> None:
        if self.file and self.file.size > settings.MAX_UNPACKED_BYTES:
            raise ValidationError(
                {
                    "file": _("The file has %(size)s bytes; the most is %(most)s.")
                    % {"size": whole(self.file.size), "most": whole(settings.MAX_UNPACKED_BYTES)}
                }
            )


def _in_words(problem: dict[str, Any]) -> str:
    said = f"{problem['finding']} {problem['cure']}"
    return _("Line %(line)s: %(said)s") % {"line": problem["line"], "said": said} if problem["line"] else said
