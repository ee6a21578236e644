"""Ways to write a name that people take for the same: case, accents, punctuation, blanks, look-alike forms."""

import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from grader.audit.tables import StringArray
from grader.scoring.arrays import Int64Array


def without_accents(text: str) -> str:
    """Latin, Greek and Cyrillic letters without the marks on them: é is e. Other scripts' vowel signs stay."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f"))


def without_punctuation(text: str) -> str:
    """Letters, digits and single blanks; the text itself where nothing would be left."""
    kept = "".join(sign if _is_kept(sign) else " " if sign in "-_/" else "" for sign in text)
    return " ".join(kept.split()) or text


def _is_kept(sign: str) -> bool:
    return sign.isalnum() or sign.isspace() or (not sign.isascii() and unicodedata.category(sign)[0] not in "PSC")


def folded(text: str) -> str:
    """All of it at once."""
    plain = without_accents(unicodedata.normalize("NFKC", text))
    return without_punctuation(plain).casefold()


FOLDS: dict[str, Callable[[str], str]] = {
    "case": str.lower,
    "accents": without_accents,
    "punctuation": without_punctuation,
    "blanks": lambda text: " ".join(text.split()),
    "Unicode form (NFKC)": lambda text: unicodedata.normalize("NFKC", text),
    "all of these together": folded,
}


def number_codes(values: StringArray) -> Int64Array:
    """A number for each value, shape (m,): 7, 7.0 and 007 have the same; what is no number goes by its letters."""
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
    return pd.factorize(numbers.astype(object).where(numbers.notna(), values))[0].astype(np.int64)


def fold_codes(values: StringArray, fold: Callable[[str], str]) -> Int64Array:
    """A number for each value, shape (m,): values that the fold makes equal have the same."""
    written = np.array([fold(value) for value in values], dtype=object)
    return pd.factorize(written)[0].astype(np.int64)
