"""One AMI message, and how its bytes become one."""

from __future__ import annotations

import re
from collections.abc import Callable

from callcard.connectors.asterisk.headers import read_headers

MAX_LINE = 16 * 1024
_MAX_KNOWN_KEYS = 1024
_LONGEST_KNOWN_KEY = 64
_MAX_SHAPES = 512
_SHAPES_OF_A_KIND = 4
_LONGEST_SHAPE = 64  # headers

# Asterisk spells each key one way, so each spelling is lowered once; the shared key also brings its cached
# hash to every later look-up.
_known_keys: dict[str, str] = {}

# Messages of one kind have the same headers in the same order, over and over. One pattern of all their keys checks and
# takes apart a message in C. By first line: patterns, each with the keys of its groups.
_Shape = tuple[Callable[[str], "re.Match[str] | None"], tuple[str, ...]]
_shapes: dict[bytes, list[_Shape]] = {}
_shape_count = 0


class LineTooLong(ValueError):
    """A header of more than MAX_LINE bytes."""


class Frame(dict[str, str]):
    """The headers of one AMI message, or those of them that are read: lower-cased key to value.

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


def quickly_parsed(block: bytes) -> Frame | None:
    """The headers that are read, if an event with the same ones was parsed before and this one is short."""
    if len(block) > MAX_LINE or b"\0" in block:
        return None
    text = block.decode("utf-8", "replace")
    for matches, keys in _shapes.get(block[: block.find(b"\r\n")], ()):
        match = matches(text)
        if match is not None:
            return Frame(zip(keys, match.groups(), strict=True))
    return None


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
    frame = _parse_lines(lines)
    if len(frame) == len(lines) and block.startswith(b"Event: "):
        _learn_shape(block, lines)
    return frame


def _learn_shape(block: bytes, lines: list[str]) -> None:
    """For events that are all `Key: value`, without repetitions, in a number that no peer can make too large."""
    global _shape_count
    written = [line.partition(": ")[0] for line in lines]
    if _shape_count >= _MAX_SHAPES or len(lines) > _LONGEST_SHAPE or not all(key in _known_keys for key in written):
        return
    kind = _shapes.setdefault(lines[0].encode(), [])
    if len(kind) >= _SHAPES_OF_A_KIND:
        return
    _shape_count += 1
    keys = [_known_keys[key] for key in written]
    read = read_headers(lines[0].removeprefix("Event: "), keys)
    values = [r": ([^\r]*)" if key in read else r": [^\r]*" for key in keys]
    pattern = "\r\n".join(re.escape(key) + value for key, value in zip(written, values, strict=True))
    kind.append((re.compile(pattern).fullmatch, tuple(key for key in keys if key in read)))


def _parse_lines(lines: list[str]) -> Frame:
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
