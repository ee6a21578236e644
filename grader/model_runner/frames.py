"""What a child sends back over its one pipe: a length, a small JSON object, and sometimes raw values behind it.

The reading side trusts nothing: whatever is too long, too deep, cut off or of another type is no frame, and texts are
made such that every log and database takes them.
"""

import json
import os
import struct

RESULT_FD = 3
# A verdict with 20 problems, or a signature, is far below this.
MAX_HEADER_BYTES = 65_536
LENGTH = struct.Struct("<I")


def send(header: dict[str, object], payload: tuple[bytes, ...] = (), pipe: int = RESULT_FD) -> None:
    """Write one frame, whole. Raises OSError when nobody reads any more."""
    text = json.dumps(header).encode()
    for part in (LENGTH.pack(len(text)) + text, *payload):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(pipe, rest) :]


def take(data: bytes) -> tuple[dict[str, object], bytes] | None:
    """The first frame's header, and all bytes behind it; None: there is no sound frame."""
    if len(data) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack_from(data)
    end = LENGTH.size + length
    if length > MAX_HEADER_BYTES or len(data) < end:
        return None
    try:
        header = json.loads(sound_text(json.dumps(json.loads(data[LENGTH.size : end]), ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    return (header, data[end:]) if isinstance(header, dict) else None


def sound_text(text: str) -> str:
    """The text without what PostgreSQL or UTF-8 cannot hold: NUL, also as JSON writes it, and lone surrogates."""
    whole = text.encode("utf-8", "replace").decode()
    return whole.replace("\0", "\N{SYMBOL FOR NULL}").replace("\\u0000", "\N{SYMBOL FOR NULL}")
