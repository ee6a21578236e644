"""What people may call themselves, and what every name here must be: readable."""

import unicodedata

from django.utils.translation import gettext as _

from accounts.models import MOST_CHARACTERS_OF_A_NAME, User

# Letters, marks, numbers, punctuation and symbols; what has no shape of its own is left out.
VISIBLE = "LMNPS"
# How the user names of deleted accounts begin, which nobody can sign up with: it has a blank.
DELETED = "deleted user "


class WrongName(Exception):
    """Why a name cannot be had, for whoever has typed it."""


def readable(text: str, most: int = MOST_CHARACTERS_OF_A_NAME) -> str:
    """A name as it is stored: composed characters, single blanks, none around it.

    Raises WrongName for one that is empty, too long, or holds what cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    hidden = [c for c in name if c != " " and unicodedata.category(c)[0] not in VISIBLE]
    if hidden:
        raise WrongName(
            _("The name holds a character that cannot be seen (U+%(code)04X). Type it anew.") % {"code": ord(hidden[0])}
        )
    if not any(unicodedata.category(c)[0] in "LNS" for c in name):
        raise WrongName(_("The name has no letter, number or symbol. Choose one that can be read."))
    if len(name) > most:
        raise WrongName(
            _("The name has %(count)d characters; %(most)d is the most. Shorten it.")
            % {"count": len(name), "most": most}
        )
    return name


def take_display_name(user: User, text: str) -> User:
    """Show `user` under another name beside the user name; an empty one: under that alone. Returns the person anew.

    Two people may bear one name, as people do. Raises WrongName for what cannot be read, and for a name that would
    pass for somebody else's user name or a deleted account.
    """
    name = readable(text) if text.strip() else ""
    if name.casefold().startswith(DELETED.strip()):
        raise WrongName(_("Names that begin with “deleted user” stand for accounts that are gone. Choose another one."))
    if name and User.objects.filter(username__iexact=name).exclude(pk=user.pk).exists():
        raise WrongName(_("“%(name)s” is somebody else's user name. Choose another one.") % {"name": name})
    User.objects.filter(pk=user.pk).update(display_name=name)
    return User.objects.get(pk=user.pk)
