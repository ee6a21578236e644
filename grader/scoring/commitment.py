"""A commitment: one digest, published before the contest, that binds its organizers to labels, split and settings.

It tells nothing of them, for a secret salt of 32 random bytes goes in too; whoever has the salt can check all of it.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

import numpy as np

from grader.scoring.solution import Solution

FORMAT = "holdout-commitment-1"
SALT_BYTES = 32

# What a setting of a competition, or a fact of a receipt, can be.
Fact = str | int | float | bool | None
Facts = Mapping[str, Fact]


def canonical(facts: Facts) -> str:
    """The one text of these facts: JSON with sorted keys, no blanks, no escapes. Raises ValueError for NaN."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(text: str) -> str:
    """SHA-256 of the text in UTF-8, 64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def split_digest(solution: Solution) -> str:
    """SHA-256 of which row counts where: the ids, ascending, as int64, then a byte for each: 1 public, 2 private, 0."""
    parts = solution.is_public.astype(np.uint8) + 2 * solution.is_private.astype(np.uint8)
    return sha256(solution.row_ids.astype("<i8").tobytes() + parts.astype(np.uint8).tobytes()).hexdigest()


def commitment(salt: bytes, solution_sha256: str, split_sha256: str, terms: Facts) -> str:
    """The digest to publish. `terms`: the settings that scores are made by, and the grader's version.

    Raises ValueError for a salt that is not of 32 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A salt has {SALT_BYTES} bytes, not {len(salt)}.")
    committed: Facts = {
        "format": FORMAT,
        "salt": salt.hex(),
        "solution_sha256": solution_sha256,
        "split_sha256": split_sha256,
        **{f"terms.{name}": value for name, value in terms.items()},
    }
    return digest_of(canonical(committed))
