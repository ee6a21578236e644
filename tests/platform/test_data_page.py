"""The Data page: what each file holds, found once, before anybody downloads it."""

from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from competitions.data_contents import shown_files
from competitions.models import Competition, DataContents, DataFile, data_storage

PAGE = "/competitions/stars/data/"


def put(competition: Competition, content: str | bytes, name: str = "books.csv", **fields: object) -> DataFile:
    sent = content.encode() if isinstance(content, str) else content
    return DataFile.objects.create(competition=competition, name=name, file=ContentFile(sent, name), **fields)


def page(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def contents(competition: Competition, name: str = "books.csv") -> DataContents:
    (found,) = [shown.contents for shown in shown_files(competition) if shown.file.name == name]
    assert found
    return found


def test_each_file_is_shown_with_size_rows_columns_digest_and_first_rows(competition):
    shown = page(Client())
    test_csv = competition.data_files.get()
    assert "· 5 rows · 3 columns" in shown
    assert sha256(test_csv.file.read()).hexdigest() in shown
    assert '<th scope="col">book_name</th>' in shown
    assert "<td>Book, 5</td>" in shown
    assert f'href="{PAGE}test.csv"' in shown


def test_a_quoted_row_over_two_lines_is_one_and_empty_lines_are_none(competition):
    put(competition, 'id,text\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n2,x\r\n')
    found = contents(competition)
    assert (found.row_count, found.columns) == (2, ["id", "text"])
    assert found.first_rows == [["1", 'two\r\nlines, "quoted"'], ["2", "x"]]


def test_of_many_and_long_cells_the_first_are_shown(competition, settings):
    header = ",".join(f"column{number}" for number in range(40))
    put(competition, f"{header}\n" + f"{'x' * 500},<b>\n" * 50)
    found = contents(competition)
    assert (found.row_count, found.column_count) == (50, 40)
    assert (len(found.first_rows), len(found.columns)) == (settings.PREVIEW_ROWS, settings.PREVIEW_COLUMNS)
    assert found.first_rows[0] == ["x" * settings.PREVIEW_CELL, "<b>"]
    shown = page(Client())
    assert "<td>&lt;b&gt;</td>" in shown
    assert "The first 30 columns are shown." in shown


@pytest.mark.parametrize(
    ("name", "content"),
    [("books.zip", b"PK\x03\x04"), ("books.csv", b"name\n\xff\xfe\n"), ("books.csv", b"a\n" + b"x" * 200_000 + b"\n")],
    ids=["no table", "no UTF-8", "a cell without end"],
)
def test_what_is_no_table_has_its_size_and_digest(competition, name, content):
    put(competition, content, name)
    found = contents(competition, name)
    assert (found.size_bytes, found.sha256) == (len(content), sha256(content).hexdigest())
    assert found.row_count is None
    assert found.sha256 in page(Client())


def test_a_very_large_file_is_not_counted(competition, settings):
    settings.COUNTED_DATA_BYTES = 10
    put(competition, "id,text\n1,x\n2,y\n")
    assert contents(competition).row_count is None


def test_a_stored_file_is_read_once(competition, django_capture_on_commit_callbacks, monkeypatch):
    with django_capture_on_commit_callbacks(execute=True):
        books = put(competition, "id\n1\n")
    assert DataContents.objects.get(data_file=books).row_count == 1
    data_storage().delete(books.file.name)
    # Whoever reads the page reads no file.
    assert "1 row ·" in page(Client())
    with django_capture_on_commit_callbacks(execute=True):
        books.file.save("other.csv", ContentFile(b"id\n1\n2\n"))
    assert "2 rows" in page(Client())


def test_a_file_that_the_disk_has_lost_is_said_to_be_so(competition):
    books = put(competition, "id\n1\n")
    data_storage().delete(books.file.name)
    shown = page(Client())
    assert "It cannot be read at the moment." in shown
    assert f'href="{PAGE}books.csv"' not in shown


def test_hidden_files_are_neither_shown_nor_read(competition, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        books = put(competition, "secret\n1\n", is_hidden=True)
    assert "secret" not in page(Client())
    assert not DataContents.objects.filter(data_file=books).exists()


def test_rows_are_for_those_who_may_download_them(competition, as_alice, alices_team):
    Competition.objects.update(data_needs_joining=True)
    stranger = page(Client())
    assert "5 rows" in stranger
    assert "book_name" not in stranger
    assert "Book, 5" not in stranger
    assert "Join the competition to download them." in stranger
    assert "Book, 5" in page(as_alice)


def test_a_competition_without_files_says_so(competition):
    competition.data_files.all().delete()
    assert "There are no files yet." in page(Client())
