"""The readers' messages and constants as a module of JavaScript, for the page that checks a file before it is sent.

`python -m grader.message_file` writes it anew; a test says when that was forgotten.
"""

import json
from pathlib import Path

from grader.model_runner import archive_wording, zip_directory
from grader.model_runner.limits import ModelLimits
from grader.scoring import cells, container, header, rejection, strict_scan, wording
from grader.scoring.wording import wordings_of

MESSAGE_FILE = Path(__file__).parents[1] / "platform" / "static" / "site" / "check" / "messages.js"
HEAD = "// Made by `python -m grader.message_file` of the readers' own texts and numbers. Change those, then make it.\n"


def message_module() -> str:
    """The text of the module: PREDICTIONS and ARCHIVE are [finding, cure] by name, LIMITS are numbers and lists."""
    limits = {
        "blanks": cells.BLANKS,
        "notFinite": sorted(cells.NOT_FINITE),
        "lineCharacters": header.MAX_LINE_BYTES,
        "separators": header.DELIMITERS,
        "namedProblems": rejection.NAMED_PROBLEMS,
        "countedProblems": rejection.COUNTED_PROBLEMS,
        "quotedCharacters": rejection.QUOTED_CHARACTERS,
        "batchRows": strict_scan.BATCH_ROWS,
        "bufferBytes": container.BUFFER_BYTES,
        "sniffedBytes": container.SNIFFED_BYTES,
        "zipListBytes": container.LARGEST_ZIP_READ,
        "utf16": [list(magic) for magic in container.UTF_16_MAGICS],
        "binary": [[list(magic), kind] for magic, kind in container.BINARY_MAGICS.items()],
        "oldZipNames": bytes(range(128, 256)).decode("cp437"),
        "archiveUnpackedBytes": ModelLimits().max_unpacked_bytes,
        "archiveEntries": ModelLimits().max_entries,
        "archiveListBytes": zip_directory.MAX_DIRECTORY_BYTES,
        "archiveNameCharacters": zip_directory.MAX_NAME_CHARACTERS,
        "archiveDepth": zip_directory.MAX_DEPTH,
        "otherFormats": [[ending, kind, cure] for ending, (kind, cure) in archive_wording.OTHER_FORMATS.items()],
    }
    parts = {
        "PREDICTIONS": wordings_of(vars(wording)),
        "ARCHIVE": wordings_of(vars(archive_wording)),
        "LIMITS": limits,
    }
    return HEAD + "".join(
        f"export const {name} = {json.dumps(part, ensure_ascii=False, indent=1)};\n" for name, part in parts.items()
    )


if __name__ == "__main__":
    MESSAGE_FILE.parent.mkdir(exist_ok=True)
    MESSAGE_FILE.write_text(message_module(), encoding="utf-8")
