"""Stores in buckets: whether each can be asked by this process, and by nobody without a key."""

from collections.abc import Iterator

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages

from config.buckets import ClosedLabelBucket, LabelBucket, PrivateBucket
from config.store_away import StoreAway
from grading.doctor.finding import Finding, bad, well

# No store has it: what is asked is whether one may ask.
NO_SUCH_NAME = "a-name-that-no-file-has"
AS_A_STRANGER = Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=5)


def buckets_found() -> Iterator[Finding]:
    """Nothing where the stores are folders."""
    in_order = []
    for alias in settings.STORAGES:
        bucket = storages[alias]
        if not isinstance(bucket, PrivateBucket) or isinstance(bucket, ClosedLabelBucket):
            continue
        if finding := _trouble(bucket):
            yield finding
        else:
            in_order.append(bucket.bucket_name)
    if in_order:
        yield well("buckets", f"{', '.join(in_order)}: with a key alone")


def _trouble(bucket: PrivateBucket) -> Finding | None:
    name = bucket.bucket_name
    try:
        bucket.exists(NO_SUCH_NAME)
    except FileNotFoundError:
        return bad("bucket", f"{name} does not exist", "Make it, or correct HOLDOUT_S3_BUCKET_PREFIX.")
    except PermissionError:
        if isinstance(bucket, LabelBucket):
            # The web may put labels there, and do no more.
            return None
        to_do = "Give them the policy of docs/stores.md, or correct HOLDOUT_S3_ACCESS_KEY and its secret."
        return bad("bucket", f"the keys of this process may not list {name}", to_do)
    except (OSError, StoreAway) as trouble:
        return bad("bucket", str(trouble), "Start the store, or correct HOLDOUT_S3_ENDPOINT.")
    if _is_open(bucket):
        to_do = "Take every public policy and ACL from it: files leave by the site's own pages."
        return bad("bucket", f"anybody may list {name} without a key", to_do)
    return None


def _is_open(bucket: PrivateBucket) -> bool:
    stranger = boto3.client("s3", **bucket.how_to_connect(bucket.endpoint_url) | {"config": AS_A_STRANGER})
    try:
        stranger.list_objects_v2(Bucket=bucket.bucket_name, MaxKeys=1)
    except (ClientError, BotoCoreError):
        return False
    return True
