"""Prediction files as text: encodings, separators, line ends, headers, ids and numbers, each spoiled in one way."""

from shared_cases.case import Case

ROWS = "id,rating\n3,3.5\n1,1\n5,5\n2,2.25\n4,4e0\n"
BOM = "\ufeff"


def _rating(text: str) -> str:
    """The good file with another rating in line 5."""
    return ROWS.replace("2,2.25", f"2,{text}")


def _row(text: str) -> str:
    """The good file with another line 5."""
    return ROWS.replace("2,2.25", text)


def _header(text: str) -> str:
    return ROWS.replace("id,rating", text)


ENCODINGS: dict[str, bytes] = {
    "UTF-16 with its mark, little endian": (BOM + ROWS).encode("utf-16-le"),
    "UTF-16 with its mark, big endian": (BOM + ROWS).encode("utf-16-be"),
    "UTF-16 without a mark, little endian": ROWS.encode("utf-16-le"),
    "UTF-16 without a mark, big endian": ROWS.encode("utf-16-be"),
    "UTF-32 with its mark": (BOM + ROWS).encode("utf-32-be"),
    "Latin-1 in a header": _header("id,bewertung_für").encode("latin-1"),
    "Latin-1 in a rating": _rating("drei½").encode("latin-1"),
    "Windows-1252 dash for a minus": _rating("\u20133").encode("cp1252"),
    "UTF-8 cut in the middle of a character": ROWS.encode() + "6,é".encode()[:-1],
    "UTF-8 broken in a rating": _rating("3.5").encode().replace(b"3.5\n4", b"3.5\xc3\x28\n4"),
    "UTF-8 of a surrogate": _rating("X").encode().replace(b"X", b"\xed\xa0\x80"),
    "UTF-8 longer than it need be": _rating("X").encode().replace(b"X", b"\xc0\xb3"),
    "a NUL byte at the beginning": b"\0" + ROWS.encode(),
    "a NUL byte in a rating": _rating("2.\x0025").encode(),
    "a NUL byte far down": (ROWS + "x\n" * 3000).encode() + b"1,\x002\n",
    "a byte order mark": (BOM + ROWS).encode(),
    "a byte order mark twice": (BOM + BOM + ROWS).encode(),
    "a byte order mark before the first row": _header(f"id,rating\n{BOM}").replace("\n\ufeff\n", "\n\ufeff").encode(),
    "a byte order mark in the middle": _row(f"{BOM}2,2.25").encode(),
    "a byte order mark behind a rating": _rating(f"2.25{BOM}").encode(),
    "a byte order mark alone": BOM.encode(),
    "a zero-width space in a rating": _rating("2.\u200b25").encode(),
    "a no-break space before a rating": _rating("\xa02.25").encode(),
    "an ideographic space around an id": _row("\u30002,2.25").encode(),
    "an emoji for a rating": _rating("😀").encode(),
    "a long line of emoji": _rating("😀" * 60).encode(),
    "an accent on its own": _rating("3e\u0301").encode(),
    "right-to-left marks": _rating("\u200f3\u200e").encode(),
    "a private character": _rating("\ue000").encode(),
    "a soft hyphen": _rating("\u00ad3").encode(),
}

QUOTES: dict[str, str] = {
    "everything in quotes": '"id","rating"\n"3","3.5"\n"1","1"\n"5","5"\n"2","2.25"\n"4","4"\n',
    "a quote that never closes": _row('2,"2.25'),
    "a quote that closes a line below": _row('2,"2.25\n"'),
    "a quote doubled": _row('2,""2.25""'),
    "a quote doubled inside quotes": _row('2,"2""25"'),
    "a stray quote in a rating": _rating('2.2"5'),
    "something behind a quote": _row('2,"2.25"x'),
    "a blank before a quote": _row('2, "2.25"'),
    "a quoted header that never closes": _header('"id,rating'),
    "single quotes": _row("'2','2.25'"),
    "typographic quotes": _row("“2”,“2.25”"),
    "a decimal comma in quotes": _rating('"3,5"'),
    "the whole row in quotes": _row('"2,2.25"'),
    "an apostrophe and quotes in a rating": _rating('it\'s "3"'),
    "a backslash in a rating": _rating("3\\5"),
    "a quoted line break in a title": _row('2,2.25,"Morning,\nNoon"'),
}

SEPARATORS: dict[str, str] = {
    "semicolons everywhere": ROWS.replace(",", ";"),
    "semicolons with decimal commas": "id;rating\n1;3,5\n2;2,5\n3;1\n4;2\n5;5\n",
    "tabs everywhere": ROWS.replace(",", "\t"),
    "bars everywhere": ROWS.replace(",", "|"),
    "blanks everywhere": ROWS.replace(",", " "),
    "a semicolon in one row": _row("2;2.25"),
    "a tab in one row": _row("2\t2.25"),
    "a comma and a semicolon": _row("2,;2.25"),
    "blanks behind the commas": ROWS.replace("\n3,", "\n3, ").replace("\n1,", "\n1,  "),
    "a comma at the end of a row": _row("2,2.25,"),
    "a comma at the end of every line": ROWS.replace("\n", ",\n"),
    "a separator's line of a spreadsheet": "sep=;\n" + ROWS,
    "full-width commas": ROWS.replace(",", "，"),
}

