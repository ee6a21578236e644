"""A competition like another one, to be changed and published later."""

from dataclasses import replace

from accounts.models import User
from competitions.as_files.applying import apply
from competitions.as_files.planning import plan
from competitions.as_files.reading import Bundle
from competitions.as_files.writing import StoredData, describe
from competitions.models import Competition


def clone(competition: Competition, slug: str, title: str, by: User | None) -> Competition:
    """A new, unpublished competition with the pages, data and settings of this one, its dates too.

    Teams, submissions and labels stay behind; the SHA-256 of the solution comes along. `by` becomes its organizer.
    Raises FilesRefused.
    """
    present = describe(competition)
    still = User.objects.filter(is_staff=True, username__in=present.organizers or ()).values_list("username", flat=True)
    wanted = replace(
        present,
        slug=slug,
        values={**present.values, "title": title, "is_published": False},
        organizers=tuple(sorted(still)),
    )
    return apply(plan(Bundle(wanted, StoredData(competition)), None), by)
