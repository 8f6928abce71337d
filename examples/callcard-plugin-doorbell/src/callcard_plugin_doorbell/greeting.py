"""A part of the pop-up."""

from __future__ import annotations

from callcard.plugins import Caller

_HELLO = {"lo": "ສະບາຍດີ", "th": "สวัสดี", "ru": "Здравствуйте", "de": "Guten Tag", "fr": "Bonjour"}


def greeting(caller: Caller) -> list[str]:
    """Of incoming calls only."""
    if caller.direction != "inbound":
        return []
    return [f"{_HELLO.get(caller.language, 'Hello')}, {caller.name}!"]
