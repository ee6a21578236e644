"""Loaded before the settings: tests write into a folder of their own, never into `var/`."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="holdout-tests-")
(Path(_folder) / "static").mkdir()
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["HOLDOUT_VAR"] = _folder
os.environ["SECRET_KEY"] = "only for tests"
# The same stories can be told on another database: tests/stack/test_on_postgresql.py does.
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
for name in ("REDIS_URL", "HOLDOUT_LABELS_DIR", "EMAIL_URL"):
    os.environ.pop(name, None)
