"""What passes by itself: a database or a store that is away, a full disk. Nobody is to blame who asks or sends."""

import errno

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from config.store_away import StoreAway

STORE_TAKES_NOTHING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def trouble_with_files(error: BaseException | None) -> str:
    """Why no file can be kept or read just now, for a time line; "": that is not the matter."""
    if isinstance(error, OSError) and error.errno in STORE_TAKES_NOTHING:
        return "a disk takes nothing more"
    return "the store of files does not answer" if isinstance(error, StoreAway) else ""


def passing_trouble(error: BaseException | None) -> str | None:
    """What is the matter, as a sentence for whoever has asked; None: it is nothing that passes by itself."""
    if isinstance(error, StoreAway):
        return _("The site's store of files does not answer.")
    if trouble_with_files(error):
        return _("The site's disk is full; the people who run it have to make room.")
    if isinstance(error, OperationalError | InterfaceError):
        return _("The site's database does not answer.")
    return None
