"""A site of one page for a web server that is tried: it takes its time, and says how long its request had waited."""

import time
from collections.abc import Callable
from typing import Any

from config.bodies import WAITED

WORK_SECONDS = 0.3


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    time.sleep(WORK_SECONDS)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(environ[WAITED]).encode()]
