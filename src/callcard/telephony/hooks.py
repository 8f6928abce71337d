"""The seam of telephone systems that call us: one HTTP request for each thing that happens (a webhook).

Such a connector is a pure `HookFormat`: is this request from whom it says, and what does it tell? Keeping requests,
answering them and feeding the tracker is the same for all of them and is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from callcard.telephony.call import Party, SegmentOutcome
from callcard.telephony.values import value


class Happened(StrEnum):
    BEGAN = "began"  # the call is there; no phone need ring yet
    RANG = "rang"  # the phone of `extension`, or of the outside party of an outgoing call, rings
    ANSWERED = "answered"  # `extension` and the outside party talk
    STOPPED = "stopped"  # the phone of `extension` rings no more; another one may
    ENDED = "ended"  # nobody is left in the call


@value
class HookRequest:
    """As it came, not a byte changed. Names of headers are in small letters; `url` is the one that was asked for."""

    body: bytes
    received_at: datetime
    headers: Mapping[str, str]
    method: str = "POST"
    url: str = ""
    query: str = ""


@value
class HookNotice:
    """What one request tells of one call. All that the provider repeats in each of its requests is given in each.

    `call` is the provider's id of the call; `began_at` the time of its beginning, which must not differ from request to
    request. `is_outgoing`: one of our phones (`extension`) called `outside`. `line`: the company's number.
    """

    call: str
    what: Happened
    at: datetime
    began_at: datetime
    is_outgoing: bool = False
    outside: Party
    line: str = ""
    extension: str = ""
    outcome: SegmentOutcome | None = None  # of STOPPED and ENDED, where nobody talked
    recorded: bool = False


@value
class HookTold:
    """`key` is the provider's own id of the request: what comes again with it is the same request, sent again.

    `notice` is None when it tells nothing of a call.
    """

    key: str
    notice: HookNotice | None = None


class HookRefused(Exception):
    """It is not from whom it says, or too old. `problem`: "unsigned", "wrong_signature", "too_old"."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem = problem
        self.detail = detail


class HookUnreadable(Exception):
    """It is genuine, and cannot be understood. The words say which part."""


class HookFormat(Protocol):
    """What one kind of provider sends."""

    def greeting(self, request: HookRequest) -> bytes | None:
        """The answer to a question by which the provider tries the address before anything is signed; None: no such."""

    def check(self, request: HookRequest) -> None:
        """By the raw bytes, before anything in them is believed. Raises HookRefused."""

    def read(self, request: HookRequest) -> HookTold:
        """What it tells; the same for the same request, whenever it is read. Raises HookUnreadable, nothing else."""
