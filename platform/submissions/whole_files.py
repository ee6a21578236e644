"""Files that are stored whole or not at all."""

from contextlib import suppress
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage


def save_whole(storage: Storage, name: str, content: File[Any]) -> str:
    """Store it under `name`, which nothing may have yet; returns the stored name.

    Raises OSError, such as of a full disk, and then leaves nothing behind.
    """
    try:
        return storage.save(name, content)
    except BaseException:
        with suppress(OSError):
            storage.delete(name)
        raise
