"""A program that speaks to the organizers' half of the REST API for somebody; what it sends, and what it finds."""

import io
import json
import zipfile

import programs
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from competitions.models import Announcement
from leaderboard.moderation import disqualify_submission
from submissions.launch_jobs import ask_for_audit, ask_for_launch_check
from teams.models import EntryRequest

ORGANIZE = "/api/v1/organize/"
STARS = "competitions/stars/"


class Program:
    """Requests with that person's token; None: without one."""

    def __init__(self, user: User | None) -> None:
        self._client = programs.Program(user).client

    def get(self, address, **query):
        return self._client.get(ORGANIZE + address, query)

    def post(self, address, **body):
        return self._client.post(ORGANIZE + address, body, content_type="application/json")

    def send(self, address, **form):
        """As multipart: files and texts."""
        return self._client.post(ORGANIZE + address, form)

    def told(self, address, **query):
        """The JSON at an address."""
        answer = self.get(address, **query)
        assert answer.status_code == 200, answer.getvalue().decode()
        return json.loads(answer.getvalue())

    def done(self, address, status=200, **body):
        """The JSON that comes of doing something."""
        answer = self.post(address, **body)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def files_of(self, slug):
        """An exported competition: its files by name."""
        answer = self.get(f"competitions/{slug}/export/")
        assert answer["Content-Disposition"] == f'attachment; filename="{slug}.zip"'
        with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def packed(files):
    """Those files as a zip to be sent."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return SimpleUploadedFile("competition.zip", buffer.getvalue())


def sent_csv(text, name="solution.csv"):
    return SimpleUploadedFile(name, text.encode())


@pytest.fixture
def whole(competition, alices_team, graded, new_version, rescored, olga) -> dict[str, object]:
    """Something at every address; the values that stand in their places."""
    submission = graded(alices_team)
    rescore = rescored(new_version("id,rating,Usage\n1,4,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"))
    disqualify_submission(submission, "Made by hand.", olga)
    Announcement.objects.create(competition=competition, title="New data", text="Soon.", by=olga)
    ask_for_launch_check(competition, olga)
    ask_for_audit(competition, olga)
    dora = User.objects.create_user("dora", "dora@example.org", "a fine password")
    asked = EntryRequest.objects.create(competition=competition, user=dora, message="I am in your class.")
    return {
        "version": 1,
        "entry-requests": asked.pk,
        "rescores": rescore.pk,
        "teams": alices_team.pk,
        "submissions": submission.pk,
    }
