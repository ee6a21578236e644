"""Who uses the site."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class User(AbstractUser):
    """A person with an account. Organizers belong to the group that `accounts.organizers` names."""

    email = models.EmailField("email address", blank=True)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="usernames_differ_by_more_than_case",
                violation_error_message="A user with that name already exists.",
            ),
        ]
