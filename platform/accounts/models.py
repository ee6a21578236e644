"""Who uses the site, and the letters to them."""

from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Django looks for models here.
from accounts.token_models import Token as Token

MOST_CHARACTERS_OF_A_NAME = 60


class ResultLetters(models.TextChoices):
    """Of which of their own submissions somebody wants the result by e-mail."""

    NONE = "none", gettext_lazy("none: the page shows it")
    MODELS = "models", gettext_lazy("of SavedModels, which may take their time")
    ALL = "all", gettext_lazy("of every submission")


class User(AbstractUser):
    """A person with an account. Organizers belong to the group that `accounts.organizers` names.

    Of a deleted one the row stays, for what it has sent, and says nothing about anybody (`accounts.erasure`).
    """

    email = models.EmailField(gettext_lazy("email address"), blank=True)
    display_name = models.CharField(
        gettext_lazy("display name"),
        max_length=MOST_CHARACTERS_OF_A_NAME,
        blank=True,
        help_text=gettext_lazy("Shown with the user name."),
    )
    wants_announcements = models.BooleanField(
        gettext_lazy("wants announcements by e-mail"),
        default=True,
        help_text=gettext_lazy("Of the competitions that they take part in."),
    )
    wants_reminders = models.BooleanField(
        gettext_lazy("wants reminders by e-mail"),
        default=True,
        help_text=gettext_lazy("Before a competition closes in which they take part."),
    )
    result_letters = models.CharField(
        gettext_lazy("results by e-mail"), max_length=10, choices=ResultLetters.choices, default=ResultLetters.NONE
    )
    result_letters_before = models.CharField(
        max_length=10,
        choices=ResultLetters.choices,
        default=ResultLetters.ALL,
        db_default=ResultLetters.ALL,
        editable=False,
        help_text=gettext_lazy("What the way back from a letter's way out gives: what they had, never none."),
    )
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(result_letters_before__in=(ResultLetters.MODELS, ResultLetters.ALL)),
                name="the_way_back_gives_some_letters",
            ),
            models.CheckConstraint(
                condition=Q(result_letters__in=ResultLetters.values), name="result_letters_are_known"
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True)
                | Q(
                    is_active=False,
                    is_staff=False,
                    is_superuser=False,
                    email="",
                    first_name="",
                    last_name="",
                    display_name="",
                    username__startswith="deleted user ",
                ),
                name="a_deleted_account_names_nobody",
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="usernames_differ_by_more_than_case",
                violation_error_message=gettext_lazy("A user with that name already exists."),
            ),
        ]

    def __str__(self) -> str:
        """Under which name others see the person: "Ada Lovelace (ada)", or the user name alone."""
        return f"{self.display_name} ({self.username})" if self.display_name else self.username

    @property
    def shown_name(self) -> str:
        """The display name alone, where there is one: a team of one begins under it."""
        return self.display_name or self.username


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
    person = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="letters",
        help_text=gettext_lazy("Empty: known by address."),
    )
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
