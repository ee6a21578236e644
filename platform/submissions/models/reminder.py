"""A reminder that was posted: nobody gets it a second time."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from teams.models import Membership


class Reminder(models.Model):
    """Somebody in a competition was reminded, so many hours before `closes_at`. A later deadline has its own."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="reminders")
    hours = models.PositiveIntegerField()
    closes_at = models.DateTimeField(help_text=_("The deadline that it spoke of."))
    posted_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "hours", "closes_at"], name="one_reminder_per_person_and_deadline"
            ),
            models.CheckConstraint(condition=Q(hours__gte=1), name="a_reminder_comes_before_the_deadline"),
        ]

    def __str__(self) -> str:
        return f"{self.membership}, {self.hours} h before {self.closes_at:%Y-%m-%d %H:%M}"
