"""Where the files of submissions lie."""

from django.core.files.storage import Storage, storages


def submission_storage() -> Storage:
    return storages["submissions"]


def prediction_storage() -> Storage:
    return storages["predictions"]
