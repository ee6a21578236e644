"""What `manage.py shell` is given: files put straight into the queue, and the bare scoring loop, without web or broker.

Each prints one line of JSON.
"""

import json
from pathlib import Path
from time import perf_counter, process_time

from django.core.files.base import ContentFile

from competitions.models import Competition
from grading.scoring import score_claimed
from submissions import lifecycle
from submissions.models import Queue
from submissions.uploads import store_upload


def queue(slug: str, file: str, count: int) -> None:
    """Put that many copies of a file into the queue, by a competition's teams in turn."""
    competition = Competition.objects.get(slug=slug)
    content = Path(file).read_bytes()
    members = [team.memberships.get() for team in competition.teams.filter(is_baseline=False)[:count]]
    began = perf_counter()
    for number in range(count):
        member = members[number % len(members)]
        upload = store_upload(competition, ContentFile(content, name="predictions.csv"))
        lifecycle.submit(member.team, member.user, upload)
    print(json.dumps({"submit": (perf_counter() - began) / count}))


def score_all() -> None:
    """The bare loop: claim, score and record what waits, in this process. Seconds for each file."""
    claiming, scoring, count = 0.0, 0.0, 0
    began, cpu = perf_counter(), process_time()
    while True:
        before = perf_counter()
        claim = lifecycle.claim_next(Queue.SCORING)
        between = perf_counter()
        if claim is None:
            break
        score_claimed(claim)
        if count == 0:
            # The first file loads pandas and the labels.
            began, cpu = perf_counter(), process_time()
        else:
            claiming, scoring = claiming + between - before, scoring + perf_counter() - between
        count += 1
    done = max(1, count - 1)
    print(
        json.dumps(
            {
                "count": count,
                "each": (perf_counter() - began) / done,
                "cpu": (process_time() - cpu) / done,
                "claim": claiming / done,
                "score": scoring / done,
            }
        )
    )
