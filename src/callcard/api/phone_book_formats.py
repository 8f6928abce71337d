"""Remote phone books as the makers of desk phones want them, in XML.

Yealink: "Remote Phone Book" of its administrator's guide. Grandstream: "GXP Series - XML Phonebook Guide". Snom: the
object SnomIPPhoneDirectory of its XML Minibrowser, at most 100 lines a page, and since firmware 10.1.178 the
"Remote XML Directory" (tbook 2.0), which the phone asks for by POST. Fanvil: FanvilIPPhoneDirectory, with the elements
"Telephone", "Mobile" and "Other" that other programs write for it; Yealink's #SEARCH in settings_views is what Wazo
gives these phones. No real phone was tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

_SNOM_LINES = 90
# What XML 1.0 cannot hold, however it is escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Number:
    """`digits`: what the phone dials; `label`: as the company wrote it, such as "Mobile"."""

    digits: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`address`: the book's own, without a question, for links to further pages. `page`: the first is 1."""

    title: str
    address: str = ""
    words: str = ""
    page: int = 1


def text(value: str) -> str:
    return escape(_UNWRITABLE.sub("", value)[:_LONGEST_NAME])


def yealink(entries: Sequence[Entry], asked: Asked) -> str:
    lines = "".join(
        f"<DirectoryEntry><Name>{text(entry.name)}</Name>"
        + "".join(f"<Telephone{_label(number)}>{text(number.digits)}</Telephone>" for number in entry.numbers)
        + "</DirectoryEntry>"
        for entry in entries
    )
    return f"<YealinkIPPhoneDirectory><Title>{text(asked.title)}</Title>{lines}</YealinkIPPhoneDirectory>"


def _label(number: Number) -> str:
    label = _UNWRITABLE.sub("", number.label)
    return f" label={quoteattr(label)}" if label else ""


def grandstream(entries: Sequence[Entry], _asked: Asked) -> str:
    lines = "".join(
        f"<Contact><id>{place}</id><FirstName></FirstName><LastName>{text(entry.name)}</LastName>"
        + "".join(
            f'<Phone type="{kind}"><phonenumber>{text(number.digits)}</phonenumber>'
            "<accountindex>0</accountindex></Phone>"
            for kind, number in zip(("Work", "Mobile", "Home"), entry.numbers, strict=False)
        )
        + "</Contact>"
        for place, entry in enumerate(entries, 1)
    )
    return f"<AddressBook><version>1</version>{lines}</AddressBook>"


def fanvil(entries: Sequence[Entry], asked: Asked) -> str:
    lines = "".join(
        f"<DirectoryEntry><Name>{text(entry.name)}</Name>"
        + "".join(
            f"<{tag}>{text(number.digits)}</{tag}>"
            for tag, number in zip(("Telephone", "Mobile", "Other"), entry.numbers, strict=False)
        )
        + "</DirectoryEntry>"
        for entry in entries
    )
    return f"<FanvilIPPhoneDirectory><Title>{text(asked.title)}</Title>{lines}</FanvilIPPhoneDirectory>"


def snom(entries: Sequence[Entry], asked: Asked) -> str:
    """A page of the minibrowser: a line for each number, and a key for the next page."""
    every = [(entry, number) for entry in entries for number in entry.numbers]
    begin = (max(asked.page, 1) - 1) * _SNOM_LINES
    lines = "".join(
        f"<DirectoryEntry><Name>{text(f'{entry.name}, {number.label}' if number.label else entry.name)}</Name>"
        f"<Telephone>{text(number.digits)}</Telephone></DirectoryEntry>"
        for entry, number in every[begin : begin + _SNOM_LINES]
    )
    further = _snom_page(asked) if len(every) > begin + _SNOM_LINES else ""
    return f"<SnomIPPhoneDirectory><Title>{text(asked.title)}</Title>{lines}{further}</SnomIPPhoneDirectory>"


def _snom_page(asked: Asked) -> str:
    question = urlencode({**({"q": asked.words} if asked.words else {}), "page": max(asked.page, 1) + 1})
    url = escape(f"{asked.address}?{question}")
    return f"<SoftKeyItem><Name>F4</Name><Label>&gt;&gt;</Label><URL>{url}</URL></SoftKeyItem>"


def snom_directory(entries: Sequence[Entry], _asked: Asked) -> str:
    lines = "".join(
        f'<contact fav="false" vip="false" blocked="false"><first_name></first_name>'
        f"<last_name>{text(entry.name)}</last_name><numbers>"
        + "".join(
            f'<number no={quoteattr(number.digits)} type="{kind}" outgoing_id="0"/>'
            for kind, number in zip(("business", "mobile", "home"), entry.numbers, strict=False)
        )
        + "</numbers></contact>"
        for entry in entries
    )
    return f'<tbook e="2" version="2.0" complete="true">{lines}</tbook>'


FORMATS: dict[str, Callable[[Sequence[Entry], Asked], str]] = {
    "yealink": yealink,
    "phonebook": grandstream,  # the name that Grandstream puts behind the address itself
    "snom": snom,
    "snom-directory": snom_directory,
    "fanvil": fanvil,
}


def written(name: str, entries: Sequence[Entry], asked: Asked) -> bytes:
    """The whole file, in UTF-8."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{FORMATS[name](entries, asked)}'.encode()
