"""Who sends while everything dies: programs by the API, people by the page. What got no answer is sent again."""

import gzip
import hashlib
import io
import random
import threading
import time
from dataclasses import dataclass, field

import requests

ANSWER_SECONDS = 60
PATIENCE_SECONDS = 180
LONGEST_PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class File:
    """What is sent, and what must become of it."""

    name: str
    content: bytes
    becomes: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def files(chance: random.Random, count: int, row_count: int) -> list[File]:
    """No two of the same content; about one in five has something wrong with it."""
    return [_file(chance, number, row_count) for number in range(count)]


def _file(chance: random.Random, number: int, row_count: int) -> File:
    ratings = [f"{chance.uniform(1, 5):.6f}" for _ in range(row_count)]
    becomes, ending = "scored", "csv"
    match chance.randrange(10):
        case 0:
            ratings[chance.randrange(row_count)], becomes = "n/a", "rejected"
        case 1:
            ratings, becomes = ratings[:-1], "rejected"
        case 2:
            ending = "csv.gz"
    text = "id,rating\n" + "".join(f"{row},{rating}\n" for row, rating in enumerate(ratings, 1))
    content = gzip.compress(text.encode()) if ending == "csv.gz" else text.encode()
    return File(f"{number}.{ending}", content, becomes)


@dataclass
class Sender:
    """One team's only person. `accepted`: the ids that the site has answered with, in hex, and the file of each."""

    url: str
    name: str
    session: str
    token: str
    by_page: bool
    accepted: dict[str, File] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    answers_lost: int = 0
    told_to_come_back: int = 0

    def __post_init__(self) -> None:
        self.http = requests.Session()
        self.address = f"{self.url}/api/v1/competitions/chaos/submissions/"
        if self.by_page:
            self.address = f"{self.url}/competitions/chaos/submit/"
            self.http.cookies.set("sessionid", self.session)
            self.http.get(self.address, timeout=ANSWER_SECONDS).raise_for_status()
        else:
            self.http.headers["Authorization"] = f"Token {self.token}"

    def send_all(self, to_send: list[File], chance: random.Random, seconds: float, ended: threading.Event) -> None:
        """In about that time; a pause before each."""
        for file in to_send:
            if ended.wait(chance.uniform(0.2, 1.8) * seconds / len(to_send)):
                return
            self.deliver(file)

    def deliver(self, file: File) -> None:
        """Send until there is an answer that counts."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while not self._sent(file):
            assert time.monotonic() < ends_at, f"{self.name} could not send {file.name}"

    def is_taken(self, file: File) -> bool:
        """Send once; False: the team has used its submissions."""
        answer = self._post(file)
        assert answer.status_code in (200, 201, 409), answer.text
        return answer.status_code != 409

    def _sent(self, file: File) -> bool:
        try:
            answer = self._post(file)
        except requests.RequestException:
            self.answers_lost += 1
            time.sleep(0.3)
            return False
        if answer.status_code >= 500:
            self.told_to_come_back += answer.status_code == 503
            time.sleep(min(float(answer.headers.get("Retry-After", 0.3)), LONGEST_PAUSE_SECONDS))
            return False
        said = answer.json()
        if answer.status_code in (200, 201):
            found = said.get("id") or said["submission"]
        else:
            # The one before had come, though its answer was lost.
            found = said.get("repeat_of") or said.get("earlier")
            assert answer.status_code == 409, answer.text
            assert found, answer.text
        found = found.strip("/").split("/")[-1].replace("-", "")
        if found in self.accepted:
            self.doubled.append(found)
        self.accepted[found] = file
        return True

    def _post(self, file: File) -> requests.Response:
        sent = {"sha256": file.sha256, "description": ""}
        head = {}
        if self.by_page:
            head["Accept"] = "application/json"
            sent |= {"ask_before_repeating": "1", "csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        return self.http.post(
            self.address,
            data=sent,
            files={"file": (file.name, io.BytesIO(file.content))},
            headers=head,
            timeout=ANSWER_SECONDS,
        )
