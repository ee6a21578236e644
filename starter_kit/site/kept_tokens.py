"""The tokens that `login` keeps, one for each site, where nobody else on the machine can read them."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from starter_kit.trouble import KitError

FOLDER_MODE, FILE_MODE = 0o700, 0o600


@dataclass(frozen=True)
class KeptToken:
    """Who somebody is at a site. `may_go_plain`: they said that it may be sent there without https."""

    site: str
    username: str
    token: str = field(repr=False)
    expires_at: str | None = None
    may_go_plain: bool = False


def config_folder() -> Path:
    """The user's folder for settings of programs, as their system has it."""
    if chosen := os.environ.get("XDG_CONFIG_HOME"):
        return Path(chosen) / "holdout"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home() / "AppData" / "Roaming")) / "holdout"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "holdout"
    return Path.home() / ".config" / "holdout"


class KeptTokens:
    """The file of tokens: made with 0600 in a folder with 0700, and whole at every moment."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or config_folder()) / "tokens.json"

    def of(self, site: str) -> KeptToken | None:
        """The token of a site; None: nobody is signed in there."""
        found = self._read()["sites"].get(site)
        return KeptToken(site=site, **found) if found else None

    @property
    def last_site(self) -> str:
        """Where somebody signed in last, and has not signed out; empty: nowhere."""
        kept = self._read()
        return str(kept["last"]) if kept["last"] in kept["sites"] else ""

    def keep(self, kept: KeptToken) -> None:
        """Keep a token in the place of the site's former one."""
        with self._changed() as content:
            entry = asdict(kept)
            content["last"] = entry.pop("site")
            content["sites"][kept.site] = entry

    def forget(self, site: str) -> None:
        """Remove a site's token."""
        with self._changed() as content:
            content["sites"].pop(site, None)

    def _read(self) -> dict[str, Any]:
        try:
            # Whatever made it readable to others, a copy or a backup, must not leave it so.
            if os.name == "posix" and self.path.stat().st_mode & 0o077:
                self.path.chmod(FILE_MODE)
            content = json.loads(self.path.read_text(encoding="utf-8"))
            for entry in content["sites"].values():
                KeptToken(site="", **entry)
        except FileNotFoundError:
            return {"last": "", "sites": {}}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # Without the text that could not be read: it may hold a token.
            raise KitError(
                f"{self.path}: the kept tokens cannot be read. Remove the file, and sign in anew."
            ) from error
        return {"last": str(content.get("last", "")), "sites": content["sites"]}

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Any]]:
        content = self._read()
        yield content
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
        # mkstemp makes it with 0600, so there is no moment at which others can read it.
        handle, name = tempfile.mkstemp(dir=folder, prefix=".tokens-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(content, stream, indent=1)
            Path(name).replace(self.path)
        finally:
            Path(name).unlink(missing_ok=True)
