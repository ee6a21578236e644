"""A program that speaks to the organizers' half of the REST API for somebody, and the files that it sends."""

import io
import json
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.tokens import make_token

ORGANIZE = "/api/v1/organize/"
STARS = "competitions/stars/"


class Program:
    """Requests with that person's token; None: without one."""

    def __init__(self, user: User | None) -> None:
        headers = {"Authorization": f"Token {make_token(user, 'a program')[1]}"} if user else {}
        self._client = Client(headers=headers)

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
