"""The rehearsal's own teams: what they send goes the way of everybody's submissions, and nothing of it stays.

Each act has a team of its own, so that no limit of the competition stands in its way. All files lie in one folder of
the submissions store, named for the check: what a killed worker had begun to write is found there and removed.
"""

from hashlib import sha256
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet

from competitions.models import LaunchCheck
from grading.launch.acts import Act
from submissions import lifecycle
from submissions.models import Kind, Submission, prediction_storage, submission_storage
from submissions.uploads import StoredUpload
from teams.models import Team
from teams.names import REHEARSAL


def teams_of(check: LaunchCheck) -> QuerySet[Team]:
    """The teams of this rehearsal."""
    return Team.objects.filter(competition=check.competition, is_rehearsal=True, name__startswith=team_name(check, ""))


def team_name(check: LaunchCheck, what: str) -> str:
    return f"{REHEARSAL}{check.pk}: {what}"


def sent_by(check: LaunchCheck) -> dict[Act, Submission]:
    """What has been sent by now."""
    sent = Submission.objects.filter(team__in=teams_of(check)).select_related("team", "evaluation", "competition")
    act_of = {team_name(check, act.value): act for act in Act}
    return {act_of[submission.team.name]: submission for submission in sent}


def send(check: LaunchCheck, act: Act, content: bytes) -> None:
    """Submit the act's file on the real path. Doing it twice sends it once."""
    team, _ = Team.objects.get_or_create(
        competition=check.competition, name=team_name(check, act.value), is_rehearsal=True
    )
    stored_name = submission_storage().save(f"{_folder(check)}/{uuid4().hex}", ContentFile(content))
    upload = StoredUpload(stored_name, f"{act.value}.csv", Kind.PREDICTIONS, len(content), sha256(content).hexdigest())
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        if not Submission.objects.filter(team=team).exists():
            lifecycle.submit(team, None, upload)


def remove_files(check: LaunchCheck) -> None:
    """Remove every file of the rehearsal: what was sent, and what its scoring has kept. Doing it again completes it."""
    submissions = Submission.objects.filter(team__in=teams_of(check))
    for pk in submissions.values_list("pk", flat=True):
        _remove_folder(prediction_storage(), str(pk))
    _remove_folder(submission_storage(), _folder(check))


def _folder(check: LaunchCheck) -> str:
    # A slug has no point, so no competition's folder is called so.
    return f"launch.check.{check.pk}"


def _remove_folder(storage: Storage, folder: str) -> None:
    try:
        _, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        storage.delete(f"{folder}/{name}")
    storage.delete(folder)
