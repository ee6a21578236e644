"""Receipts, and the chain that they stand in: whoever keeps a link of it would see any earlier receipt change or go."""

from collections.abc import Iterable
from hashlib import sha256

from grader.scoring.arrays import Float64Array
from grader.scoring.commitment import canonical, digest_of
from grader.scoring.disclosure import disclosed

__all__ = ["CHAIN_BEGINS", "RECEIPT_FORMAT", "canonical", "digest_of", "link", "links", "predictions_digest", "shown"]

RECEIPT_FORMAT = "holdout-receipt-1"
CHAIN_BEGINS = "0" * 64


def link(previous: str, digest: str) -> str:
    """The chain's next link: SHA-256 of the link before it (CHAIN_BEGINS for the first) and the receipt's digest."""
    return digest_of(f"{previous}\n{digest}\n")


def links(digests: Iterable[str], previous: str = CHAIN_BEGINS) -> list[str]:
    """The link of each receipt, in their order, after `previous`."""
    made: list[str] = []
    for digest in digests:
        previous = link(previous, digest)
        made.append(previous)
    return made


def predictions_digest(predictions: Float64Array) -> str:
    """SHA-256 of predictions in the order of their row ids, as float64, least byte first."""
    return sha256(predictions.astype("<f8").tobytes()).hexdigest()


def shown(score: float, decimals: int) -> str:
    """The disclosed score with exactly so many decimals, as a receipt and a ranking carry it."""
    return f"{disclosed(score, decimals):.{decimals}f}"
