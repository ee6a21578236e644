"""Keys are the exact strings of the files, and what is known to be odd in books.csv is mended."""

import math

import pandas as pd
import pytest

from datasets.tables import TableError, read_books, read_ratings, read_test, write_books, write_table

TITLES = [
    "Morning, Noon & Night",
    '"Surely You\'re Joking," He Said',
    "1984",
    "007",
    "NA",
    "null",
    " leading blank",
    "وداعا للسلاح",
    "戦争と平和",
    "the wall",
    "The Wall",
    "zero\u200bwidth",
    "e\u0301 is not é",
]
BOOKS_HEADER = "book_name,authors,rating,publish_year,publish_month,publish_day,publisher,num_reviews,num_pages\n"


def test_every_title_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "train.csv"
    table = pd.DataFrame({"user_id": "07", "book_name": TITLES, "rating": 4})
    write_table(path, table)
    read = read_ratings(path)
    assert read["book_name"].tolist() == TITLES
    assert set(read["user_id"]) == {"07"}
    assert read["rating"].dtype == "float64"


def test_a_test_file_has_integer_ids_and_text_keys(tmp_path):
    path = tmp_path / "test.csv"
    path.write_text('id,user_id,book_name\n2,7,1984\n1,7,"a, ""b"""\n')
    read = read_test(path)
    assert read["id"].tolist() == [2, 1]
    assert read["id"].dtype == "int64"
    assert read["book_name"].tolist() == ["1984", 'a, "b"']


def test_the_known_oddities_of_books_are_mended(tmp_path):
    path = tmp_path / "books.csv"
    path.write_text(
        BOOKS_HEADER + "El camino,Miguel  Delibes,3.95,2006,31,12,Ediciones   Destino,122,224\n"
        "Twisted,A. Nobody,3.83,2007,27,3,,23,0\n"
    )
    books = read_books(path)
    assert books["publish_month"].tolist() == [12, 3]
    assert books["publish_day"].tolist() == [31, 27]
    assert books["authors"].tolist() == ["Miguel Delibes", "A. Nobody"]
    assert books["publisher"].tolist() == ["Ediciones Destino", ""]
    assert books["num_pages"].iloc[0] == 224
    assert math.isnan(books["num_pages"].iloc[1])
    assert books["num_reviews"].tolist() == [122, 23]


def test_written_books_stand_in_the_published_form(tmp_path):
    published = BOOKS_HEADER + '"a, ""b""",Someone,4.0,2006,31,12,,122,0\n'
    (tmp_path / "in.csv").write_text(published)
    write_books(tmp_path / "out.csv", read_books(tmp_path / "in.csv"))
    assert (tmp_path / "out.csv").read_text() == published


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"user,book,rating\n", "the header is 'user,book,rating', it should be 'user_id,book_name,rating'"),
        (b"", "the header is ''"),
        (b"user_id,book_name,rating\n1,Dune,5\n2,Emma,good\n", "row 2 below the header: rating 'good'"),
        (b"user_id,book_name,rating\n1,Dune,5,7\n2,Emma,4,7\n", "more cells than the header"),
        (b"user_id,book_name,rating\n1,Dune,5\n2,Emma,4,7\n", "not a CSV file"),
        ("user_id,book_name,rating\n1,Dune,5\n".encode("utf-16"), "not a CSV file in UTF-8"),
    ],
)
def test_what_is_not_the_table_is_named_by_file_and_finding(tmp_path, content, finding):
    path = tmp_path / "train.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as refused:
        read_ratings(path)
    assert str(refused.value).startswith(str(path))
    assert finding in str(refused.value)


def test_a_missing_file_and_a_fractional_id_are_named(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        read_test(tmp_path / "test.csv")
    (tmp_path / "test.csv").write_text("id,user_id,book_name\n1.5,7,Dune\n")
    with pytest.raises(TableError, match=r"row 1 below the header: id '1\.5' is not a whole number"):
        read_test(tmp_path / "test.csv")


def test_the_published_files_read_as_counted(goodreads_folder):
    train, test = read_ratings(goodreads_folder / "train.csv"), read_ratings(goodreads_folder / "test.csv")
    books = read_books(goodreads_folder / "books.csv")
    assert (len(train), len(test), len(books)) == (83_617, 20_827, 8_417)
    assert train["user_id"].nunique() == 1_773
    assert books["book_name"].is_unique
    assert set(test["book_name"]) <= set(books["book_name"])
    assert books["publish_month"].max() == 12
    assert books["num_pages"].isna().sum() == 137
    assert (books["publisher"] == "").sum() == 60
