"""Ways to write a name that people take for the same: case, accents, punctuation, blanks, look-alike forms."""

import string
import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from grader.audit.tables import StringArray
from grader.scoring.arrays import Int64Array

# A hyphen joins two words that others write apart.
ASCII_PUNCTUATION = str.maketrans({sign: " " if sign in "-_/" else "" for sign in string.punctuation})
# Names are short. A hundred million characters are texts, take a minute to fold, and differ by more than spelling.
MOST_CHARACTERS = 100_000_000


def without_accents(text: str) -> str:
    """Latin, Greek and Cyrillic letters without the marks on them: é is e. Other scripts' vowel signs stay."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f"))


def without_punctuation(text: str) -> str:
    """Letters, digits and single blanks; the text itself where nothing would be left."""
    plain = text.translate(ASCII_PUNCTUATION)
    if not plain.isascii():
        plain = "".join(sign for sign in plain if sign.isascii() or unicodedata.category(sign)[0] not in "PSC")
    return " ".join(plain.split()) or text


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
    """A number for each value, shape (m,): values that the fold makes equal have the same.

    Above MOST_CHARACTERS nothing is folded: each value has its own.
    """
    if sum(map(len, values)) > MOST_CHARACTERS:
        return np.arange(values.size)
    written = np.array([fold(value) for value in values], dtype=object)
    return pd.factorize(written)[0].astype(np.int64)
