"""Announcing to those who take part: on the competition's page, and by e-mail to those who want it."""

from collections.abc import Iterator

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import outbox
from accounts.models import Letter, User
from accounts.subscription import Letters, way_out
from competitions.models import Announcement, Competition
from teams.models import COMPETES, Team


def recipients(competition: Competition) -> list[User]:
    """Who gets the competition's announcements by e-mail, one for each address.

    Those with an open account in a team that competes, unless they do not want them.
    """
    competing = Team.objects.filter(COMPETES, competition=competition, disqualified_at=None)
    wanting = User.objects.filter(is_active=True, wants_announcements=True).exclude(email="")
    people = wanting.filter(memberships__team__in=competing).distinct().order_by("-pk")
    # Two accounts with one address get one letter.
    return list({person.email.lower(): person for person in people}.values())


def announce(draft: Announcement, *, by_mail: bool, site: str) -> bool:
    """Publish a draft and post its letters, both or neither. False: it was published before.

    `site`: the site's own address, without a slash at its end, for the links in the letters.
    """
    try:
        with transaction.atomic():
            if by_mail:
                draft.letter_count = outbox.post_all(_letters(draft, site))
            draft.save(force_insert=True)
    except IntegrityError:
        if Announcement.objects.filter(pk=draft.pk).exists():
            return False
        raise
    return True


def subject_of(draft: Announcement) -> str:
    return f"{draft.competition.title}: {draft.title}"


def _letters(draft: Announcement, site: str) -> Iterator[Letter]:
    for person in recipients(draft.competition):
        stop, headers = way_out(person, Letters.ANNOUNCEMENTS, site)
        yield outbox.letter_for(person, subject_of(draft), _text(draft, site, stop), headers)


@override(settings.LANGUAGE_CODE)
def _text(draft: Announcement, site: str, stop: str) -> str:
    return _(
        "%(text)s\n\n"
        "On the site: %(address)s\n\n"
        "-- \n"
        "You take part in %(competition)s. No more announcements by e-mail: %(stop)s\n"
    ) % {
        "text": draft.text.strip(),
        "address": site + draft.get_absolute_url(),
        "competition": draft.competition.title,
        "stop": stop,
    }
