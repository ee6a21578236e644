"""The list of e-mail addresses and domains that may take part in a competition."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def entries(text: str) -> list[str]:
    """The addresses (ada@example.org) and domains (@example.org) of the list, in lower case and in its order.

    They may be parted by lines, blanks, commas or semicolons, as they come out of a mail program or a table.
    """
    return [entry.casefold() for entry in re.split(r"[\s,;]+", text) if entry]


def wrong_entries(text: str) -> list[str]:
    """What in the list is neither an address nor a domain."""
    return [entry for entry in entries(text) if not _is_address(f"someone{entry}" if entry[0] == "@" else entry)]


def is_listed(text: str, addresses: Iterable[str]) -> bool:
    """Whether one of the addresses stands in the list, itself or by exactly its domain; case does not matter."""
    allowed = set(entries(text))
    return any(
        address in allowed or f"@{address.rpartition('@')[2]}" in allowed for address in map(str.casefold, addresses)
    )


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
