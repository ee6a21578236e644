"""What the kit reads out of books.csv and the titles, one odd case after the other."""

import math

import numpy as np
import pandas as pd
import pytest

from starter_kit.features import BookFeatures, era_of, series_and_volume, title_words


def described(**columns) -> pd.DataFrame:
    """Books as `read_books` gives them, unremarkable but for `columns`."""
    count = len(next(iter(columns.values())))
    facts = {
        "book_name": [f"Book {number}" for number in range(count)],
        "authors": "Ada",
        "rating": 4.0,
        "publish_year": 2000,
        "publisher": "Penguin",
        "num_reviews": 10,
        "num_pages": 300.0,
    }
    return pd.DataFrame({**facts, **columns}, index=range(count))


@pytest.mark.parametrize(
    ("title", "series", "volume"),
    [
        ("Eragon (The Inheritance Cycle, #1)", "the inheritance cycle", 1),
        ("The Wee Free Men (Discworld, #30; Tiffany Aching, #1)", "discworld", 30),
        ("Wyrd Sisters (Discworld #6; Witches #2)", "discworld", 6),
        ("tintin (tintin, #21-24)", "tintin", 21),
        ("Robot Dreams (Robot, #0.1)", "robot", 0.1),
        ("Needled to Death (A Knitting Mystery, # 2)", "a knitting mystery", 2),
        ("(Sub)urban (Vorkosigan Saga [Publication] #5.1-5.3)", "vorkosigan saga [publication]", 5.1),
    ],
)
def test_a_series_and_its_volume_are_read_from_the_title(title, series, volume):
    assert series_and_volume(title) == (series, volume)


@pytest.mark.parametrize("title", ["1984", "Girl Goddess #9: Nine Stories", "Dune (Annotated)", "(#3)", ""])
def test_a_title_without_a_series_has_none(title):
    series, volume = series_and_volume(title)
    assert series == ""
    assert math.isnan(volume)


def test_words_come_from_any_script_and_not_from_the_series():
    assert title_words("The Wall, the WALL (Walls, #2)") == ["the", "wall"]
    assert title_words("戦争と平和") == ["戦争と平和"]
    assert title_words("") == []


def test_an_era_is_a_decade_between_the_two_ends():
    assert [era_of(year) for year in (1384, 1959, 1984, 2020)] == ["1950s", "1950s", "1980s", "2010s"]


def test_unknown_publisher_pages_and_books_are_unknown_and_not_zero():
    books = described(publisher=["Penguin", "", "Penguin"], num_pages=[100.0, np.nan, 400.0])
    features = BookFeatures.of(["Book 0", "Book 1", "Book 2", "Book 2 (pirated)"], books)
    assert features.publisher.code.tolist() == [0, -1, 0, -1]
    assert features.publisher.row.tolist() == [0, 1, 0, 1]
    assert features.is_described.tolist() == [True, True, True, False]
    # Log pages of the two known books: their mean is in the middle, each one deviation away.
    np.testing.assert_allclose(features.numbers[:, 2], [-1, 0, 1, 0])
    assert features.bins[:, 2].tolist() == [0, 10, 9, 10]


def test_the_order_is_that_of_the_names_asked_for():
    books = described(authors=["Ada", "Bo", "Cy"])
    features = BookFeatures.of(["Book 2", "Book 0"], books)
    assert [features.author.labels[code] for code in features.author.code] == ["Cy", "Ada"]


def test_words_of_one_title_alone_are_left_out():
    names = ["red sea", "red sky", "blue sky", "green tea"]
    features = BookFeatures.of(names, described(book_name=names))
    linked = {
        (features.words[token], names[book]) for token, book in zip(features.token, features.token_book, strict=True)
    }
    assert linked == {("red", "red sea"), ("red", "red sky"), ("sky", "red sky"), ("sky", "blue sky")}
