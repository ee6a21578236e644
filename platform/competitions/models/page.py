"""The Markdown pages of a competition."""

from pathlib import Path

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.models import HistoricalRecords

from competitions.models.competition import Competition


class PageKind(models.TextChoices):
    OVERVIEW = "overview", gettext_lazy("Overview")
    DATA = "data", gettext_lazy("Data")
    EVALUATION = "evaluation", gettext_lazy("Evaluation")
    RULES = "rules", gettext_lazy("Rules")
    TIMELINE = "timeline", gettext_lazy("Timeline")


def text_to_begin_with(kind: PageKind) -> str:
    """The Markdown that such a page of a new competition begins with; empty: its organizers write it."""
    path = Path(__file__).parents[1] / "default_pages" / f"{kind.value}.md"
    return path.read_text() if path.exists() else ""


class Page(models.Model):
    """One Markdown page of a competition. Joining records which text of the rules was accepted."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="pages")
    kind = models.CharField(max_length=20, choices=PageKind.choices)
    text = models.TextField(blank=True, help_text=gettext_lazy("Markdown. HTML is shown as text."))
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["competition", "kind"], name="one_page_of_each_kind"),
            models.CheckConstraint(condition=Q(kind__in=PageKind.values), name="page_kind_is_known"),
        ]

    def __str__(self) -> str:
        return _("%(kind)s of %(competition)s") % {"kind": self.get_kind_display(), "competition": self.competition}
