"""From a competition to its files. The same competition gives the same bytes, whatever machine writes them."""

import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from django.utils.translation import gettext as _

from competitions.as_files.refusal import FilesRefused
from competitions.as_files.schema import FORMAT, FORMAT_KEY, SETTINGS, DataEntry, Description, written
from competitions.as_files.source import CHUNK_BYTES, YAML_FILE, chunks_of, sha256_of
from competitions.as_files.yaml_text import dump
from competitions.models import Competition, DataFile, PageKind

HEAD = "# A competition of Holdout. Times are UTC. A key that is left out leaves its setting as it is.\n"
# The oldest date that a zip can hold: an export does not depend on when it was made.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class StoredData:
    """The data files of a competition in this site's store, as a Source of data/<name>."""

    def __init__(self, competition: Competition) -> None:
        self._files = {f"data/{data_file.name}": data_file for data_file in competition.data_files.all()}
        self.sizes = {name: _size(data_file) for name, data_file in self._files.items()}

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self._files[name].file.storage.open(str(self._files[name].file.name), "rb"))


def describe(competition: Competition) -> Description:
    """All that files can say of a competition. Raises FilesRefused when a stored data file is gone."""
    texts = dict(competition.pages.values_list("kind", "text"))
    stored = StoredData(competition)
    return Description(
        slug=competition.slug,
        # As the row has them: an object in memory may hold members of an enumeration, or an int for a float.
        values=Competition.objects.values(*SETTINGS).get(pk=competition.pk),
        organizers=tuple(sorted(competition.organizers.values_list("username", flat=True))),
        # A page that was never made reads like an empty one.
        pages={kind.value: texts.get(kind.value, "") for kind in PageKind},
        data=tuple(
            DataEntry(
                name=data_file.name,
                description=data_file.description,
                is_hidden=data_file.is_hidden,
                size_bytes=stored.sizes[f"data/{data_file.name}"],
                sha256=sha256_of(chunks_of(stored, f"data/{data_file.name}")),
            )
            # Not in the database's order, which depends on its collation.
            for data_file in sorted(competition.data_files.all(), key=lambda data_file: data_file.name)
        ),
        solution_sha256=solution_sha256(competition),
    )


def solution_sha256(competition: Competition) -> str:
    """Of the solution that counts, or else of the one that its files named; "" when there is neither."""
    active = competition.solutions.filter(is_active=True).first()
    return active.sha256 if active else competition.expected_solution_sha256


def as_yaml(description: Description) -> str:
    """The text of competition.yaml for a whole description."""
    return HEAD + dump(
        {
            FORMAT_KEY: FORMAT,
            "slug": description.slug,
            **{name: written(description.values[name]) for name in SETTINGS},
            "organizers": list(description.organizers or ()),
            "data": [
                {
                    "name": entry.name,
                    "description": entry.description,
                    "is_hidden": entry.is_hidden,
                    "size_bytes": entry.size_bytes,
                    "sha256": entry.sha256,
                }
                for entry in description.data or ()
            ],
            "solution": {"sha256": description.solution_sha256} if description.solution_sha256 else None,
        }
    )


def fingerprint(competition: Competition) -> str:
    """A SHA-256 over all that files could change, as the rows are now; it reads no file.

    A data file stands in it by the name that it is stored under, which no other content ever gets.
    """
    state = {
        "settings": Competition.objects.values(*SETTINGS).get(pk=competition.pk),
        "organizers": sorted(competition.organizers.values_list("username", flat=True)),
        "pages": sorted(competition.pages.values_list("kind", "text")),
        "data": sorted(competition.data_files.values_list("name", "description", "is_hidden", "file")),
        "solution": solution_sha256(competition),
    }
    return sha256(json.dumps(state, default=str, sort_keys=True).encode()).hexdigest()


def export_to_folder(competition: Competition, folder: Path) -> None:
    """Write the files into a new or empty folder. Raises FilesRefused for another one."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FilesRefused(
            _("%(folder)s exists already and is not empty. Name a new folder, or a file ending in .zip.")
            % {"folder": folder}
        )
    for name, _size, chunks in _files(competition):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(chunks)


def export_to_zip(competition: Competition, file: BinaryIO) -> None:
    """Write the files as a zip: the same bytes for the same competition."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, size, chunks in _files(competition):
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type, member.file_size = zipfile.ZIP_DEFLATED, size
            member.create_system, member.external_attr = 3, 0o100644 << 16
            with archive.open(member, "w") as target:
                for chunk in chunks:
                    target.write(chunk)


def exported(competition: Competition) -> BinaryIO:
    """The zip as a file without a name, open at its beginning; closing it removes it. Raises FilesRefused."""
    file = TemporaryFile(dir=settings.UPLOAD_TEMP_DIR)  # noqa: SIM115  # the caller closes it
    try:
        export_to_zip(competition, cast(BinaryIO, file))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return cast(BinaryIO, file)


def _files(competition: Competition) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """(name, size, pieces) of each file."""
    description = describe(competition)
    texts = {YAML_FILE: as_yaml(description)}
    texts |= {f"pages/{kind}.md": text for kind, text in description.pages.items()}
    for name, text in texts.items():
        content = text.encode()
        yield name, len(content), iter([content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES)])
    stored = StoredData(competition)
    for name in sorted(stored.sizes):
        yield name, stored.sizes[name], chunks_of(stored, name)


def _size(data_file: DataFile) -> int:
    try:
        return data_file.file.size
    except FileNotFoundError:
        raise FilesRefused(
            _("The stored file of %(data_file)s is gone. Upload it again in the admin, or remove it there.")
            % {"data_file": data_file.name}
        ) from None