LINE_ENDS: dict[str, bytes] = {
    "CR LF": ROWS.replace("\n", "\r\n").encode(),
    "CR": ROWS.replace("\n", "\r").encode(),
    "mixed line ends": b"id,rating\r\n3,3.5\n1,1\r5,5\r\n2,2.25\n4,4\r",
    "CR CR LF": ROWS.replace("\n", "\r\r\n").encode(),
    "CR and a wrong rating": _rating("x").replace("\n", "\r").encode(),
    "LF CR": ROWS.replace("\n", "\n\r").encode(),
    "no end of the last line": ROWS.rstrip("\n").encode(),
    "no end of a wrong last line": ROWS.replace("4,4e0\n", "4,x").encode(),
    "two blank lines at the end": (ROWS + "\n\n").encode(),
    "a blank line in the middle": _row("2,2.25\n").encode(),
    "a line of blanks": _row("2,2.25\n  \t").encode(),
    "a vertical tab for a line end": ROWS.replace("\n2", "\v2").encode(),
    "a next-line character for a line end": ROWS.replace("\n2", "\x852").encode(),
    "a line separator for a line end": ROWS.replace("\n2", "\u20282").encode(),
    "a form feed before a row": _row("\f2,2.25").encode(),
    "an end-of-file character at the end": ROWS.encode() + b"\x1a",
}

DECIMALS: dict[str, str] = {
    "a decimal comma": _rating("3,5"),
    "a thousands point and a decimal comma": _rating("1.234,5"),
    "a thousands comma and a decimal point": _rating("1,234.5"),
    "thousands commas": _rating("1,234,567"),
    "decimal commas in every row": "id,rating\n1,3,5\n2,2,25\n3,1,0\n4,2,0\n5,5,0\n",
    "an Arabic digit": _rating("٣"),
    "full-width digits": _rating("３.５"),
    "a Devanagari digit": _rating("३"),
    "a superscript": _rating("3²"),
    "a fraction": _rating("3½"),
    "a written fraction": _rating("7/2"),
    "an underscore": _rating("1_000"),
    "hexadecimal": _rating("0x10"),
    "hexadecimal with a fraction": _rating("0x1.8p1"),
    "a true": _rating("True"),
    "two points": _rating("3.5.0"),
    "a minus sign of typography": _rating("\u22123"),
    "a plus": _rating("+3.5"),
    "a minus in front of zero": _rating("-0"),
    "a minus alone": _rating("-"),
    "a point alone": _rating("."),
    "an exponent without digits": _rating("3e"),
    "a blank within a number": _rating("3 5"),
    "NaN": _rating("NaN"),
    "nan in lower case": _rating("nan"),
    "inf": _rating("inf"),
    "minus infinity": _rating("-Infinity"),
    "an infinity sign": _rating("∞"),
    "NA": _rating("NA"),
    "NULL": _rating("NULL"),
    "None": _rating("None"),
    "1e999": _rating("1e999"),
    "1e-999": _rating("1e-999"),
    "above the range": _rating("5.01"),
    "a hair above the range": _rating("5.000000000000001"),
    "below the range": _rating("0.99"),
    "a negative rating": _rating("-3"),
    "a rating without value": _rating(""),
    "a rating of blanks": _rating("   "),
    "many digits": _rating("3." + "1" * 900),
    "an extreme exponent": _rating("3e00000000000000000000001"),
    "an escape of a terminal": _rating("\x1b[31m4"),
    "a long word": _rating("z" * 80),
}

SPREADSHEETS: dict[str, str] = {
    "a blank behind a number": _rating("4.0 "),
    "ids with a point": "id,rating\n1.0,3\n2.0,3\n3.0,3\n4.0,3\n5.0,3\n",
    "a scientific id": _row("1E+05,3"),
    "a scientific id that is a known one": _row("2E+00,3"),
    "an id with a thousands comma": _row("1,002,3"),
    "totals at the end": ROWS + "Total,15.75\n",
    "an average without id": ROWS + ",3.15\n",
    "a number of rows at the end": ROWS + "(5 rows)\n",
    "a missing value of a spreadsheet": _rating("#N/A"),
    "a division by zero": _rating("#DIV/0!"),
    "a formula": _rating("=A1"),
    "a formula as text": _rating("'3.5"),
    "a date": _rating("03/05/2026"),
    "a date for 3.5": _rating("3. May"),
    "percent": _rating("70%"),
    "euros": _rating("€3.50"),
    "dollars": _rating("$3.50"),
    "hashes of a narrow column": _rating("####"),
    "stars": _rating("3.5 stars"),
    "empty rows of a spreadsheet": ROWS + ",\n,\n",
    "a title above the header": "My predictions\n" + ROWS,
    "a comment above the header": "# made by hand\n" + ROWS,
    "an index of pandas": ",id,rating\n0,1,3\n1,2,3\n2,3,3\n3,4,3\n4,5,3\n",
    "an index of pandas without header": "id,rating\n0,1,3\n1,2,3\n2,3,3\n3,4,3\n4,5,3\n",
    "a page of the web": "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
    "JSON": '[{"id": 1, "rating": 3.5}]\n',
}

