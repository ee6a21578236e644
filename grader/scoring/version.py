"""Which grader it is: what commitments and receipts name, so that a replay knows whether it runs the same code."""

from functools import cache
from hashlib import sha256
from pathlib import Path

NAME = "holdout-grader 1"


@cache
def grader_version() -> str:
    """The grader's name, and a SHA-256 over its code: `grade.py` and each module of `scoring`, by name."""
    scoring = Path(__file__).parent
    digest = sha256()
    for path in (scoring.parent / "grade.py", *sorted(scoring.glob("*.py"))):
        code = path.read_bytes()
        digest.update(f"{path.name} {len(code)}\n".encode() + code)
    return f"{NAME}, code {digest.hexdigest()[:16]}"
