"""What a PBX is told of a caller, decided without a database. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from callcard.customers.rules import decide_exact
from callcard.telephony.callers import CallerTold
from callcard.telephony.numbers import Reading
from callcard.telephony.writing import read_writing

LONGEST_NAME = 40
"""Characters: what the widest displays of desk phones show, and well within what PBXs take."""
LONGEST_NAME_BYTES = 79
MOST_PREFIXES = 15
_DIALLED = re.compile(r"[A-Za-z0-9_.+*#-]{1,32}")
# Marks that join the letters around them; a name is not cut behind one.
_JOINERS = ("\u200d", "\u094d", "\u0ed4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A customer who has the number. `extension` of whoever looks after them; may be empty."""

    customer_id: int
    e164: str
    name: str
    extension: str


def decide(
    presented: tuple[Reading, ...], owners: Sequence[Owner], own_names: Sequence[str], *, is_blocked: bool
) -> CallerTold:
    """`own_names`: of the colleague or the line whose number it is; there may be one without a name.

    Only the whole number counts. Several customers of one number are named when all have one name.
    """
    if own_names:
        return CallerTold(kind="own", name=shown(next(filter(None, own_names), "")))
    ids: dict[str, list[int]] = {}
    for owner in owners:
        ids.setdefault(owner.e164, []).append(owner.customer_id)
    match = decide_exact(presented, ids)
    if match is None or match.kind not in ("exact", "several"):
        return CallerTold(is_blocked=is_blocked)
    chosen = [owner for owner in owners if owner.customer_id in match.customer_ids]
    return CallerTold(
        kind="known" if match.kind == "exact" else "several",
        name=shown(_the_one(owner.name for owner in chosen)),
        extension=_dialled(_the_one(owner.extension for owner in chosen)),
        is_blocked=is_blocked,
    )


def _the_one(values: Iterable[str]) -> str:
    every = set(values)
    return every.pop() if len(every) == 1 else ""


def _dialled(extension: str) -> str:
    """Only what a dial plan may be given: it becomes part of what is rung."""
    return extension if _DIALLED.fullmatch(extension) else ""


def shown(name: str) -> str:
    """One line without what cannot be seen, cut to a display without tearing a letter apart."""
    plain = "".join(" " if unicodedata.category(mark) in ("Cc", "Zl", "Zp", "Cs") else mark for mark in name)
    plain = " ".join(plain.split())
    if _fits(plain):
        return plain
    end = LONGEST_NAME
    while end and (not _fits(plain[:end]) or _continues(plain, end)):
        end -= 1
    return plain[:end].rstrip()


def _fits(name: str) -> bool:
    return len(name) <= LONGEST_NAME and len(name.encode()) <= LONGEST_NAME_BYTES


def _continues(name: str, at: int) -> bool:
    """Whether the mark at this place belongs to the letter before it."""
    if at >= len(name):
        return False
    return unicodedata.category(name[at]).startswith("M") or name[at] == "\u200d" or name[at - 1] in _JOINERS


def key_of(raw: str, presented: Collection[Reading]) -> str:
    """What a number is compared by: its likeliest E.164, else its digits. Empty: it is no number."""
    first = next(iter(presented), None)
    return first.e164 if first else read_writing(raw).digits[:32]


def keys_of(raw: str, presented: Collection[Reading]) -> tuple[tuple[str, str], tuple[str, ...]]:
    """(Keys of the number itself, keys of prefixes that would block it), always as many of each."""
    key, digits = key_of(raw, presented), read_writing(raw).digits[:32]
    prefixes = [key[:end] for end in range(2, min(len(key), MOST_PREFIXES + 1) + 1)] if key.startswith("+") else []
    return (key or "-", digits or "-"), (*prefixes, *["-"] * (MOST_PREFIXES - len(prefixes)))


def prefix_key(text: str) -> str:
    """ "+7 840" -> "+7840". Empty: it is no beginning of a number in international form."""
    plain = re.sub(r"[\s()./-]", "", unicodedata.normalize("NFKC", text))
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    return plain if re.fullmatch(r"\+[1-9][0-9]{0,13}", plain) else ""
