"""What a team may call itself."""

import unicodedata

from django.utils.translation import gettext as _

MOST_CHARACTERS = 60
# How the names of rehearsal teams begin, which nobody else may take from a launch check.
REHEARSAL = "Launch check "
# Letters, marks, numbers, punctuation and symbols; what has no shape of its own is left out.
VISIBLE = "LMNPS"


class WrongName(Exception):
    """Why a team cannot have this name, for its captain to read."""


def cleaned_name(text: str) -> str:
    """The name as it is stored: composed characters, single blanks, none around it.

    Raises WrongName for one that is empty, too long, holds what cannot be seen, or is kept for rehearsals.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    hidden = [c for c in name if c != " " and unicodedata.category(c)[0] not in VISIBLE]
    if hidden:
        raise WrongName(
            _("The name holds a character that cannot be seen (U+%(code)s). Type it anew.")
            % {"code": f"{ord(hidden[0]):04X}"}
        )
    if not any(unicodedata.category(c)[0] in "LNS" for c in name):
        raise WrongName(_("The name has no letter, number or symbol. Give the team one that can be read."))
    if len(name) > MOST_CHARACTERS:
        raise WrongName(
            _("The name has %(count)s characters; %(most)s is the most. Shorten it.")
            % {"count": len(name), "most": MOST_CHARACTERS}
        )
    if name.casefold().startswith(REHEARSAL.casefold()):
        raise WrongName(
            _("Names that begin with “%(rehearsal)s” are kept for the organizers' rehearsals.")
            % {"rehearsal": REHEARSAL.strip()}
        )
    return name
