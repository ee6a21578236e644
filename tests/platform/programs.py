"""Programs that speak to the API in stories."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.tokens import make_token

API = "/api/v1"
STARS = f"{API}/competitions/stars"


class Program:
    """A program that has a person's token, or none: paths are those under the API's address."""

    def __init__(self, user: User | None = None) -> None:
        headers = {"Authorization": f"Token {make_token(user, 'a program')[1]}"} if user else {}
        self.client = Client(headers=headers)

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def post(self, path: str, **said: Any) -> Any:
        return self.client.post(path, said, content_type="application/json")

    def patch(self, path: str, **said: Any) -> Any:
        return self.client.patch(path, said, content_type="application/json")

    def delete(self, path: str) -> Any:
        return self.client.delete(path)

    def send(self, text: str | bytes, name: str = "predictions.csv", path: str = f"{STARS}/submissions/", **more: Any):
        """Send a file as a form does."""
        content = text.encode() if isinstance(text, str) else text
        return self.client.post(path, {"file": SimpleUploadedFile(name, content), **more})
