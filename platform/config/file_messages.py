"""Messages as files, each there whole or not at all: Kombu's own may be read while it is written, and end a worker."""

from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class WholeMessages(filesystem.Channel):
    """Kombu's channel, but for how a message comes into the folder, and what becomes of one that cannot be read."""

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]  # As Kombu itself does.
        """Write it under a name that nobody looks for, then rename it. Raises OSError, and then leaves nothing."""
        path = Path(self.data_folder_out) / f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        unfinished = path.with_name(f".{path.name}.unfinished")
        try:
            unfinished.write_text(dumps(message))
            unfinished.rename(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError:
            # It is gone, as a bell may be: the sweeper rings again.
            log.warning("message_unreadable", queue=queue)
            raise Empty from None


class Transport(filesystem.Transport):
    """What `filesystem://` stands for here."""

    Channel = WholeMessages
