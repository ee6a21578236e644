"""Who uses the site, and the letters to them."""

from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class User(AbstractUser):
    """A person with an account. Organizers belong to the group that `accounts.organizers` names."""

    email = models.EmailField(gettext_lazy("email address"), blank=True)
    wants_announcements = models.BooleanField(
        gettext_lazy("wants announcements by e-mail"),
        default=True,
        help_text=gettext_lazy("Of the competitions that they take part in."),
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="usernames_differ_by_more_than_case",
                violation_error_message=gettext_lazy("A user with that name already exists."),
            ),
        ]


class Letter(models.Model):
    """An e-mail on its way. The row is the truth; `outbox.py` alone writes its state.

    `attempt` is the fencing ticket of the worker that holds it until `claimed_until`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        SENDING = "sending", gettext_lazy("being sent")
        SENT = "sent", gettext_lazy("sent")
        FAILED = "failed", gettext_lazy("given up")

    # Also its Message-ID: the same letter sent twice is told by it at the other end.
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("How often it was refused, or its worker went away.")
    )
    not_before = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, help_text=gettext_lazy("Why it was not sent the last time."))
    posted_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-posted_at", "id"]
        indexes = [models.Index(fields=["state", "not_before"], name="letter_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "sending", "sent", "failed")), name="letter_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="sending", claimed_until__isnull=False)
                | (~Q(state="sending") & Q(claimed_until__isnull=True)),
                name="a_letter_being_sent_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="a_sent_letter_says_when",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(problem=""), name="a_letter_given_up_says_why"),
        ]

    def __str__(self) -> str:
        return _("“%(subject)s” to %(to)s") % {"subject": self.subject, "to": self.to}
