"""One AMI message, and how its bytes become one."""

from __future__ import annotations

MAX_LINE = 16 * 1024
_MAX_KNOWN_KEYS = 1024
_LONGEST_KNOWN_KEY = 64

# Lower-casing every key of every message is the largest cost of parsing. Asterisk spells each key one way,
# so each spelling is lowered once; the shared key also brings its cached hash to every later look-up.
_known_keys: dict[str, str] = {}


class LineTooLong(ValueError):
    """A header of more than MAX_LINE bytes."""


class Frame(dict[str, str]):
    """The headers of one AMI message: lower-cased key to value.

    Of a header that is repeated, the first value is kept here and every value in `all()`.
    """

    __slots__ = ("_repeated",)
    _repeated: list[tuple[str, str]]

    def all(self, key: str) -> list[str]:
        """Every value of a repeated header, in the order in which they came."""
        if key not in self:
            return []
        repeated = getattr(self, "_repeated", ())  # unset on nearly every frame, to save its cost there
        return [self[key], *(value for name, value in repeated if name == key)]


def parse_block(block: bytes) -> Frame:
    """The frame of one message, given without the blank line that ends it.

    Bytes that are not UTF-8, and NULs (which no database text takes), become U+FFFD. A line without
    a colon is a header without a value. Raises LineTooLong.
    """
    if len(block) > MAX_LINE and max(map(len, block.split(b"\r\n"))) > MAX_LINE:
        raise LineTooLong
    if b"\0" in block:
        block = block.replace(b"\0", b"\xff")
    lines = block.decode("utf-8", "replace").split("\r\n")
    headers: dict[str, str] = {}
    known = _known_keys
    try:
        for line in lines:
            written, _, value = line.partition(": ")
            headers[known[written]] = value
    except KeyError:
        return _parse_with_care(lines)
    if len(headers) != len(lines):
        return _parse_with_care(lines)
    return Frame(headers)


def _parse_with_care(lines: list[str]) -> Frame:
    """For new spellings, repeated headers, blank lines and colons without a space."""
    frame = Frame()
    repeated: list[tuple[str, str]] = []
    for line in lines:
        written, _, value = line.partition(":")
        key, value = _lower(written), value.removeprefix(" ")
        if key in frame:
            repeated.append((key, value))
        elif key:
            frame[key] = value
    if repeated:
        frame._repeated = repeated
    return frame


def _lower(written: str) -> str:
    key = written.strip().lower()
    if key and len(_known_keys) < _MAX_KNOWN_KEYS and len(written) <= _LONGEST_KNOWN_KEY:
        return _known_keys.setdefault(written, key)
    return key
