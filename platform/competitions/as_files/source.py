"""Where a competition's files are read from: a folder, or a zip that is never unpacked. Both within bounds."""

import errno
import io
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.as_files.refusal import FilesRefused
from config.by_locale import whole
from grader.scoring.container import ARCHIVE_ERRORS, LARGEST_ZIP_READ
from grader.scoring.rejection import quoted

YAML_FILE = "competition.yaml"
CHUNK_BYTES = 1 << 18
PACK_AGAIN = gettext_lazy("Pack it again, as a zip without a password.")


class Source(Protocol):
    """Files by name (with / between folders, never absolute), each with its size in bytes."""

    @property
    def sizes(self) -> Mapping[str, int]: ...

    def open(self, name: str) -> BinaryIO: ...


class Folder:
    """The files of a folder on this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root
        sizes: dict[str, int] = {}
        for path in root.rglob("*"):
            name = path.relative_to(root).as_posix()
            if _is_clutter(name):
                continue
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise FilesRefused(
                    _("%(name)s is a link or a device. Put the file itself there.") % {"name": quoted(name)}
                )
            if path.is_file():
                sizes[name] = path.stat().st_size
                _refuse_too_much(sizes)
        self.sizes = dict(sorted(sizes.items()))

    def open(self, name: str) -> BinaryIO:
        return (self._root / name).open("rb")


class Zip:
    """The files of a zip, read one by one from where they are: their names are never paths of this machine.

    A folder around all of them, as many programs pack it, is left out of the names.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        members = [member for member in archive.infolist() if not _is_clutter(member.filename)]
        # Folders count too: a zip of a million empty ones is refused as early as any.
        if len(members) > settings.MAX_COMPETITION_FILES:
            raise FilesRefused(_too_many(len(members)))
        files: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            _refuse_member(member)
            if member.is_dir():
                continue
            if member.filename in files:
                raise FilesRefused(
                    _("The zip holds %(filename)s twice. Leave one of them out.")
                    % {"filename": quoted(member.filename)}
                )
            files[member.filename] = member
        self._members = _without_outer_folder(files)
        self.sizes = {name: member.file_size for name, member in self._members.items()}
        _refuse_too_much(self.sizes)

    def open(self, name: str) -> BinaryIO:
        with damage_is_the_senders(name):
            # zipfile gives out no more than the size that the zip declares, which was bounded above.
            return cast(BinaryIO, self._archive.open(self._members[name]))


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The files of a folder or a zip. Raises FilesRefused for what is neither, or too much, or not safe."""
    if path.is_dir():
        yield Folder(path)
        return
    if not path.is_file():
        raise FilesRefused(_("There is no file or folder %(path)s.") % {"path": path})
    with path.open("rb") as file, open_zip(file) as source:
        yield source


@contextmanager
def open_zip(file: BinaryIO) -> Iterator[Zip]:
    """The files of a zip that is open for reading and can be sought in."""
    with damage_is_the_senders(""):
        archive = zipfile.ZipFile(cast(BinaryIO, _CappedReads(file)))
    with archive:
        yield Zip(archive)


class _CappedReads(io.RawIOBase):
    """A file never read by more than 1 MiB at once, whatever size a zip gives its list of files."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_ZIP_READ:
            raise FilesRefused(_("The zip's list of files is longer than 1 MB. Pack the competition's files alone."))
        return self._file.read(LARGEST_ZIP_READ if size is None or size < 0 else size)


@contextmanager
def damage_is_the_senders(name: str) -> Iterator[None]:
    """Turns what is raised for a zip that is broken, or lies, into FilesRefused."""
    place = _("%(name)s in the zip") % {"name": quoted(name)} if name else _("The file")
    try:
        yield
    except OSError as error:
        # An archive that points before its own beginning is an invalid seek; other errors are the disk's.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise FilesRefused(
            _("%(place)s cannot be read: it is no zip, or damaged. %(pack_again)s")
            % {"place": place, "pack_again": PACK_AGAIN}
        ) from error
    except ARCHIVE_ERRORS as error:
        raise FilesRefused(
            _("%(place)s cannot be read: it is no zip, or damaged. %(pack_again)s")
            % {"place": place, "pack_again": PACK_AGAIN}
        ) from error


