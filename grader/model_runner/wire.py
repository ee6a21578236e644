"""Protocol Buffers' wire format, read without knowing more than is asked for (protobuf.dev, "Encoding").

Enough to read a SavedModel's graph: no generated classes, no TensorFlow, nothing that runs while it reads.
"""

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10

Value = int | bytes


class BadWire(ValueError):
    """These bytes are no protocol buffer."""


def fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """Each field in its order: its number, and an int or, for texts and messages, its bytes. Raises BadWire."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _BYTES:
            length, at = _varint(data, at)
            if at + length > end:
                raise BadWire("a field is cut off")
            yield number, data[at : at + length]
            at += length
        elif kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
        elif kind in (_FIXED64, _FIXED32):
            width = 8 if kind == _FIXED64 else 4
            if at + width > end:
                raise BadWire("a field is cut off")
            yield number, int.from_bytes(data[at : at + width], "little")
            at += width
        else:
            raise BadWire(f"a field has the unknown kind {kind}")


def messages(data: bytes, number: int) -> Iterator[bytes]:
    """The bytes of every field of that number, in order."""
    for found, value in fields(data):
        if found == number and isinstance(value, bytes):
            yield value


def message(data: bytes, number: int) -> bytes:
    """The one message of that number, b"" when there is none; several are merged, which is to join their bytes."""
    return b"".join(messages(data, number))


def text(data: bytes, number: int) -> str:
    """The text of that number, the last one if there are several, "" when there is none."""
    last = b""
    for value in messages(data, number):
        last = value
    return last.decode("utf-8", "replace")


def number(data: bytes, wanted: int) -> int:
    """The integer of that number, as a signed one of 64 bits; 0 when there is none."""
    last = 0
    for found, value in fields(data):
        if found == wanted and isinstance(value, int):
            last = value
    return last - (1 << 64) if last >= 1 << 63 else last


def entries(data: bytes, wanted: int) -> dict[str, bytes]:
    """A map from texts to messages; of two entries with one key the last counts."""
    return {text(entry, 1): message(entry, 2) for entry in messages(data, wanted)}


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    for byte in data[at : at + _MAX_VARINT_BYTES]:
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    raise BadWire("a number is cut off")
