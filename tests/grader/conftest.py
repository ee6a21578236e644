"""A small competition: five ids, and a place to put the files that are sent to it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.scoring.predictions import PredictionFormat, Rejected, read_predictions

IDS = np.array([1, 2, 3, 4, 5], dtype=np.int64)


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., list[float]]:
    """Send bytes or text as a prediction file for the ids 1 to 5; the values by ascending id come back."""

    def send(content: bytes | str, **expected) -> list[float]:
        path = tmp_path / "predictions"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_predictions(path, IDS, PredictionFormat(**expected)).tolist()

    return send


@pytest.fixture
def refusal(send: Callable[..., list[float]]) -> Callable[..., str]:
    """Send a file that must be refused; what its sender reads comes back."""

    def refusal(content: bytes | str, **expected) -> str:
        with pytest.raises(Rejected) as caught:
            send(content, **expected)
        return str(caught.value)

    return refusal
