"""Who may ask, decided without a database. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


def read_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks with spaces or commas between them. Raises ValueError for what is none."""
    return [ip_network(part, strict=False) for part in re.split(r"[\s,;]+", text) if part]


def is_in(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether an address is in one of the networks; an IPv4 address that came as IPv6 counts as what it is."""
    try:
        asked = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(asked, "ipv4_mapped", None)
    return any((mapped or asked) in network for network in networks)


def dialled(raw: str, e164: str) -> str:
    """What a desk phone dials: the number as the company writes it, without anything that is no digit
    of a keypad."""
    plain = "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in raw)
    digits = re.sub(r"[^0-9+*#]", "", plain) if not re.search(r"[^\W\d_]", plain) else ""
    return digits if len(digits) > 1 else e164
