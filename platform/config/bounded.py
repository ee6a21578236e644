"""Looking at something that may hang: whoever asks is answered in time, whatever the thing does."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class BoundedLook(Generic[Answer]):
    """One look that never holds up who asks for it, and of which never more than one is under way in a process.

    Whoever asks while one is under way waits for that one's answer: a thing that hangs costs one thread.
    """

    def __init__(self, look: Callable[[], Answer], name: str) -> None:
        self._look = look
        self._name = name
        self._lock = Lock()
        self._under_way: Future[Answer] | None = None

    def begin(self) -> "Future[Answer]":
        """The look that is under way; a new one where none is. Ask it for its result with a timeout."""
        with self._lock:
            if self._under_way is None or self._under_way.done():
                self._under_way = Future()
                Thread(target=self._run, args=(self._under_way,), name=self._name, daemon=True).start()
            return self._under_way

    def within(self, seconds: float) -> Answer:
        """Raises TimeoutError when there is no answer in time, and whatever the look raises."""
        return self.begin().result(timeout=seconds)

    def _run(self, future: "Future[Answer]") -> None:
        try:
            future.set_result(self._look())
        except BaseException as problem:
            future.set_exception(problem)
