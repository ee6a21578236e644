"""What keeps an upload in chunks from being begun: what its name and size tell, and how many are on their way."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import ngettext

from submissions.models import ChunkedUpload
from submissions.quota import SubmissionRefused, day_of, refuse_other_kinds
from submissions.uploads import expected_kind, refuse_other_names, too_large
from teams.models import Team


def refuse_file(team: Team, name: str, size_bytes: int) -> None:
    """What a file's name and size tell: a zip may hold either kind."""
    competition = team.competition
    refuse_other_names(competition, name)
    kind = expected_kind(competition, name)
    is_zip = name.lower().endswith(".zip")
    if not is_zip:
        refuse_other_kinds(competition, kind)
    if too_much := too_large(competition, size_bytes, None if is_zip else kind):
        raise SubmissionRefused(too_much)


def refuse_one_more(team: Team, under_way: list[ChunkedUpload], at: datetime) -> None:
    """How many may be on their way at once, and how many a team may begin in vain on a UTC day."""
    if len(under_way) >= settings.OPEN_UPLOADS_PER_TEAM:
        names = ", ".join(f"'{upload.original_name[:80]}'" for upload in under_way)
        raise SubmissionRefused(
            ngettext(
                "%(count)s upload of your team is on its way (%(names)s); that is as many as may "
                "be. Go on with one of them by choosing the same file, or cancel it: whoever began it sees it "
                "on this page.",
                "%(count)s uploads of your team are on their way (%(names)s); that is as many as may "
                "be. Go on with one of them by choosing the same file, or cancel it: whoever began it sees it "
                "on this page.",
                len(under_way),
            )
            % {"count": len(under_way), "names": names}
        )
    given_up = ChunkedUpload.objects.filter(team=team, begun_at__gte=day_of(at), abandoned_at__isnull=False).count()
    if given_up >= team.competition.daily_limit * settings.UPLOADS_PER_SLOT:
        raise SubmissionRefused(
            ngettext(
                "Your team has begun %(given_up)s upload today that did not end; the next is possible at 00:00 UTC.",
                "Your team has begun %(given_up)s uploads today that did not end; the next is possible at 00:00 UTC.",
                given_up,
            )
            % {"given_up": given_up}
        )