def chunks_of(source: Source, name: str) -> Iterator[bytes]:
    """The bytes of one file, piece by piece. Raises FilesRefused for one that is damaged."""
    with source.open(name) as file:
        while True:
            with damage_is_the_senders(name):
                chunk = file.read(CHUNK_BYTES)
            if not chunk:
                return
            yield chunk


def sha256_of(chunks: Iterable[bytes]) -> str:
    """The SHA-256 of bytes that come in pieces, in hexadecimal."""
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def text_of(source: Source, name: str) -> str:
    """A file's text exactly as it stands, UTF-8. Raises FilesRefused for what is none, or too long."""
    if (size := source.sizes[name]) > settings.MAX_COMPETITION_TEXT_BYTES:
        raise FilesRefused(
            _("%(name)s has %(size)s bytes; a text has at most %(most)s.")
            % {
                "name": name,
                "size": whole(size),
                "most": whole(settings.MAX_COMPETITION_TEXT_BYTES),
            }
        )
    content = b"".join(chunks_of(source, name))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FilesRefused(
            _("%(name)s, line %(line)s: this is not UTF-8. Save the file in that encoding.")
            % {"name": name, "line": line}
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FilesRefused(
            _("%(name)s, line %(line)s: there is a NUL character. Take it out.") % {"name": name, "line": line}
        )
    return text


def _refuse_too_much(sizes: Mapping[str, int]) -> None:
    if len(sizes) > settings.MAX_COMPETITION_FILES:
        raise FilesRefused(_too_many(len(sizes)))
    if (total := sum(sizes.values())) > settings.MAX_UNPACKED_BYTES:
        raise FilesRefused(
            _(
                "The files have %(total)s bytes unpacked; at most %(most)s are taken. Leave out "
                "what participants do not need."
            )
            % {"total": whole(total), "most": whole(settings.MAX_UNPACKED_BYTES)}
        )


def _too_many(count: int) -> str:
    return _("There are %(count)s files; a competition has at most %(most)s.") % {
        "count": whole(count),
        "most": whole(settings.MAX_COMPETITION_FILES),
    }


def _refuse_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or "\\" in name or re.match(r"[A-Za-z]:", name) or {"", ".", ".."} & set(parts):
        raise FilesRefused(
            _(
                "The zip holds %(name)s, a path that leads outside of it or is written the wrong way. Pack the "
                "folder with relative paths."
            )
            % {"name": quoted(name)}
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FilesRefused(
            _("%(name)s in the zip is a link or a device. Pack the file itself.") % {"name": quoted(name)}
        )
    if member.flag_bits & 1:
        raise FilesRefused(
            _("%(name)s in the zip is encrypted. %(pack_again)s") % {"name": quoted(name), "pack_again": PACK_AGAIN}
        )
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FilesRefused(
            _("%(name)s is packed with method %(compress_type)s; deflate alone is read here.")
            % {"name": quoted(name), "compress_type": member.compress_type}
        )


def _without_outer_folder(files: dict[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    outer = {name.partition("/")[0] for name in files}
    if YAML_FILE in files or len(outer) != 1:
        return files
    prefix = f"{outer.pop()}/"
    if f"{prefix}{YAML_FILE}" not in files:
        return files
    return {name.removeprefix(prefix): member for name, member in files.items()}


def _is_clutter(name: str) -> bool:
    """What systems leave in folders: of macOS, of Windows, and of git."""
    parts = name.removesuffix("/").split("/")
    return parts[0] in ("__MACOSX", ".git") or parts[-1] in (".DS_Store", "Thumbs.db", ".gitignore", ".gitattributes")
