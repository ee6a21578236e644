"""Where files are kept, as the environment says it; what cannot be stops the start with a sentence."""

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from config import stores
from config.environment import WrongSetting

ENDPOINT = {"HOLDOUT_S3_ENDPOINT": "http://store.example:9000"}
KEYS = {"HOLDOUT_S3_ACCESS_KEY": "ours", "HOLDOUT_S3_SECRET_KEY": "a secret"}
LABEL_KEYS = {"HOLDOUT_S3_LABELS_ACCESS_KEY": "labels", "HOLDOUT_S3_LABELS_SECRET_KEY": "another secret"}


@pytest.fixture
def found(monkeypatch):
    """found(NAME="…") reads the settings from an environment of these alone."""

    def read(**environment):
        for name in ("HOLDOUT_S3_ENDPOINT", *stores._ONLY_WITH_BUCKETS):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return stores.buckets()

    return read


def test_without_settings_each_store_is_a_private_folder(found):
    assert found() is None
    for alias in ("default", "competition_data", "submissions", "predictions", "archives", "labels"):
        assert isinstance(storages[alias], FileSystemStorage)
        assert settings.STORAGES[alias]["OPTIONS"]["file_permissions_mode"] == 0o600
    assert settings.DIRECT_UPLOAD_ORIGINS == []


def test_each_store_is_a_bucket_of_its_own_and_labels_have_keys_of_their_own(found):
    made = found(**ENDPOINT, **KEYS, **LABEL_KEYS, HOLDOUT_S3_BUCKET_PREFIX="stars.", HOLDOUT_S3_ENCRYPTION="AES256")
    options = {alias: one["OPTIONS"] for alias, one in made.storages().items()}
    assert {one["bucket_name"] for one in options.values()} == {
        f"stars.{name}" for name in ("files", "competition-data", "submissions", "predictions", "archives", "labels")
    }
    keys = {alias: one["access_key"] for alias, one in options.items()}
    assert {alias for alias, key in keys.items() if key == "labels"} == {"labels"}
    for one in options.values():
        assert (one["default_acl"], one["file_overwrite"]) == (None, False)
        assert one["object_parameters"] == {"ChecksumAlgorithm": "SHA256", "ServerSideEncryption": "AES256"}


def test_without_label_keys_the_label_store_is_closed(found):
    made = found(**ENDPOINT, **KEYS).storages()
    assert made["labels"]["BACKEND"] == "config.buckets.ClosedLabelBucket"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (KEYS, "HOLDOUT_S3_ACCESS_KEY: it is set, and HOLDOUT_S3_ENDPOINT is not"),
        (
            {"HOLDOUT_DIRECT_UPLOAD_ABOVE_MB": "100"},
            "HOLDOUT_DIRECT_UPLOAD_ABOVE_MB: it is set, and HOLDOUT_S3_ENDPOINT",
        ),
        (ENDPOINT, "HOLDOUT_S3_ENDPOINT: it is set, and HOLDOUT_S3_ACCESS_KEY is not"),
        (ENDPOINT | {"HOLDOUT_S3_ACCESS_KEY": "ours"}, "and HOLDOUT_S3_SECRET_KEY is not. Set both, or neither"),
        (
            ENDPOINT | KEYS | {"HOLDOUT_S3_LABELS_SECRET_KEY": "x"},
            "HOLDOUT_S3_LABELS_SECRET_KEY: it is set, and HOLDOUT_S3_LABELS_ACCESS_KEY is not",
        ),
        (
            ENDPOINT | KEYS | LABEL_KEYS | {"HOLDOUT_S3_LABELS_ACCESS_KEY": "ours"},
            "Labels have credentials of their own",
        ),
        (ENDPOINT | KEYS | {"HOLDOUT_S3_BUCKET_PREFIX": "Stars_"}, "found 'Stars_'; expected at most 46 small letters"),
        (ENDPOINT | KEYS | {"HOLDOUT_S3_ENCRYPTION": "rot13"}, "found 'rot13'; expected AES256, aws:kms"),
        ({"HOLDOUT_S3_ENDPOINT": "store:9000"}, "an address that begins with http:// or https://"),
    ],
)
def test_what_cannot_be_stops_the_start(found, environment, sentence):
    with pytest.raises(WrongSetting, match="Wrong setting HOLDOUT_") as stopped:
        found(**environment)
    assert sentence in str(stopped.value)


def test_no_secret_is_in_the_sentence(found):
    with pytest.raises(WrongSetting) as stopped:
        found(**ENDPOINT, **KEYS, **LABEL_KEYS | {"HOLDOUT_S3_LABELS_ACCESS_KEY": "ours"})
    assert "secret" not in str(stopped.value)
