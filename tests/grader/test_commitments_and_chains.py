"""What a commitment, a receipt's digest and a chain are, by hand."""

import struct
from hashlib import sha256

import numpy as np
import pytest

from grader.scoring.commitment import canonical, commitment, split_digest
from grader.scoring.receipts import CHAIN_BEGINS, links, predictions_digest, shown
from grader.scoring.solution import Solution
from grader.scoring.version import grader_version

SALT = bytes(range(32))


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_the_same_facts_are_the_same_text_in_any_order():
    assert canonical({"b": 1, "a": None, "ü": "“x”"}) == '{"a":null,"b":1,"ü":"“x”"}'
    assert canonical({"a": None, "ü": "“x”", "b": 1}) == canonical({"b": 1, "a": None, "ü": "“x”"})


def test_a_fact_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"score": float("nan")})


def test_the_split_is_each_rows_part_ignored_rows_too():
    three = Solution(
        np.array([1, 2, 9]), np.array([5.0, 3.0, 1.0]), np.array([True, False, False]), np.array([False, True, False])
    )
    assert split_digest(three) == sha256(struct.pack("<3q", 1, 2, 9) + bytes([1, 2, 0])).hexdigest()


def test_a_short_salt_is_refused_for_it_could_be_guessed():
    with pytest.raises(ValueError, match="A salt has 32 bytes, not 4"):
        commitment(b"salt", "0" * 64, "1" * 64, {"metric": "mse"})


@pytest.mark.parametrize("part", ["salt", "solution", "split", "terms"])
def test_whatever_is_another_the_commitment_is_another(part):
    changed = {
        "salt": (bytes(32), "0" * 64, "1" * 64, {"decimals": 3}),
        "solution": (SALT, "2" * 64, "1" * 64, {"decimals": 3}),
        "split": (SALT, "0" * 64, "2" * 64, {"decimals": 3}),
        "terms": (SALT, "0" * 64, "1" * 64, {"decimals": 4}),
    }
    assert commitment(*changed[part]) != commitment(SALT, "0" * 64, "1" * 64, {"decimals": 3})


def test_each_link_holds_the_one_before():
    first = digest("0" * 64 + "\n" + "a" * 64 + "\n")
    second = digest(first + "\n" + "b" * 64 + "\n")
    assert links(["a" * 64, "b" * 64]) == [first, second]
    assert links(["b" * 64], first) == [second]
    assert links([]) == []
    assert CHAIN_BEGINS == "0" * 64


def test_predictions_have_one_digest_on_every_machine():
    assert predictions_digest(np.array([3.5, 1.0])) == sha256(struct.pack("<2d", 3.5, 1.0)).hexdigest()
    assert predictions_digest(np.array([3.5, 1.0], dtype=">f8")) == predictions_digest(np.array([3.5, 1.0]))


def test_a_score_is_shown_with_all_its_decimals():
    assert shown(0.5, 3) == "0.500"
    assert shown(2.0, 0) == "2"
    # Half to even, on the float itself.
    assert shown(0.125, 2) == "0.12"


def test_the_grader_names_itself_and_its_code():
    assert grader_version().startswith("holdout-grader 1, code ")
    assert len(grader_version().rpartition(" ")[2]) == 16
