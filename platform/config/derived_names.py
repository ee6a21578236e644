"""Names that Django makes of attributes (`created_at` → "created at"): translated like those that are written out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy

from config.environment import ROOT

NAMELESS = ("knox", "mfa", "usersessions")


def derived_names() -> list[str]:
    """All of them as they stand, sorted: what the catalogue needs."""
    found = {str(app.verbose_name) for app in _own_apps()}
    for app in _own_apps():
        for model in app.get_models():
            found.update(str(getattr(model._meta, name)) for name in _unsaid_of(model))
            found.update(str(field.verbose_name) for field in _unnamed_fields(model))
    return sorted(found)


def translate_derived_names() -> None:
    """Let the admin and forms ask the catalogue for them. Migrations see nothing of it."""
    for app in _own_apps():
        if isinstance(app.verbose_name, str):
            app.verbose_name = gettext_lazy(app.verbose_name)
        for model in app.get_models():
            for name in _unsaid_of(model):
                setattr(model._meta, name, gettext_lazy(str(getattr(model._meta, name))))
            for field in _unnamed_fields(model):
                field.verbose_name = gettext_lazy(str(field.verbose_name))


def _own_apps() -> Iterator[AppConfig]:
    """The site's own, and those of libraries that leave all their names to Django."""
    for app in apps.get_app_configs():
        if Path(app.path).parent == ROOT / "platform" or app.label in NAMELESS:
            yield app


def _unsaid_of(model: type[Model]) -> list[str]:
    # A history's names are made by its makers.
    said = model._meta.original_attrs if not hasattr(model, "instance_type") else {}
    return [name for name in ("verbose_name", "verbose_name_plural") if name not in said]


def _unnamed_fields(model: type[Model]) -> list["Field[Any, Any]"]:
    # What was written out is kept in a private attribute, for migrations; verbose_name itself is never empty.
    fields = (*model._meta.local_fields, *model._meta.local_many_to_many)
    return [field for field in fields if field._verbose_name is None]  # type: ignore[attr-defined]
