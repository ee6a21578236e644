"""Where files are kept: folders of this machine, or private buckets of an S3-compatible store. Part of the settings."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import environment
from config.environment import VAR, WrongSetting

# With buckets, the scoring worker's own space for copies of labels and for what is made from them.
LABELS_DIR = Path(environment.text("HOLDOUT_LABELS_DIR", str(VAR / "labels")))
STORE_FOLDERS = {
    "default": VAR / "files",
    "competition_data": VAR / "competition_data",
    "submissions": VAR / "submissions",
    "predictions": VAR / "predictions",
    "archives": VAR / "archives",
    "labels": LABELS_DIR,
}
# A presigned address for a part of an upload is good for so long; the next one is asked for part by part.
PART_ADDRESS_SECONDS = 900
# The store's own bounds: a part but the last has 5 MiB at least, and there are no more than 10,000.
DIRECT_PART_BYTES = environment.whole_number("HOLDOUT_DIRECT_PART_MB", 16, least=6, most=1000) * 1_000_000
# The largest object of which a worker makes a copy of its own.
MAX_FETCHED_BYTES = environment.whole_number("HOLDOUT_MAX_FETCHED_MB", 20_000, least=1) * 1_000_000

LABEL_KEY_SETTINGS = ("HOLDOUT_S3_LABELS_ACCESS_KEY", "HOLDOUT_S3_LABELS_SECRET_KEY")
_ONLY_WITH_BUCKETS = (
    "HOLDOUT_S3_PUBLIC_ENDPOINT",
    "HOLDOUT_S3_REGION",
    "HOLDOUT_S3_BUCKET_PREFIX",
    "HOLDOUT_S3_ACCESS_KEY",
    "HOLDOUT_S3_SECRET_KEY",
    *LABEL_KEY_SETTINGS,
    "HOLDOUT_S3_ENCRYPTION",
    "HOLDOUT_DIRECT_UPLOAD_ABOVE_MB",
)
_ENCRYPTIONS = ("", "AES256", "aws:kms")
# What a bucket's name may begin with; the longest of ours, "competition-data", comes after it.
_PREFIX = re.compile(r"[a-z0-9][a-z0-9.-]{0,45}")


@dataclass(frozen=True)
class Keys:
    """Credentials of the store."""

    access: str
    secret: str


@dataclass(frozen=True)
class Buckets:
    """An S3-compatible store. `label_keys` None: this process has nothing to do with labels."""

    endpoint: str
    public_endpoint: str
    region: str
    prefix: str
    keys: Keys
    label_keys: Keys | None
    encryption: str
    direct_above_bytes: int | None

    def storages(self) -> dict[str, dict[str, Any]]:
        """A private bucket for each store; without the label keys a closed one for labels."""
        made = {alias: self._bucket(alias, "buckets.PrivateBucket", self.keys) for alias in STORE_FOLDERS}
        made["submissions"] = self._bucket("submissions", "multipart.PartsBucket", self.keys)
        made["labels"] = (
            self._bucket("labels", "buckets.LabelBucket", self.label_keys)
            if self.label_keys
            else self._bucket("labels", "buckets.ClosedLabelBucket", self.keys)
        )
        return made

    def _bucket(self, alias: str, kind: str, keys: Keys) -> dict[str, Any]:
        name = "files" if alias == "default" else alias.replace("_", "-")
        parameters = {"ChecksumAlgorithm": "SHA256"}
        if self.encryption:
            parameters["ServerSideEncryption"] = self.encryption
        return {
            "BACKEND": f"config.{kind}",
            "OPTIONS": {
                "bucket_name": f"{self.prefix}{name}",
                "endpoint_url": self.endpoint,
                "public_endpoint": self.public_endpoint,
                "region_name": self.region,
                "access_key": keys.access,
                "secret_key": keys.secret,
                "object_parameters": parameters,
                "default_acl": None,
                "file_overwrite": False,
                "scratch": LABELS_DIR if alias == "labels" else None,
            },
        }


def buckets() -> Buckets | None:
    """The store that the environment names; None: files are kept in folders. Raises WrongSetting."""
    endpoint = environment.address("HOLDOUT_S3_ENDPOINT", "", ("http", "https")).rstrip("/")
    if not endpoint:
        for name in _ONLY_WITH_BUCKETS:
            if environment.text(name):
                raise WrongSetting(
                    f"Wrong setting {name}: it is set, and HOLDOUT_S3_ENDPOINT is not. Name the store's address there, "
                    "or unset it."
                )
        return None
    keys = _keys("HOLDOUT_S3_ACCESS_KEY", "HOLDOUT_S3_SECRET_KEY")
    if keys is None:
        raise WrongSetting(
            "Wrong setting HOLDOUT_S3_ENDPOINT: it is set, and HOLDOUT_S3_ACCESS_KEY is not. Give this process its "
            "credentials, or unset it and keep files in folders."
        )
    label_keys = _keys(*LABEL_KEY_SETTINGS)
    if label_keys and label_keys.access == keys.access:
        raise WrongSetting(
            "Wrong setting HOLDOUT_S3_LABELS_ACCESS_KEY: it is the same as HOLDOUT_S3_ACCESS_KEY. Labels have "
            "credentials of their own, so that a process which must not read them has none (docs/stores.md)."
        )
    above = environment.whole_number("HOLDOUT_DIRECT_UPLOAD_ABOVE_MB", 0, least=0)
    return Buckets(
        endpoint=endpoint,
        public_endpoint=environment.address("HOLDOUT_S3_PUBLIC_ENDPOINT", endpoint, ("http", "https")).rstrip("/"),
        region=environment.text("HOLDOUT_S3_REGION", "us-east-1"),
        prefix=_prefix(),
        keys=keys,
        label_keys=label_keys,
        encryption=_encryption(),
        direct_above_bytes=above * 1_000_000 or None,
    )


def _keys(access_name: str, secret_name: str) -> Keys | None:
    access, secret = environment.text(access_name), environment.text(secret_name)
    if bool(access) != bool(secret):
        there, missing = (access_name, secret_name) if access else (secret_name, access_name)
        raise WrongSetting(f"Wrong setting {there}: it is set, and {missing} is not. Set both, or neither.")
    return Keys(access, secret) if access else None


def _prefix() -> str:
    prefix = environment.text("HOLDOUT_S3_BUCKET_PREFIX", "holdout-")
    if not _PREFIX.fullmatch(prefix):
        raise WrongSetting(
            f"Wrong setting HOLDOUT_S3_BUCKET_PREFIX: found {prefix!r}; expected at most 46 small letters, digits, "
            "'-' and '.', such as holdout-."
        )
    return prefix


def _encryption() -> str:
    found = environment.text("HOLDOUT_S3_ENCRYPTION")
    if found not in _ENCRYPTIONS:
        raise WrongSetting(
            f"Wrong setting HOLDOUT_S3_ENCRYPTION: found {found!r}; expected AES256, aws:kms, or nothing for what the "
            "bucket does by itself."
        )
    return found


def origins_of(found: Buckets | None) -> list[str]:
    """The store's scheme, host and port, where files go straight to it."""
    if found is None or found.direct_above_bytes is None:
        return []
    public = urlsplit(found.public_endpoint)
    return [f"{public.scheme}://{public.netloc}"]


def _private_folder(folder: Path) -> dict[str, Any]:
    """Files outside every served folder, readable by their owner only."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": folder,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


_buckets = buckets()
STORAGES: dict[str, dict[str, Any]] = {
    **(_buckets.storages() if _buckets else {alias: _private_folder(path) for alias, path in STORE_FOLDERS.items()}),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A larger file goes from its sender's machine straight into its bucket; None: each goes through the site.
DIRECT_UPLOAD_ABOVE_BYTES = _buckets.direct_above_bytes if _buckets else None
# Where browsers may send it.
DIRECT_UPLOAD_ORIGINS = origins_of(_buckets)
