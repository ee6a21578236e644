"""Gunicorn's threaded worker, which tells each request how long it has waited for one of its threads."""

from collections.abc import Callable, Iterable
from threading import local
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from config.bodies import WAITED


class WaitingTold(ThreadWorker):  # type: ignore[misc]  # Gunicorn has no types.
    """As gthread; `environ[WAITED]` is set for every request (`--worker-class config.web_worker.WaitingTold`).

    Gunicorn takes in up to a thousand connections for its few threads, so the queue stands here, and not in the kernel.
    """

    wsgi: Callable[..., Iterable[bytes]]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._thread = local()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        application = self.wsgi

        def told(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            environ[WAITED] = self._thread.waited
            return application(environ, start_response)

        self.wsgi = told

    def enqueue_req(self, conn: TConn) -> None:
        conn.enqueued_at = monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        self._thread.waited = monotonic() - conn.enqueued_at
        return super().handle(conn)
