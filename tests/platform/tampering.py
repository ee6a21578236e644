"""How somebody would change a published archive: one file, and where they are clever, all digests that follow."""

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

Files = dict[str, bytes]
Change = Callable[[Files], None]


def unpacked(archive: bytes) -> Files:
    with zipfile.ZipFile(BytesIO(archive)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def packed(files: Files) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return made.getvalue()


def tampered(archive: bytes, change: Change, *, cleverly: bool = True) -> bytes:
    """The archive after the change; `cleverly`: with the digests in archive.json made to fit."""
    files = unpacked(archive)
    change(files)
    if cleverly:
        facts = json.loads(files["archive.json"])
        facts["files"] = {name: sha256(data).hexdigest() for name, data in files.items() if name != "archive.json"}
        files["archive.json"] = json.dumps(facts).encode()
    return packed(files)


def in_json(name: str, edit: Callable[[Any], None]) -> Change:
    """Change what a JSON file holds."""

    def change(files: Files) -> None:
        value = json.loads(files[name])
        edit(value)
        files[name] = json.dumps(value).encode()

    return change


def in_lines(name: str, edit: Callable[[list[Any]], None]) -> Change:
    """Change the list of what the lines of a file hold."""

    def change(files: Files) -> None:
        values = [json.loads(line) for line in files[name].splitlines()]
        edit(values)
        files[name] = "".join(json.dumps(value) + "\n" for value in values).encode()

    return change


def in_receipts(edit: Callable[[list[Any]], None]) -> Change:
    """Change the facts of receipts, and make the whole chain anew, so that it fits."""

    def rechained(values: list[Any]) -> None:
        facts = [json.loads(value["text"]) for value in values]
        edit(facts)
        values.clear()
        previous = "0" * 64
        for fact in facts:
            text = json.dumps(fact, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            digest = sha256(text.encode()).hexdigest()
            previous = sha256(f"{previous}\n{digest}\n".encode()).hexdigest()
            values.append({"text": text, "link": previous})

    def change(files: Files) -> None:
        in_lines("receipts.jsonl", rechained)(files)
        last = json.loads(files["receipts.jsonl"].splitlines()[-1])["link"]
        in_json("archive.json", lambda facts: facts.update(head=last))(files)

    return change


def replaced(name: str, old: str, new: str) -> Change:
    """Change a text in a file, or in the one file whose name begins so."""

    def change(files: Files) -> None:
        (found,) = [each for each in files if each.startswith(name) and old.encode() in files[each]]
        files[found] = files[found].replace(old.encode(), new.encode())

    return change


def all_of(*changes: Change) -> Change:
    def change(files: Files) -> None:
        for each in changes:
            each(files)

    return change


def submission(name: str, value: object, number: int = 0) -> Change:
    """Write something else of the submission that was sent so manyeth."""
    return in_lines("submissions.jsonl", lambda sent: sent[number].update({name: value}))


def term(name: str, value: object) -> Change:
    """Write another setting into the archive."""
    return in_json("archive.json", lambda facts: facts["terms"].update({name: value}))
