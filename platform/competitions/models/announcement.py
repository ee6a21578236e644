"""What organizers tell everybody who takes part."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competitions.models.competition import Competition


class Announcement(models.Model):
    """A text of the organizers on the competition's page, and for `letter_count` people by e-mail as well."""

    # Made with the draft: publishing it twice, by a double click, is publishing it once.
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="announcements")
    title = models.CharField(max_length=120)
    text = models.TextField(help_text=_("Markdown. HTML is shown as text."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    published_at = models.DateTimeField(db_default=Now(), editable=False)
    letter_count = models.PositiveIntegerField(_("letters"), default=0, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-published_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="an_announcement_says_something")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("announcements", args=[self.competition.slug])
