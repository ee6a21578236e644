"""Every message about a prediction file, word by word: what the readers here say, and the check in the browser.

`{names}` in a text are filled in by whoever says it. `grader.message_file` hands all of them to the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from grader.scoring.rejection import Rejected, reject

Said: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Wording:
    """What was found, and what to do about it; both with places for names."""

    finding: str
    cure: str

    def said(self, **values: object) -> Said:
        """Finding and cure with the values in their places, as `ProblemList.add` takes them."""
        return self.finding.format_map(values), self.cure.format_map(values)

    def refusal(self, on_line: int | None = None, /, **values: object) -> Rejected:
        """A rejection with this one problem, ready to be raised."""
        return reject(*self.said(**values), on_line)


def wordings_of(module_names: Mapping[str, object]) -> dict[str, Said]:
    """The wordings among a module's names (`vars(module)`), by name."""
    return {name: (w.finding, w.cure) for name, w in module_names.items() if isinstance(w, Wording)}


# --- the file as a whole -----------------------------------------------------------------------------------------
HEADER_AND_ROWS = "Write the header and one row for each id."
SEND_A_CSV = "Send a CSV file, alone or as .csv.gz or .zip."
ONE_CSV = "Leave one CSV file in it."
PACK_AGAIN = "Pack it again and send it whole."

EMPTY_FILE = Wording("The file is empty (0 bytes).", HEADER_AND_ROWS)
LARGE_FILE = Wording(
    "The file has {size} bytes; at most {most} are accepted.", "Write fewer decimals, or send it as .csv.gz or .zip."
)
DAMAGED = Wording("The {packing} archive is cut off or damaged.", PACK_AGAIN)
LONG_ZIP_LIST = Wording("The zip archive's list of files is longer than 1 MB.", ONE_CSV)
EXPANDS = Wording(
    "The file expands to more than {megabytes} MB.", "Send one short line for each id of test.csv and nothing else."
)
EMPTY_INSIDE = Wording("The {packing} archive holds an empty file.", HEADER_AND_ROWS)
UTF_16 = Wording("The file is encoded in UTF-16.", "Save it as UTF-8: in Excel, “CSV UTF-8”.")
BINARY_FILE = Wording("The file is {kind}, not a CSV file.", SEND_A_CSV)
BINARY_INSIDE = Wording("The {packing} archive holds {kind}, not a CSV file.", SEND_A_CSV)
NUL_BYTES = Wording("The file holds NUL bytes: it is not UTF-8 text.", "Save it as CSV in UTF-8.")
ENCRYPTED = Wording("The zip archive is encrypted.", "Pack it again without a password.")
OTHER_METHOD = Wording(
    "The zip archive is packed with method {method}, which is not read here.",
    "Pack it again with the usual method, deflate.",
)
WORKBOOK = Wording("The file is an Excel workbook (.xlsx).", "Save it as “CSV UTF-8” and send that.")
MODEL_INSIDE = Wording("The zip archive holds a SavedModel.", "Submit it as a model, or send a CSV here.")
NO_FILE_INSIDE = Wording("The zip archive holds no file.", "Put one CSV file into it.")
MANY_INSIDE = Wording("The zip archive holds {count} files: {names}.", ONE_CSV)
MANY_MORE_INSIDE = Wording("The zip archive holds {count} files: {names} and {more} more.", ONE_CSV)

# --- the header ----------------------------------------------------------------------------------------------------
HEADER_ON_LINE_1 = "Write {expected} on line 1."

OTHER_SEPARATOR = Wording("columns are separated by {separator}: {line}.", "Separate them with commas.")
HEADER_BLANK = Wording("the header is missing: the line is blank.", HEADER_ON_LINE_1)
HEADER_MISSING = Wording("the header is missing: the file begins with {line}.", HEADER_ON_LINE_1)
HEADER_UNTIDY = Wording("the header is {line}, not exactly '{expected}'.", HEADER_ON_LINE_1)
HEADER_OTHER_ORDER = Wording("the columns are in another order: {line}.", "Order them as {expected}.")
HEADER_UNNAMED = Wording(
    "the header has a column without a name: {line}.", "Leave it out; in pandas: to_csv(…, index=False)."
)
HEADER_MORE = Wording("the header has more columns than expected: {names}.", "Keep {expected} only.")
HEADER_LACKS = Wording("the header {line} lacks {names}.", HEADER_ON_LINE_1)
HEADER_OTHER = Wording("the header is {line}, not '{expected}'.", HEADER_ON_LINE_1)

# --- a line --------------------------------------------------------------------------------------------------------
COPY_THE_IDS = "Copy the ids from test.csv."
COPY_WHOLE_IDS = "Copy the ids from test.csv; in pandas: astype('int64')."
USE_A_POINT = "Write decimals with a point: 3.5, not 3,5."
NOTHING_ELSE = "Write {expected} and nothing else."

LONG_LINE = Wording("the line is longer than {most} characters: {line}.", "Write one row a line.")
BLANK_LINE = Wording("the line is blank.", "Delete the line.")
BROKEN_QUOTES = Wording("the quotes do not close as they should: {line}.", "Write numbers without quotes.")
ONE_COLUMN = Wording("1 column instead of {count}: {line}.", NOTHING_ELSE)
OTHER_COLUMNS = Wording("{found} columns instead of {count}: {line}.", NOTHING_ELSE)
COMMA_COLUMNS = Wording("{found} columns instead of {count}: {line}.", USE_A_POINT)

# --- an id, a number -------------------------------------------------------------------------------------------------
UNKNOWN_ID = Wording("id {id} is not in the test set.", COPY_THE_IDS)
EMPTY_ID = Wording("the id is empty.", COPY_WHOLE_IDS)
FRACTIONAL_ID = Wording("id {id} is not a whole number.", COPY_WHOLE_IDS)
DOUBLED_ID = Wording("id {id} stands twice, first on line {first}.", "Keep one row for each id.")
NUMBER_EMPTY = Wording("{column} is empty.", "{cure}")
NUMBER_NOT_FINITE = Wording("{column} {number} is not a finite number.", "{cure}")
NUMBER_WITH_COMMA = Wording("{column} {number} has a decimal comma.", USE_A_POINT)
NOT_A_NUMBER = Wording("{column} {number} is not a number.", "{cure}")
NUMBER_TOO_LARGE = Wording("{column} {number} is too large for a finite number.", "{cure}")
NOT_WHOLE = Wording("{column} {number} is not a whole number.", "{cure}")
NUMBER_BELOW = Wording("{column} {number} is below {bound}.", "{cure}")
NUMBER_ABOVE = Wording("{column} {number} is above {bound}.", "{cure}")

# --- what is missing -------------------------------------------------------------------------------------------------
ONE_ROW_FOR_EACH = "Write one row for each id of test.csv."

NO_KNOWN_ROW = Wording("The file has no row with an id of the test set.", ONE_ROW_FOR_EACH)
ONE_ID_MISSING = Wording("1 of {all} ids is missing; it is {first}.", ONE_ROW_FOR_EACH)
IDS_MISSING = Wording("{count} of {all} ids are missing; the first is {first}.", ONE_ROW_FOR_EACH)
