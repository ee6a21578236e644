"""What passes by itself: a database that is away, a disk that is full. Nobody who asks or sends is to blame for it."""

import errno

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

STORE_TAKES_NOTHING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def is_full_disk(error: BaseException | None) -> bool:
    """Whether a store took nothing more."""
    return isinstance(error, OSError) and error.errno in STORE_TAKES_NOTHING


def passing_trouble(error: BaseException | None) -> str | None:
    """What is the matter, as a sentence for whoever has asked; None: it is nothing that passes by itself."""
    if is_full_disk(error):
        return _("The site's disk is full; the people who run it have to make room.")
    if isinstance(error, OperationalError | InterfaceError):
        return _("The site's database does not answer.")
    return None
