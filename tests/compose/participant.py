"""Somebody who takes part by way of the proxy: signs up on the page, then sends files by the API."""

import re
import time
from pathlib import Path
from typing import Any

import requests

PATIENCE_SECONDS = 600
PASSWORD = "a fine passphrase"  # nosec B105  # of a site that is taken down again


class Participant:
    """One person, who trusts the site's own certificate and no other."""

    def __init__(self, url: str, certificate: Path, name: str) -> None:
        self.url, self.name = url, name
        self.http = requests.Session()
        # Else a trust store that the environment names would take the certificate's place.
        self.http.trust_env = False
        self.http.verify = str(certificate)
        self.http.headers["Referer"] = url + "/"

    def sign_up(self) -> None:
        """By the form, as a browser fills it in; and a token for the API."""
        page = self.http.get(f"{self.url}/accounts/signup/", timeout=60)
        page.raise_for_status()
        form = {
            "csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0],
            "username": self.name,
            "email": f"{self.name}@example.org",
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        answer = self.http.post(f"{self.url}/accounts/signup/", data=form, allow_redirects=False, timeout=60)
        assert answer.status_code == 302, answer.text[-2000:]
        assert self.http.cookies["sessionid"]
        self.http.cookies.clear()
        asked = {"username": self.name, "password": PASSWORD, "name": "story"}
        made = self.http.post(f"{self.url}/api/v1/tokens/", json=asked, timeout=60)
        made.raise_for_status()
        self.http.headers["Authorization"] = f"Token {made.json()['token']}"

    def join(self, slug: str) -> None:
        answer = self.ask("POST", f"competitions/{slug}/join/", json={"accept_rules": True})
        assert answer.status_code in (200, 201), answer.text

    def send(self, slug: str, name: str, content: bytes) -> str:
        """Returns the submission's id."""
        answer = self.ask("POST", f"competitions/{slug}/submissions/", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def wait_for(self, submission: str) -> dict[str, Any]:
        """The submission when nothing more happens to it."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self.ask("GET", f"submissions/{submission}/").json()
            if found["is_final"]:
                return dict(found)
            assert time.monotonic() < ends_at, found
            time.sleep(0.2)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.http.request(method, f"{self.url}/api/v1/{path}", timeout=120, **more)
