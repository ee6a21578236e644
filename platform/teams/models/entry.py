"""How somebody gets into a competition that not everyone may enter: asked for, or invited."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Competition


class EntryRequest(models.Model):
    """A person asks to be let in. An approved one may join; joining is theirs to do, with the rules accepted."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        APPROVED = "approved", gettext_lazy("approved")
        DENIED = "denied", gettext_lazy("denied")

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="entry_requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="entry_requests")
    message = models.CharField(
        max_length=500, blank=True, help_text=gettext_lazy("What the person says of themselves.")
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(
        max_length=500, blank=True, help_text=gettext_lazy("Why it was denied; the person reads it.")
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["competition", "user"], name="one_entry_request_per_person"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | Q(state__in=("approved", "denied"), decided_at__isnull=False),
                name="a_decided_entry_request_says_when",
            ),
            models.CheckConstraint(
                condition=(Q(state="denied") & ~Q(reason="")) | (~Q(state="denied") & Q(reason="")),
                name="a_denied_entry_request_says_why",
            ),
        ]

    def __str__(self) -> str:
        return _("%(user)s asks to join %(competition)s") % {"user": self.user, "competition": self.competition}


class EntryInvitation(models.Model):
    """An organizer lets somebody in: whoever has its link, or the owner of an address, so many times."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="entry_invitations")
    # Plain and not hashed: organizers look links up again, and one opens nothing but the door of its competition.
    token = models.CharField(max_length=43, unique=True, editable=False)
    email = models.EmailField(
        gettext_lazy("e-mail address"),
        blank=True,
        help_text=gettext_lazy("Only who has confirmed it may use this. Empty: whoever has the link."),
    )
    max_uses = models.PositiveIntegerField(
        gettext_lazy("uses"), default=1, help_text=gettext_lazy("How many people may enter by it.")
    )
    use_count = models.PositiveIntegerField(gettext_lazy("used"), default=0, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "email"],
                condition=Q(revoked_at__isnull=True) & ~Q(email=""),
                name="one_open_entry_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=Q(max_uses__gte=1) & Q(use_count__lte=F("max_uses")),
                name="entry_invitation_is_not_used_more_often",
                violation_error_message=gettext_lazy("An invitation serves one person at least."),
            ),
            models.CheckConstraint(
                condition=Q(email="") | Q(max_uses=1),
                name="an_address_is_one_person",
                violation_error_message=gettext_lazy("An invitation to one address is for one person."),
            ),
        ]

    def __str__(self) -> str:
        return _("to %(competition)s for %(email)s") % {
            "competition": self.competition,
            "email": self.email or _("whoever has the link"),
        }


class EntryInvitationUse(models.Model):
    """Who entered by which invitation, and when."""

    invitation = models.ForeignKey(EntryInvitation, on_delete=models.CASCADE, related_name="uses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="entry_invitation_uses")
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["invitation", "user"], name="one_use_of_an_entry_invitation_per_person")
        ]

    def __str__(self) -> str:
        return _("%(user)s on %(used_at)s") % {"user": self.user, "used_at": f"{self.used_at:%Y-%m-%d %H:%M}"}
