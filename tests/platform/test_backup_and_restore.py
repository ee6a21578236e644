"""Everything is lost between a backup and its restore, and afterwards everything is as it was."""

import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

import boto3
import moto
import pytest
from allauth.account.models import EmailAddress
from cast_of_stories import GOOD, PERFECT, SOLUTION
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from test_second_factors import by_password, code, set_up_app

from accounts.models import User
from competitions.models import Competition, Rescore
from config.heartbeats import beat
from grading.keeping import database_copy
from grading.keeping.named_files import STORES, named_files
from grading.keeping.orphans import stored_names
from grading.sweeper import sweep
from grading.tasks import rescore, score_waiting
from submissions import rescores
from submissions.models import Evaluation, Submission

pytestmark = pytest.mark.django_db(transaction=True)
BOARD = "/competitions/stars/leaderboard/"
CHAIN = "/competitions/stars/receipts.json"


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.getvalue() if answer.streaming else answer.content


@pytest.fixture
def said(capsys):
    """said("backup", …) runs the command; returns all that it printed."""

    def run(*arguments):
        capsys.readouterr()
        call_command(*map(str, arguments))
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


@pytest.fixture
def lose_everything(empty_stores):
    """lose_everything() leaves neither a table nor a file."""

    def lose():
        if connection.vendor == "sqlite":
            connection.close()
            for end in ("", "-wal", "-shm"):
                Path(f"{connection.settings_dict['NAME']}{end}").unlink(missing_ok=True)
        else:
            with connection.cursor() as cursor:
                for table in database_copy.tables():
                    cursor.execute(f'DROP TABLE IF EXISTS "{table}" CASCADE')
        empty_stores()
        assert database_copy.tables() == []

    yield lose
    if database_copy.unapplied():
        call_command("migrate", verbosity=0)


def chain_holds(client):
    """Each link of the chain of receipts, made again by hand; returns how many there are."""
    link = "0" * 64
    receipts = json.loads(page(client, CHAIN))["receipts"]
    for receipt in receipts:
        link = sha256(f"{link}\n{receipt['digest']}\n".encode()).hexdigest()
        assert receipt["link"] == link
    return len(receipts)


def test_everything_is_lost_and_comes_back(
    lose_everything, said, tmp_path, competition, alice, alices_team, bobs_team, graded, send, new_version, olga
):
    as_alice = Client()
    as_alice.force_login(alice)
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    secret = set_up_app(as_alice)
    told = graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    sweep()
    new_version(SOLUTION.replace("1,5,Public", "1,4,Public"))
    asked = rescores.ask(competition.solutions.get(version=2), olga)
    waiting = send(alices_team, PERFECT)
    looked_at = (BOARD, CHAIN, "/competitions/stars/data/test.csv")
    before = [page(Client(), address) for address in looked_at]
    sent = page(as_alice, f"/submissions/{told.pk}/file/")
    lines = said("backup", tmp_path)
    (backup,) = tmp_path.glob("holdout-*.tar")
    assert "It holds the hidden labels and the secret key" in lines
    assert backup.stat().st_mode & 0o777 == 0o600

    lose_everything()

    lines = said("restore", backup)
    assert "0 of 2 standings were wrong." in lines
    assert "!" not in lines
    assert [page(Client(), address) for address in looked_at] == before
    assert chain_holds(Client()) == 2
    # She is signed in where she was, and elsewhere both of her factors open the account.
    assert page(as_alice, f"/submissions/{told.pk}/file/") == sent == GOOD.encode()
    client, _ = by_password()
    assert client.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)}).url == "/account/"
    assert client.get("/account/").status_code == 200
    score_waiting()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.evaluation.public_score) == ("scored", 0)
    rescore()
    asked.refresh_from_db()
    assert (asked.state, asked.failure) == (Rescore.State.PREVIEWED, "")
    # New rows get keys that nothing had.
    assert Submission.objects.count() == 3
    newest = Evaluation.objects.order_by("-pk").first()
    assert newest.solution.version == 2
    assert User.objects.create_user("newcomer").pk > max(alice.pk, olga.pk)


def test_a_site_in_use_is_replaced_on_a_word_alone(said, empty_stores, tmp_path, competition, alices_team, graded):
    graded(alices_team, GOOD)
    said("backup", tmp_path / "one.tar")
    Competition.objects.update(title="Changed since")
    with pytest.raises(CommandError, match=r"it has 2 accounts and 1 competitions. Restore into an empty one, or say"):
        said("restore", tmp_path / "one.tar")
    assert Competition.objects.get().title == "Changed since"
    said("restore", tmp_path / "one.tar", "--replace")
    assert Competition.objects.get().title == "Five stars"


def test_nothing_is_restored_while_a_worker_lives(said, empty_stores, tmp_path, competition):
    said("backup", tmp_path / "one.tar")
    beat("scoring")
    try:
        with pytest.raises(CommandError, match=r"A worker of this site lives. Stop the site"):
            said("restore", tmp_path / "one.tar", "--replace")
    finally:
        cache.clear()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda whole: whole[: len(whole) // 2], "is not whole|no whole backup|ends before"),
        (lambda whole: whole.replace(GOOD.encode(), GOOD.replace("1,4", "1,5").encode()), "is damaged; its SHA-256"),
        (lambda whole: b"", "no whole backup|ends before"),
    ],
    ids=["cut off", "changed", "empty"],
)
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    said, empty_stores, tmp_path, competition, alices_team, graded, damage, sentence
):
    graded(alices_team, GOOD)
    path = tmp_path / "one.tar"
    said("backup", path)
    path.write_bytes(damage(path.read_bytes()))
    Competition.objects.update(title="Changed since")
    with pytest.raises(CommandError, match=sentence):
        said("restore", path, "--replace")
    assert Competition.objects.get().title == "Changed since"


