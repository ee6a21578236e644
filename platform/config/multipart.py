"""A bucket that takes a large object in parts, straight from whoever holds an address for the next one.

What is asked here raises what `config.buckets` raises.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import boto3
from django.core.files.base import File

from config.buckets import PrivateBucket, as_os_errors


@dataclass(frozen=True)
class Part:
    """A part that has come whole: its number, from 1, its size in bytes, and the store's tag for it."""

    number: int
    size: int
    tag: str


@dataclass(frozen=True)
class UnderWay:
    """Parts that are no object yet."""

    name: str
    key: str
    begun_at: datetime


class PartsBucket(PrivateBucket):
    """`key` in its methods: the store's own name for parts that belong together."""

    def put(self, name: str, content: File[bytes]) -> None:
        """Store an object under that very name, over what may be there."""
        self._save(name, content)

    def begin_parts(self, name: str) -> str:
        """Make room for the parts of an object; returns their key."""
        kept = {"ServerSideEncryption"} & set(self.object_parameters)
        with self._told(name):
            begun = self.client.create_multipart_upload(
                **self._of(name), **{option: self.object_parameters[option] for option in kept}
            )
        return str(begun["UploadId"])

    def parts(self, name: str, key: str) -> list[Part]:
        """Those that have come, in their order. Raises FileNotFoundError where they are gone, or are an object."""
        pages = self.client.get_paginator("list_parts").paginate(**self._of(name), UploadId=key)
        with self._told(name):
            return [
                Part(part["PartNumber"], part["Size"], part["ETag"]) for page in pages for part in page.get("Parts", [])
            ]

    def address_for_part(self, name: str, key: str, number: int, size: int, seconds: int) -> str:
        """Where so many bytes may be PUT as that part, by anyone who knows it, for so long. Keep it out of logs."""
        part = {"UploadId": key, "PartNumber": number, "ContentLength": size}
        return str(self._signing.generate_presigned_url("upload_part", self._of(name) | part, ExpiresIn=seconds))

    def join_parts(self, name: str, key: str, parts: list[Part]) -> None:
        """Make the object of its parts; afterwards their addresses are good for nothing."""
        listed = [{"PartNumber": part.number, "ETag": part.tag} for part in parts]
        with self._told(name):
            self.client.complete_multipart_upload(**self._of(name), UploadId=key, MultipartUpload={"Parts": listed})

    def drop_parts(self, name: str, key: str) -> None:
        """Forget them; those that are gone already are no error."""
        try:
            with self._told(name):
                self.client.abort_multipart_upload(**self._of(name), UploadId=key)
        except FileNotFoundError:
            return

    def under_way(self) -> Iterator[UnderWay]:
        """All parts in the bucket that are no object yet."""
        with self._told(""):
            for page in self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket_name):
                for found in page.get("Uploads", []):
                    yield UnderWay(found["Key"], found["UploadId"], found["Initiated"])

    @cached_property
    def _signing(self) -> Any:
        """Signs addresses as those outside know the store, and asks it nothing."""
        return boto3.client("s3", **self.how_to_connect(self.public_endpoint))

    def _of(self, name: str) -> dict[str, Any]:
        return {"Bucket": self.bucket_name, "Key": name}

    def _told(self, name: str) -> Any:
        return as_os_errors(f"{self.bucket_name}/{name}")
