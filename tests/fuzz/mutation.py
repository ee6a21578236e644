"""From a right file one that is nearly right: bytes, cells and fields changed at random, the same from one seed."""

from collections.abc import Callable, Sequence
from random import Random

from grader.model_runner import wire

CHANGES = (1, 1, 1, 2, 3, 4)
LARGEST = 200_000
NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
TOKENS = (
    b"", b"0", b"1", b"-1", b"3.5", b"+3", b"003", b"3.", b".5", b"1e5", b"1e-400", b"1e999", b"-0.0", b"nan", b"inf",
    b"NULL", b"True", b"0x1", b"1_0", b"9223372036854775808", b"18446744073709551617", b"3" * 400, b'"', b'""', b"'",
    b",", b",,", b"\n", b"\r", b"\r\n", b"\t", b" ", b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\xe2\x80\xa8",
    "٣".encode(), b"id,rating\n", b"1,1\n", b";", b"#", b"\\", b"\x1a",
)  # fmt: skip


def changed(random: Random, seeds: Sequence[bytes], own: Sequence[Callable[[Random, bytes], bytes]] = ()) -> bytes:
    """One of the seeds with one to four changes: of bytes, or those of its own kind."""
    content = random.choice(seeds)
    for _ in range(random.choice(CHANGES)):
        change = random.choice(own) if own and random.random() < 0.6 else random.choice(OF_BYTES)
        content = change(random, content)[:LARGEST]
    return content if random.random() < 0.95 else _spliced(random, content, random.choice(seeds))


def _place(random: Random, content: bytes) -> int:
    """Often near an end, where archives say what they hold."""
    if random.random() < 0.5:
        return random.randint(0, len(content))
    near = min(len(content), random.randint(0, 64))
    return near if random.random() < 0.5 else len(content) - near


def _flipped(random: Random, content: bytes) -> bytes:
    at = _place(random, content)
    return content[:at] + bytes(byte ^ 1 << random.randint(0, 7) for byte in content[at : at + 1]) + content[at + 1 :]


def _overwritten(random: Random, content: bytes) -> bytes:
    """With a number that programs stumble over, as a zip's header writes one."""
    at, width = _place(random, content), random.choice((1, 2, 4))
    number = random.choice((*NUMBERS, len(content), len(content) - 22))
    return content[:at] + (number & (1 << 8 * width) - 1).to_bytes(width, "little") + content[at + width :]


def _without_a_span(random: Random, content: bytes) -> bytes:
    at = _place(random, content)
    return content[:at] + content[at + random.randint(1, 40) :]


def _with_a_span_again(random: Random, content: bytes) -> bytes:
    at, length = _place(random, content), random.randint(1, 200)
    return content[:at] + content[at : at + length] * random.choice((2, 3, 50)) + content[at + length :]


def _cut(random: Random, content: bytes) -> bytes:
    return content[: _place(random, content)]


def _with_bytes(random: Random, content: bytes) -> bytes:
    at = _place(random, content)
    return content[:at] + random.randbytes(random.randint(1, 12)) + content[at:]


def _spliced(random: Random, content: bytes, other: bytes) -> bytes:
    return content[: _place(random, content)] + other[_place(random, other) :]


OF_BYTES = (_flipped, _overwritten, _without_a_span, _with_a_span_again, _cut, _with_bytes)


def other_token(random: Random, content: bytes) -> bytes:
    """A cell, an end of a line or a whole line is another one."""
    at = _place(random, content)
    end = at
    while end < len(content) and content[end] not in b",\r\n":
        end += 1
    return content[:at] + random.choice(TOKENS) + content[random.choice((at, end, end + 1)) :]


def other_number(random: Random, content: bytes) -> bytes:
    """The last cell of a line is a number from 1 to 5, or near it, in one of the many ways to write one."""
    lines = content.splitlines(keepends=True)
    at = random.randrange(len(lines)) if lines else 0
    if not lines or b"," not in lines[at]:
        return content
    before, _, cell = lines[at].rpartition(b",")
    number, end = random.choice((random.uniform(1, 5), random.uniform(0.9, 5.1), 1, 5)), cell[len(cell.rstrip()) :]
    written = random.choice(
        ("{!r}", "{:.1f}", "{:.25f}", "{:.17g}", "{:.3e}", "{:.0f}", "+{:.4f}", "000{:.2f}", "{:.2E}")
    )
    lines[at] = before + b"," + written.format(number).encode() + end
    rows = lines[1:]
    random.shuffle(rows)
    return b"".join((lines[0], *rows))


def other_field(random: Random, content: bytes) -> bytes:
    """A protocol buffer with one field changed, at any depth: every length round it is right again."""
    try:
        fields = list(wire.fields(content))
    except wire.BadWire:
        return _flipped(random, content)
    if not fields:
        return content
    at = random.randrange(len(fields))
    number, value = fields[at]
    if isinstance(value, bytes) and len(value) > 1 and random.random() < 0.8:
        fields[at] = (number, other_field(random, value))
    else:
        _change_field(random, fields, at)
    return b"".join(_encoded(number, value) for number, value in fields)


def _change_field(random: Random, fields: list[tuple[int, wire.Value]], at: int) -> None:
    number, value = fields[at]
    match random.randrange(5):
        case 0:
            del fields[at]
        case 1:
            fields.insert(at, fields[at])
        case 2:
            fields[at] = (random.randint(1, 12), value)
        case 3:
            fields[at] = (number, random.choice(NUMBERS) if isinstance(value, int) else random.choice(TOKENS))
        case _:
            fields[at] = (number, _flipped(random, value) if isinstance(value, bytes) else value ^ 1 << 40)


def _encoded(number: int, value: wire.Value) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))