HEADERS: dict[str, str] = {
    "an empty file": "",
    "a header alone": "id,rating\n",
    "a header without its line end": "id,rating",
    "no header": ROWS.removeprefix("id,rating\n"),
    "a header of numbers in words": _header("nan,inf"),
    "a blank first line": "\n" + ROWS,
    "columns swapped": "rating,id\n3.5,1\n",
    "columns swapped in another case": "Rating,ID\n3.5,1\n",
    "capitals": _header("Id,Rating"),
    "a blank behind the comma": _header("id, rating"),
    "an extra column": "id,rating,user_id\n1,3,u1\n",
    "five extra columns": "id,a,b,c,d,e,rating\n1,3\n",
    "a column less": "id\n1\n2\n",
    "another name": _header("id,score"),
    "other names": _header("book,stars"),
    "a column doubled": _header("id,rating,rating"),
    "the header twice": ROWS.replace("id,rating\n", "id,rating\nid,rating\n"),
    "a header in the middle": _row("id,rating\n2,2.25"),
    "only line ends": "\n\n\n",
    "a header of 5,000 characters": "x" * 5_000 + "\n" + ROWS,
    "a header with an apostrophe": _header("id,reader's rating"),
}

IDS_AND_ROWS: dict[str, str] = {
    "the good file": ROWS,
    "one id missing": ROWS.replace("2,2.25\n", ""),
    "three ids missing": "id,rating\n3,3\n5,5\n",
    "an id twice": ROWS + "3,3.5\n",
    "an id three times": ROWS + "3,3.5\n3,3\n",
    "every row twice": ROWS + ROWS.removeprefix("id,rating\n"),
    "an unknown id": _row("6,3"),
    "an unknown id with a wrong rating": _row("6,x"),
    "only unknown ids": "id,rating\n11,3\n12,3\n",
    "a negative id": _row("-2,3"),
    "an id of zero": _row("0,3"),
    "an id with zeros in front": _row("0002,3"),
    "an id with a plus": _row("+2,3"),
    "an id of 64 bits": _row(f"{2**63 - 1},3"),
    "an id of more than 64 bits": _row(f"{2**63},3"),
    "the lowest id of 64 bits": _row(f"{-(2**63)},3"),
    "an id beyond exact floats": _row(f"{2**53 + 1},3"),
    "an id of forty digits": _row("9" * 40 + ",3"),
    "an id of letters": _row("two,3"),
    "an empty id": _row(",3"),
    "an id with an underscore": _row("1_0,3"),
    "an Arabic id": _row("٢,3"),
    "an id and a rating that are wrong": _row("2.0,n/a"),
    "one column": _row("2"),
    "three columns": _row("2,3,good book"),
    "no column": _row(","),
    "a line at the bound": _rating("1." + "0" * 3_995),
    "a line above the bound": _rating("1." + "0" * 3_996),
    "a line of 9,000 characters": _rating("4" * 9_000),
    "20 problems": "id,rating\n" + "".join(f"{n},bad\n" for n in (1, 2, 3, 4, 5)) + "6,3\n" * 15,
    "21 problems": "id,rating\n" + "".join(f"{n},bad\n" for n in (1, 2, 3, 4, 5)) + "6,3\n" * 16,
    "22 problems": "id,rating\n" + "".join(f"{n},bad\n" for n in (1, 2, 3, 4, 5)) + "6,3\n" * 17,
    "thousands of problems": "id,rating\n" + "1,x\n7,3\n\n" * 1_500,
    "problems of every kind": "id,rating\n9,3\n1,1\n1,1\n2,x\n3,3\n\n4,4\n5,5,5\n",
    "100,000 problems": "id,rating\n" + "x\n" * 120_000,
    "a second file behind the first": ROWS + ROWS,
}

TEXTS = {
    **ENCODINGS,
    **{
        name: text.encode() if isinstance(text, str) else text
        for group in (QUOTES, SEPARATORS, LINE_ENDS, DECIMALS, SPREADSHEETS, HEADERS, IDS_AND_ROWS)
        for name, text in group.items()
    },
}
TEXT_CASES = [Case(name, "predictions.csv", content) for name, content in TEXTS.items()]
