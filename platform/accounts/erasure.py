"""Erasing what an account says of its person. Teams are left before that (`submissions.account_deletion`)."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Lower, Now

from accounts.addresses import verified_addresses
from accounts.models import Letter, ResultLetters, User
from accounts.names import DELETED
from accounts.sessions import end_sessions

# Rows that sign somebody in, or name their addresses, are deleted: those of these apps, and these models.
CREDENTIAL_APPS = ("account", "mfa", "usersessions")
CREDENTIAL_MODELS = ("accounts.Letter", "accounts.Token", "accounts.User_groups", "accounts.User_user_permissions")


def name_of_deleted(user: User) -> str:
    """Under which name a deleted account stands: "deleted user 17". It has a blank, so nobody signs up with it."""
    return f"{DELETED}{user.pk}"


def names_people() -> Iterator[tuple[type[models.Model], str]]:
    """Every model of the site with a field that names a person, and the name of that field."""
    for relation in User._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and isinstance(relation.field, models.ForeignKey):
            yield relation.related_model, relation.field.name


def is_credential(model: type[models.Model]) -> bool:
    """Whether its rows go with the account."""
    return model._meta.app_label in CREDENTIAL_APPS or model._meta.label in CREDENTIAL_MODELS


def erase(user: User) -> None:
    """Take names, addresses, password, second factors, tokens, roles, letters and sessions from an account; close it.

    What refers to it stays and shows `name_of_deleted`. Call it in a transaction.
    """
    _drop_letters(verified_addresses(user))
    end_sessions(user)
    for model, field in names_people():
        if is_credential(model):
            model._base_manager.filter(**{field: user}).delete()
    name = name_of_deleted(user)
    about: dict[str, Any] = {"content_type": ContentType.objects.get_for_model(User), "object_id": str(user.pk)}
    LogEntry.objects.filter(**about).update(object_repr=name, change_message="")
    User.objects.filter(pk=user.pk).update(
        username=name,
        display_name="",
        first_name="",
        last_name="",
        email="",
        password=make_password(None),
        last_login=None,
        is_active=False,
        is_staff=False,
        is_superuser=False,
        wants_announcements=False,
        wants_reminders=False,
        result_letters=ResultLetters.NONE,
        deleted_at=Now(),
    )


def _drop_letters(addresses: frozenset[str]) -> None:
    """Letters to addresses that are proven to be theirs; those of their account go with it."""
    Letter.objects.annotate(address=Lower("to")).filter(address__in=addresses).delete()
