"""What a team may call itself."""

from django.utils.translation import gettext as _

from accounts.models import MOST_CHARACTERS_OF_A_NAME
from accounts.names import WrongName, readable

MOST_CHARACTERS = MOST_CHARACTERS_OF_A_NAME
# How the names of rehearsal teams begin, which nobody else may take from a launch check.
REHEARSAL = "Launch check "


def cleaned_name(text: str) -> str:
    """The name as it is stored: readable, and none that is kept for rehearsals. Raises WrongName."""
    name = readable(text, MOST_CHARACTERS)
    if name.casefold().startswith(REHEARSAL.casefold()):
        raise WrongName(
            _("Names that begin with “%(word)s” are kept for the organizers' rehearsals.") % {"word": REHEARSAL.strip()}
        )
    return name
