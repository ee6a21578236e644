"""All stores as buckets of an S3-compatible store that runs on loopback (moto), with the policies of docs/stores.md."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import boto3
import pytest
import requests
from django.apps import apps
from django.db.models import FileField

from config import stores
from config.environment import ROOT

REGION = "us-east-1"
PROCESSES = ("web", "web-labels", "scoring", "scoring-labels", "models")
DOCS = ROOT / "docs" / "stores.md"
SETTINGS = {"HOLDOUT_S3_REGION": REGION, "HOLDOUT_S3_BUCKET_PREFIX": "holdout-"}
BUCKETS = [
    f"holdout-{name}" for name in ("files", "competition-data", "submissions", "predictions", "archives", "labels")
]


def policy(who: str) -> dict[str, Any]:
    """The policy of that name in docs/stores.md, under its heading."""
    found = re.search(rf"^#+ Policy `{who}`\n.*?```json\n(.*?)```", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"docs/stores.md has no policy {who}"
    return dict(json.loads(found[1]))


@dataclass
class BucketStore:
    """The store, and this process as one of the site's: `who` says whose credentials it has."""

    url: str
    settings: Any
    monkeypatch: pytest.MonkeyPatch
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        requests.post(f"{self.url}/moto-api/reset", timeout=10).raise_for_status()
        self.admin = _operator("s3", self.url)
        for name in BUCKETS:
            self.admin.create_bucket(Bucket=name)
        self.monkeypatch.setenv("HOLDOUT_S3_ENDPOINT", self.url)
        for name, value in SETTINGS.items():
            self.monkeypatch.setenv(name, value)
        self.keys = {who: (who, "any") for who in PROCESSES}

    def be(self, who: str) -> None:
        """This process is now the web, a scoring or a models worker."""
        self.monkeypatch.setenv("HOLDOUT_S3_ACCESS_KEY", self.keys[who][0])
        self.monkeypatch.setenv("HOLDOUT_S3_SECRET_KEY", self.keys[who][1])
        label_keys = self.keys.get(f"{who}-labels", ("", ""))
        self.monkeypatch.setenv("HOLDOUT_S3_LABELS_ACCESS_KEY", label_keys[0])
        self.monkeypatch.setenv("HOLDOUT_S3_LABELS_SECRET_KEY", label_keys[1])
        found = stores.buckets()
        assert found is not None
        self.settings.STORAGES = {"staticfiles": self.settings.STORAGES["staticfiles"], **found.storages()}
        # A field finds its store when its model is loaded: as another start would.
        for one in _stored_fields():
            self.monkeypatch.setattr(one, "storage", one._storage_callable())

    @contextmanager
    def being(self, who: str) -> Iterator[None]:
        """This process is another for a while; then the web again."""
        self.be(who)
        yield
        self.be("web")

    def names(self, bucket: str) -> list[str]:
        """What lies in the bucket."""
        return [found["Key"] for found in self.admin.list_objects_v2(Bucket=f"holdout-{bucket}").get("Contents", [])]

    def parts_under_way(self) -> int:
        return len(self.admin.list_multipart_uploads(Bucket="holdout-submissions").get("Uploads", []))

    def guard(self) -> None:
        """Give each process its own user, and let the policies be in force."""
        self.keys = {who: self._user(who) for who in PROCESSES}
        self.monkeypatch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0)
        self.be("web")

    def _user(self, who: str) -> tuple[str, str]:
        iam = _operator("iam", self.url)
        iam.create_user(UserName=who)
        iam.put_user_policy(UserName=who, PolicyName=who, PolicyDocument=json.dumps(policy(who)))
        made = iam.create_access_key(UserName=who)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]


@lru_cache
def _operator(service: str, url: str) -> Any:
    """Whoever runs the store."""
    keys = {"aws_access_key_id": "operator", "aws_secret_access_key": "operator"}
    return boto3.client(service, endpoint_url=url, region_name=REGION, **keys)


def _stored_fields() -> Iterator[Any]:
    for model in apps.get_models():
        for one in model._meta.get_fields():
            if isinstance(one, FileField) and hasattr(one, "_storage_callable"):
                yield one


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Where the store answers; it is started once."""
    # It takes seconds to load, and most runs need none.
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket_store(s3_server, settings, monkeypatch, tmp_path) -> BucketStore:
    """All stores are buckets, empty ones; this process is the web, and nothing is refused to anyone."""
    settings.LABELS_DIR = tmp_path / "label copies"
    settings.LABELS_DIR.mkdir()
    store = BucketStore(s3_server, settings, monkeypatch)
    store.be("web")
    return store


@pytest.fixture
def guarded_store(bucket_store) -> BucketStore:
    """The same with each policy in force."""
    bucket_store.guard()
    return bucket_store
