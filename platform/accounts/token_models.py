"""A person's tokens for programs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class Token(AbstractAuthToken):
    """Signs a program in as its owner until `expiry` (None: for ever). Only its hash is kept; `tokens.py` makes it."""

    name = models.CharField(_("name"), max_length=80, help_text=_("Where it is used: “laptop”, “CI”."))
    last_used_at = models.DateTimeField(null=True, editable=False, help_text=_("To the minute."))

    class Meta:
        ordering = ["-created", "digest"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="a_token_has_a_name")]

    def __str__(self) -> str:
        return self.name
