"""AMI bytes to frames, and actions to AMI bytes. No I/O.

Source of the format: Asterisk's main/manager.c and its "AMI v2 Specification". A greeting line, then
messages of `Key: value` lines that end in CRLF, each message ended by an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from callcard.connectors.asterisk.frames import Frame, LineTooLong, parse_block, quickly_parsed

MAX_FRAME = 64 * 1024
MAX_BANNER = 256
MAX_ACTION_LINE = 1000  # Asterisk cuts the session off at 1024 bytes in a line

_END = b"\r\n\r\n"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class HeaderNotSendable(ValueError):
    """A key or value that would break out of its line, or is longer than Asterisk reads."""


class Parser:
    """Takes bytes in any chunks, gives complete frames.

    Events whose name is not in `wanted` are passed over before anything is built of them: an Asterisk
    without event filters sends four of them for each one that matters.
    """

    def __init__(self, wanted: frozenset[bytes], *, banner_expected: bool = True) -> None:
        self.banner: str | None = None if banner_expected else ""
        self.dropped = 0  # frames given up because they were too large
        self.passed_over = 0  # blocks that gave no frame, the dropped ones among them
        self._wanted = wanted
        self._may_matter = _all_but_unwanted(wanted).match
        self._pending = bytearray()
        self._searched = 0  # bytes of _pending that are known to hold no end of a frame
        self._dropping = False

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes."""
        pending = self._pending
        if not pending and data.endswith(_END) and self.banner is not None and self._is_plain(data):
            return self._frames(data[: -len(_END)].split(_END))  # whole messages, as they mostly come
        pending += data
        if self.banner is None and not self._take_banner():
            return []
        if pending.find(_END, self._searched) < 0:
            self._searched = max(0, len(pending) - 3)
            self._bound_pending()
            return []
        blocks = bytes(pending).split(_END)
        self._pending = bytearray(blocks.pop())
        self._searched = max(0, len(self._pending) - 3)
        if self._dropping:
            self._dropping = False
            del blocks[0]
        frames = self._frames(blocks)
        self._bound_pending()
        return frames

    def _is_plain(self, data: bytes) -> bool:
        return not self._dropping and not data.endswith(b"\r\n" + _END)

    def _frames(self, blocks: list[bytes]) -> list[Frame]:
        frames: list[Frame] = []
        for block in filter(self._may_matter, blocks):
            frame = quickly_parsed(block) or self._frame(block)
            if frame:
                frames.append(frame)
        self.passed_over += len(blocks) - len(frames)
        return frames

    def _frame(self, block: bytes) -> Frame | None:
        if block.startswith(b"\r\n"):  # the empty line too many that follows a TestEvent
            block = block.lstrip(b"\r\n")
            if not self._may_matter(block):
                return None
        try:
            if len(block) > MAX_FRAME:
                raise LineTooLong
            frame = parse_block(block)
        except LineTooLong:
            self.dropped += 1
            return None
        if block.startswith(b"Event: "):
            return frame
        event = frame.get("event")  # of an event that is written in an unusual way
        return frame if event is None or event.encode() in self._wanted else None

    def _take_banner(self) -> bool:
        end = self._pending.find(b"\n")
        if end < 0 and len(self._pending) <= MAX_BANNER:
            return False
        line = bytes(self._pending[: MAX_BANNER if end < 0 else end])
        self.banner = line.replace(b"\0", b"\xff").decode("utf-8", "replace").strip()[:MAX_BANNER]
        del self._pending[: len(line) if end < 0 else end + 1]
        return True

    def _bound_pending(self) -> None:
        """Forget a frame that grows without end; its tail is passed over when the end comes."""
        if len(self._pending) <= MAX_FRAME:
            return
        if not self._dropping:
            self.dropped += 1
            self._dropping = True
        del self._pending[:-3]
        self._searched = 0


def _all_but_unwanted(wanted: frozenset[bytes]) -> re.Pattern[bytes]:
    """Matches every block except events, spelled as Asterisk spells them, whose name is not wanted.

    One match per block in C: at this place a line of Python costs as much as all the rest of the passing over.
    """
    names = b"|".join(re.escape(name) for name in sorted(wanted))
    return re.compile(rb"(?!Event: (?!(?:" + names + rb")(?:\r\n|\Z)))")


def encode_action(name: str, action_id: str, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """The bytes of one action. Raises HeaderNotSendable; a header is never mended in silence."""
    lines = [_line("Action", name), _line("ActionID", action_id)]
    lines += [_line(key, value) for key, value in headers]
    return b"".join(lines) + b"\r\n"


def _line(key: str, value: str) -> bytes:
    if not _KEY.fullmatch(key):
        raise HeaderNotSendable(f"not a header name: {key!r}")
    if any(mark in value for mark in "\r\n\0"):
        raise HeaderNotSendable(f"line break or NUL in the value of {key}")
    try:
        line = f"{key}: {value}\r\n".encode()
    except UnicodeEncodeError:
        raise HeaderNotSendable(f"half a character in the value of {key}") from None
    if len(line) > MAX_ACTION_LINE:
        raise HeaderNotSendable(f"the value of {key} is longer than {MAX_ACTION_LINE} bytes")
    return line
