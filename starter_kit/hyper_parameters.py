"""The numbers of an estimator by name: what can be tuned, kept in a file, and put back."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from starter_kit.trouble import KitError

Settings = Mapping[str, float | int]


def settings_of(estimator: Any) -> dict[str, float | int]:
    """The numbers among an estimator's hyper-parameters; those of a part of it as part.name."""
    found: dict[str, float | int] = {}
    for field in dataclasses.fields(estimator) if dataclasses.is_dataclass(estimator) else ():
        value = getattr(estimator, field.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[field.name] = value
        elif dataclasses.is_dataclass(value):
            found |= {f"{field.name}.{name}": number for name, number in settings_of(value).items()}
    return found


def with_settings(estimator: Any, settings: Settings) -> Any:
    """The estimator with some of its numbers changed. Raises KitError for a name that it does not have."""
    known = settings_of(estimator)
    changes: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in known:
            raise KitError(f"There is no hyper-parameter '{name}'; there are: {', '.join(known) or 'none'}.")
        part, _, rest = name.partition(".")
        changes[part] = with_settings(changes.get(part, getattr(estimator, part)), {rest: value}) if rest else value
    return dataclasses.replace(estimator, **changes) if changes else estimator