def test_a_backup_without_labels_holds_none_and_says_so(said, empty_stores, tmp_path, competition, alices_team, graded):
    graded(alices_team, GOOD)
    lines = said("backup", tmp_path / "one.tar", "--without-labels")
    assert "scores nothing until they are uploaded" in lines
    with tarfile.open(tmp_path / "one.tar") as tar:
        names = tar.getnames()
        everything = b"".join(tar.extractfile(name).read() for name in names if not name.endswith(".sqlite3"))
    assert not [name for name in names if name.startswith("stores/labels/")]
    assert [name for name in names if name.startswith("stores/submissions/stars/")]
    assert SOLUTION.encode() not in everything
    assert "The backup has no labels" in said("restore", tmp_path / "one.tar", "--replace")


def test_a_file_that_is_gone_is_named_and_the_rest_is_taken(
    said, empty_stores, tmp_path, competition, alices_team, graded
):
    sent = graded(alices_team, GOOD)
    sent.file.storage.delete(sent.file.name)
    lines = said("backup", tmp_path / "one.tar")
    assert f"! Named by a row and not in its store: stores/submissions/{sent.file.name}" in lines
    # What was missing then is no fault of the restore.
    assert "!" not in said("restore", tmp_path / "one.tar", "--replace")


def test_a_disk_that_is_full_leaves_nothing_under_the_name(said, empty_stores, tmp_path, competition, monkeypatch):
    with pytest.raises(CommandError, match=r"Nothing was written to /dev/full/x.tar|There is no folder"):
        said("backup", "/dev/full/x.tar")
    path = tmp_path / "one.tar"
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(CommandError, match=r"Nothing was written to .*one\.tar|could not be copied"):
            said("backup", path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_goes_through_a_pipe(empty_stores, tmp_path, competition, capfdbinary):
    call_command("backup", "-")
    out, _ = capfdbinary.readouterr()
    with tarfile.open(fileobj=io.BytesIO(out)) as tar:
        assert {"about.json", "secret_key", "manifest.jsonl"} <= set(tar.getnames())
    (tmp_path / "piped.tar").write_bytes(out)
    call_command("restore", str(tmp_path / "piped.tar"), "--replace")


def test_a_site_with_a_key_of_its_own_is_told(said, empty_stores, tmp_path, competition, settings):
    said("backup", tmp_path / "one.tar")
    settings.SECRET_KEY = "another one"
    lines = said("restore", tmp_path / "one.tar", "--replace")
    assert "! This site has another SECRET_KEY: everybody signs in again" in lines
    kept = settings.VAR / "secret_key"
    kept.write_text("another one")
    try:
        assert "start every process anew" in said("restore", tmp_path / "one.tar", "--replace")
        assert kept.read_text() == "only for tests"
    finally:
        kept.unlink()


@pytest.fixture
def move_to_buckets(settings):
    """move_to_buckets() makes each store a bucket of its own, with the files that rows name in it."""
    of_files = settings.STORAGES
    stores = of_files.keys() - {"staticfiles"}
    access = {"region_name": "us-east-1", "access_key": "x", "secret_key": "y", "file_overwrite": False}

    def move():
        files = {one: Path(storages[one.store].path(one.name)).read_bytes() for one in named_files()}
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
        for store in stores:
            client.create_bucket(Bucket=store.replace("_", "-"))
        settings.STORAGES = of_files | {
            store: {
                "BACKEND": "storages.backends.s3.S3Storage",
                "OPTIONS": access | {"bucket_name": store.replace("_", "-")},
            }
            for store in stores
        }
        for one, content in files.items():
            storages[one.store].save(one.name, ContentFile(content))

    with moto.mock_aws():
        yield move
        settings.STORAGES = of_files


def objects():
    return {
        (store, name): storages[store].open(name).read()
        for store in STORES
        for name in sorted(stored_names(storages[store]))
    }


def test_stores_in_buckets_come_back_and_are_cleaned_up(
    said, empty_stores, tmp_path, competition, alices_team, graded, move_to_buckets, settings
):
    sent = graded(alices_team, GOOD)
    move_to_buckets()
    before = objects()
    assert before["submissions", sent.file.name] == GOOD.encode()
    said("backup", tmp_path / "one.tar")
    for store in STORES:
        storages[store].bucket.objects.all().delete()
    assert "!" not in said("restore", tmp_path / "one.tar", "--replace")
    assert objects() == before
    storages["labels"].save("stars/left", ContentFile(b"1234"))
    assert "labels" not in said("clean_up")
    settings.ORPHANS_KEPT_SECONDS = -60
    assert "files in labels that nothing names: 1, 4 bytes removed" in said("clean_up")
    assert objects() == before
