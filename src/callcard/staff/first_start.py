"""The code that lets the first administrator in, while nobody can sign in yet."""

from __future__ import annotations

from django.utils.crypto import constant_time_compare, salted_hmac

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 12


def first_start_code() -> str:
    """Printed where the program was started: "k7tm-pq4x-9hfa".

    Made of the secret key, so that every process of an installation knows it and none has to keep it. Somebody on
    the network cannot know it, and neither can what only passes requests on from this machine's own address.
    """
    digest = int.from_bytes(salted_hmac("callcard.staff.first_start", "", algorithm="sha256").digest(), "big")
    letters = []
    for _ in range(_LENGTH):
        digest, rest = divmod(digest, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "-".join("".join(letters[at : at + 4]) for at in range(0, _LENGTH, 4))


def is_first_start_code(typed: str) -> bool:
    """However it was copied: capitals, spaces and hyphens do not count."""
    plain = "".join(mark for mark in typed.casefold()[:100] if mark in _LETTERS)
    return constant_time_compare(plain, first_start_code().replace("-", ""))
