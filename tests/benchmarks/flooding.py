"""What `manage.py shell` is given for `flood`: many submissions in the queue at once, and what each is told there."""

import json
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile
from django.db.models import Min

from competitions.models import Competition
from submissions import lifecycle
from submissions.models import Event, Status, Submission
from submissions.queue_place import place_in_queue
from submissions.uploads import store_upload
from teams.models import Team


def queue_up(slug: str, path: str, names: list[str], each: int) -> None:
    """So many of that file from each of those teams, in turn; prints their ids in order."""
    competition, file = Competition.objects.get(slug=slug), Path(path)
    teams = [Team.objects.get(competition=competition, name=name) for name in names]
    sent = []
    for team in teams * each:
        upload = store_upload(competition, ContentFile(file.read_bytes(), name=file.name))
        sent.append(lifecycle.submit(team, team.memberships.get().user, upload).pk.hex)
    print(json.dumps(sent))


def told() -> None:
    """By its id, the place and the seconds that the page of each submission in a queue tells now."""
    waiting = Submission.objects.filter(status=Status.QUEUED)
    places = {one.pk.hex: place_in_queue(one) for one in waiting}
    print(json.dumps({pk: [place.number, place.seconds] for pk, place in places.items() if place}))


def came(ids: list[str]) -> None:
    """By its id, after how many seconds from the first one's start each was taken up, and had its score."""
    # Without their order, by which they would be grouped too.
    events = Event.objects.filter(submission__in=ids).order_by()
    begun = dict(
        events.filter(status__in=(Status.SCORING, Status.PREDICTING)).values_list("submission").annotate(at=Min("at"))
    )
    ended = dict(events.filter(status=Status.SCORED).values_list("submission", "at"))
    first = min(begun.values())
    print(json.dumps({pk.hex: [_after(first, begun[pk]), _after(first, ended[pk])] for pk in begun}))


def waits(ids: list[str]) -> None:
    """From each submission to its score, in seconds by the database's clock."""
    ended = Event.objects.filter(submission__in=ids, status=Status.SCORED)
    print(json.dumps([_after(sent, at) for sent, at in ended.values_list("submission__submitted_at", "at")]))


def _after(first: datetime, then: datetime) -> float:
    return (then - first).total_seconds()
