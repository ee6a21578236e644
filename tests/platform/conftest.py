"""The cast: alice and bob take part, olga organizes; and a small competition with five hidden ratings."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archived_contest import archive as archive
from archived_contest import verified as verified
from bucket_store import bucket_store as bucket_store
from bucket_store import guarded_store as guarded_store
from bucket_store import s3_server as s3_server
from cast_of_stories import GOOD, SOLUTION
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from ladder_of_stories import enter_baseline

from accounts.models import User
from accounts.organizers import make_organizer
from competitions.models import Competition, DataFile, Page, PageKind, Rescore, Solution
from grading import models_worker
from grading.solutions import check
from grading.tasks import predict_waiting, rescore, score_waiting
from submissions import lifecycle, rescores
from submissions.models import Submission
from submissions.uploads import store_upload
from teams.joining import join
from teams.models import Team


@pytest.fixture(autouse=True)
def _quick_passwords_and_plain_static_files(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_story() -> None:
    """What a process keeps beside the database is not rolled back: the status page, and how often the API was asked."""
    for kept in ("process", "requests"):
        caches[kept].clear()


@pytest.fixture(autouse=True)
def _a_queue_is_told_as_it_is_now(settings) -> None:
    settings.QUEUE_SECONDS = 0


@pytest.fixture
def alice(db) -> User:
    return User.objects.create_user("alice", "alice@example.org", "a fine password")


@pytest.fixture
def bob(db) -> User:
    return User.objects.create_user("bob", "bob@example.org", "a fine password")


@pytest.fixture
def olga(db) -> User:
    user = User.objects.create_user("olga", "olga@example.org", "a fine password")
    make_organizer(user)
    user.refresh_from_db()
    return user


@pytest.fixture
def competition(olga: User) -> Competition:
    competition = Competition.objects.create(
        slug="stars", title="Five stars", tagline="Predict five ratings.", is_published=True, daily_limit=5
    )
    competition.organizers.add(olga)
    for kind in PageKind:
        Page.objects.create(competition=competition, kind=kind, text=f"The {kind.value} of five stars.")
    DataFile.objects.create(
        competition=competition,
        name="test.csv",
        file=ContentFile("id,user_id,book_name\n" + "".join(f'{i},u{i},"Book, {i}"\n' for i in range(1, 6)), "t.csv"),
    )
    solution = Solution.objects.create(
        competition=competition, version=1, file=ContentFile(SOLUTION, name="solution.csv")
    )
    assert check(solution)
    return competition


@pytest.fixture
def as_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def as_olga(olga: User) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.fixture
def alices_team(alice: User, competition: Competition) -> Team:
    return join(alice, competition)


@pytest.fixture
def bobs_team(bob: User, competition: Competition) -> Team:
    return join(bob, competition)


@pytest.fixture
def send(db) -> Callable[..., Submission]:
    """send(team, text) puts a prediction file into the queue, as the upload page does."""

    def send_file(team: Team, content: str | bytes = GOOD, name: str = "predictions.csv") -> Submission:
        sent = content.encode() if isinstance(content, str) else content
        upload = store_upload(team.competition, ContentFile(sent, name=name))
        return lifecycle.submit(team, team.memberships.get().user, upload)

    return send_file


@pytest.fixture
def graded(send) -> Callable[..., Submission]:
    """graded(team, text) sends a file, lets the worker answer its bell, and returns the submission as it then is."""

    def send_and_grade(team: Team, content: str | bytes = GOOD, name: str = "predictions.csv") -> Submission:
        submission = send(team, content, name)
        score_waiting()
        submission.refresh_from_db()
        return submission

    return send_and_grade


@pytest.fixture
def new_version(competition: Competition) -> Callable[[str], Solution]:
    """new_version(text) puts a further version of the solution into the store and lets the worker check it."""

    def make(text: str) -> Solution:
        latest = competition.solutions.order_by("-version").values_list("version", flat=True).first() or 0
        solution = competition.solutions.create(version=latest + 1, file=ContentFile(text, name="solution.csv"))
        assert check(solution)
        solution.refresh_from_db()
        return solution

    return make


@pytest.fixture
def rescored(olga: User) -> Callable[[Solution], Rescore]:
    """rescored(solution) asks for a rescore by that version, lets the worker do it, and makes it active."""

    def carry_through(solution: Solution) -> Rescore:
        asked = rescores.ask(solution, olga)
        rescore()
        asked.refresh_from_db()
        assert rescores.make_active(asked), asked.failure
        rescore()
        asked.refresh_from_db()
        return asked

    return carry_through


@pytest.fixture
def takes_models(competition: Competition) -> Competition:
    """The small competition, open to SavedModels; ten rows of its train.csv are known to everyone."""
    competition.takes_models = True
    competition.save()
    rows = "".join(f'u{5 - i % 5},"Seen {i}",3\n' for i in range(10))
    train = ContentFile(f"user_id,book_name,rating\n{rows}", "t.csv")
    DataFile.objects.create(competition=competition, name="train.csv", file=train)
    return competition


@pytest.fixture
def models_worker_here(db, settings, tmp_path, monkeypatch) -> None:
    """This process is a models worker, on a machine where no labels are."""
    settings.LABELS_DIR = tmp_path / "no labels"
    monkeypatch.setattr(models_worker, "_name", "")
    models_worker.begin("models@here")


@pytest.fixture
def run_and_graded(send, sent_models, models_worker_here) -> Callable[..., Submission]:
    """run_and_graded(team, name) sends that model, lets both workers answer their bells, and returns what became."""

    def send_run_and_grade(team: Team, name: str) -> Submission:
        submission = send(team, sent_models[name], f"{name}.zip")
        predict_waiting()
        score_waiting()
        submission.refresh_from_db()
        return submission

    return send_run_and_grade


@pytest.fixture
def empty_stores(settings) -> Iterator[Callable[[], None]]:
    """empty_stores() removes every file of every store; they are empty before and after the story too."""

    def remove() -> None:
        for store in settings.STORAGES.keys() - {"staticfiles"}:
            for path in Path(storages[store].location).iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    remove()
    yield remove
    remove()


@pytest.fixture
def mailbox(settings) -> Callable[[], list[str]]:
    """mailbox() takes the doorbell messages out of the broker and names their tasks."""
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])

    def take() -> list[str]:
        names = []
        for message in sorted(folder.iterdir()):
            names.append(json.loads(message.read_text())["headers"]["task"])
            message.unlink()
        return names

    take()
    return take


@pytest.fixture
def ladder(competition: Competition) -> Competition:
    """The small competition with a ladder, and a baseline at 2."""
    Competition.objects.update(disclosure="ladder", daily_limit=1000)
    competition.refresh_from_db()
    enter_baseline(competition)
    return competition


@pytest.fixture
def alices(ladder: Competition, alice: User) -> Team:
    """Alice's team on the ladder board."""
    return join(alice, ladder)


@pytest.fixture
def bobs(ladder: Competition, bob: User) -> Team:
    """Bob's team there."""
    return join(bob, ladder)
