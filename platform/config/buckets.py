"""Private buckets of an S3-compatible store, and their objects as files that are read as far as they are needed.

What goes wrong is told as folders tell it: FileNotFoundError, PermissionError, OSError; and StoreAway, which folders do
not know. No object has an address.
"""

import errno
import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import IO, Any, NoReturn, Self, cast

import boto3
import structlog
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from config.store_away import StoreAway

log = structlog.get_logger(__name__)

READ_BYTES = 1 << 18
# What a store answers that is overloaded, restarted, or behind a proxy that cannot reach it.
PASSING = (429, 500, 502, 503, 504)
# It lies among the labels and is none of them: who can read it could read them.
CANARY = "canary.secret"
CANARY_TEXT = b"Whoever can read this could read the labels beside it.\n"
_TROUBLES = (ClientError, BotoCoreError, HTTPError)
_HOW_TO_ASK = Config(
    signature_version="s3v4",
    # The bucket's name in the path: one address for all of them, which a browser can be allowed.
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Ours are asked for by name; stores other than Amazon's know no others.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_supported",
)
# Each of them holds some 8 MB.
_HOW_TO_MOVE = TransferConfig(max_concurrency=4)


@contextmanager
def as_os_errors(what: str) -> Iterator[None]:
    """Tell the store's refusals as a folder would; `what` names the bucket, and the object where there is one."""
    try:
        yield
    except ClientError as refusal:
        status = refusal.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = refusal.response.get("Error", {}).get("Code", "")
        if status == 404:
            raise FileNotFoundError(errno.ENOENT, f"the store has no such object or bucket ({code})", what) from refusal
        if status == 403:
            raise PermissionError(errno.EACCES, f"the store refuses it ({code})", what) from refusal
        if status in PASSING:
            raise StoreAway(f"{what}: the store answers {status} ({code})") from refusal
        raise OSError(errno.EIO, f"the store answers {status} ({code})", what) from refusal
    except FlexibleChecksumError as changed:
        raise OSError(errno.EIO, "the object is not what was stored: it has another checksum", what) from changed
    except (BotoCoreError, HTTPError) as trouble:
        raise StoreAway(f"{what}: the store cannot be asked ({type(trouble).__name__})") from trouble


@lru_cache(maxsize=1)
def _session_of(_process: int) -> tuple[boto3.Session, threading.Lock]:
    """What a process knows of the store's language, read once, and the lock with which connections are made of it."""
    return boto3.Session(), threading.Lock()


class PrivateBucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """A bucket of one store; each object is written once, whole."""

    def get_default_settings(self) -> dict[str, Any]:
        """`public_endpoint`: its address for those outside. `scratch`: where copies are made; None: anywhere."""
        own = {
            "public_endpoint": None,
            "scratch": None,
            "client_config": _HOW_TO_ASK,
            "transfer_config": _HOW_TO_MOVE,
        }
        return {**super().get_default_settings(), **own}

    @property
    def connection(self) -> Any:
        # A forked process must not talk through its parent's sockets.
        if self.__dict__.get("_connected_by") != os.getpid():
            self._connected_by, self._connections, self._bucket = os.getpid(), threading.local(), None
        if not hasattr(self._connections, "connection"):
            session, alone = _session_of(os.getpid())
            with alone:
                self._connections.connection = session.resource("s3", **self.how_to_connect(self.endpoint_url))
        return self._connections.connection

    def how_to_connect(self, endpoint: str) -> dict[str, Any]:
        """What boto3 wants to know."""
        return {
            "endpoint_url": endpoint,
            "region_name": self.region_name,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "config": self.client_config,
        }

    @property
    def client(self) -> Any:
        """The store's own operations, for this thread."""
        return self.connection.meta.client

    def url(self, name: str, *_: Any, **__: Any) -> NoReturn:
        """Files leave by the site's own pages, after a look at who asks."""
        raise ValueError("This file is not accessible via a URL.")

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError(f"An object is read as bytes and written by save(); it cannot be opened as {mode!r}.")
        return _ObjectFile(self, name)

    def _save(self, name: str, content: Any) -> str:
        with as_os_errors(f"{self.bucket_name}/{name}"):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with as_os_errors(f"{self.bucket_name}/{name}"):
            super().delete(name)

    def exists(self, name: str) -> bool:
        """By a look at the list: who may write here without reading may ask too."""
        with as_os_errors(f"{self.bucket_name}/{name}"):
            listed = self.client.list_objects_v2(Bucket=self.bucket_name, Prefix=name, MaxKeys=1)
        return any(found["Key"] == name for found in listed.get("Contents", []))

    def size(self, name: str) -> int:
        with as_os_errors(f"{self.bucket_name}/{name}"):
            return int(self.client.head_object(Bucket=self.bucket_name, Key=name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        with as_os_errors(f"{self.bucket_name}/{name}"):
            found: datetime = self.client.head_object(Bucket=self.bucket_name, Key=name)["LastModified"]
        return found

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with as_os_errors(f"{self.bucket_name}/{name}"):
            folders, files = super().listdir(name)
            return list(folders), list(files)


class LabelBucket(PrivateBucket):
    """The labels, for a process that has their credentials: the web's may only put, the scoring worker's may read."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Every name in this store is drawn at random: who may only put cannot ask whether it is taken."""
        return name

    def _save(self, name: str, content: Any) -> str:
        with as_os_errors(f"{self.bucket_name}/{CANARY}"):
            self.client.put_object(Bucket=self.bucket_name, Key=CANARY, Body=CANARY_TEXT, **self.object_parameters)
        return super()._save(name, content)

    def delete(self, name: str) -> None:
        """Who may only put leaves what nobody names to the clean-up."""
        try:
            super().delete(name)
        except PermissionError:
            log.warning("label_object_left", bucket=self.bucket_name, name=name)

    def can_be_read(self) -> bool:
        """Whether this process might read labels: it has their credentials."""
        return True


class ClosedLabelBucket(PrivateBucket):
    """The labels, for a process without their credentials: nothing can be done with them."""

    def _refused(self, *_: Any, **__: Any) -> NoReturn:
        raise PermissionError(
            errno.EACCES,
            "this process has no credentials of the label store (HOLDOUT_S3_LABELS_ACCESS_KEY)",
            self.bucket_name,
        )

    _open = _save = delete = exists = size = listdir = get_modified_time = get_available_name = _refused

    def can_be_read(self) -> bool:
        """Whether the credentials that it has for the other buckets open this one too; also where that is not known."""
        try:
            self.client.get_object(Bucket=self.bucket_name, Key=CANARY)["Body"].close()
        except ClientError as refusal:
            # "No such key" is said only to those who may look.
            return bool(refusal.response["ResponseMetadata"]["HTTPStatusCode"] != 403)
        except (BotoCoreError, HTTPError):
            return True
        return True


class _ObjectFile(File[bytes]):
    """An object as Django's fields know files: closed, it can be opened again."""

    def __init__(self, storage: PrivateBucket, name: str) -> None:
        self._storage = storage
        super().__init__(cast(IO[bytes], io.BufferedReader(_StoredObject(storage, name), READ_BYTES)), name)

    def open(self, mode: str | None = None, *_: Any, **__: Any) -> Self:
        if self.closed:
            self.file = cast(IO[bytes], io.BufferedReader(_StoredObject(self._storage, str(self.name)), READ_BYTES))
        self.seek(0)
        return self


class _StoredObject(io.RawIOBase):
    """An object as it was when it was opened, read from wherever it is asked for."""

    def __init__(self, storage: PrivateBucket, name: str) -> None:
        super().__init__()
        self._storage = storage
        self._where = {"Bucket": storage.bucket_name, "Key": name}
        self._what = f"{storage.bucket_name}/{name}"
        with as_os_errors(self._what):
            found = storage.client.head_object(**self._where)
        self._size, self._tag = int(found["ContentLength"]), found["ETag"]
        self._at = 0
        self._body: Any = None
        self._is_whole = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if at < 0:
            raise ValueError(f"There is no byte {at}.")
        if at != self._at:
            self._let_go()
            self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        try:
            piece = self._read(len(buffer))
        except _TROUBLES:
            # A connection is lost now and then, in the middle of a long body: once more, from here.
            self._let_go()
            with as_os_errors(self._what):
                piece = self._read(len(buffer))
        if not piece:
            raise OSError(errno.EIO, f"the store's answer ended at byte {self._at} of {self._size}", self._what)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        if self._at == self._size and self._is_whole:
            # The read behind the last byte compares the checksum that the store keeps.
            with as_os_errors(self._what):
                self._body.read(1)
        return len(piece)

    def _read(self, count: int) -> bytes:
        if self._body is None:
            part = {"Range": f"bytes={self._at}-"} if self._at else {}
            self._body = self._storage.client.get_object(**self._where, **part, IfMatch=self._tag)["Body"]
            self._is_whole = not part
        return bytes(self._body.read(count))

    def _let_go(self) -> None:
        if self._body is not None:
            self._body.close()
        self._body = None

    def close(self) -> None:
        self._let_go()
        super().close()
