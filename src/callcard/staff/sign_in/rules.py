"""Pure decisions about signing in: how long to wait after wrong guesses, and on what terms a role lets somebody in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
EVERY_DAY = frozenset(range(1, 8))

# Wrong guesses without any wait: of one device, or of one address at one name.
FREE_OF_ONE = 5
# Of all devices that never were in, at one name; and of an address at all names.
FREE_OF_STRANGERS = 50
FREE_OF_ADDRESS = 100
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


def wait_after(wrong: int, *, free: int, first: timedelta = FIRST_WAIT) -> timedelta:
    """From the last wrong guess on: nothing for the first `free`, then `first`, doubled each time."""
    if wrong < free:
        return timedelta()
    doublings = min(wrong - free, 10)
    return min(first * (1 << doublings), longest_after(first))


def longest_after(first: timedelta) -> timedelta:
    """Where doubling ends that began with `first`."""
    return max(LONGEST_WAIT, first)


def network_of(address: str) -> str:
    """What is counted as one address: an IPv4 address, or the /64 of an IPv6 one, of which somebody has all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class NetworkNotValid(ValueError):
    """`word` is what was typed in place of a network."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def read_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks such as "10.0.0.0/8", separated by spaces, commas or lines. Raises NetworkNotValid."""
    found = []
    for word in text.replace(",", " ").replace(";", " ").split():
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError as error:
            raise NetworkNotValid(word) from error
    return tuple(found)


def read_days(text: str) -> frozenset[int]:
    """ISO days of the week, 1 is Monday. Empty: all of them."""
    return frozenset(int(mark) for mark in text if mark in "1234567") or EVERY_DAY


class Refusal(StrEnum):
    NOT_NOW = "hours"
    NOT_HERE = "network"
    ONLY_BY_PROVIDER = "provider"  # their password is right, and does not let in


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one role. `begins` None: at any time. No networks: from anywhere."""

    needs_second_step: bool = False
    days: frozenset[int] = EVERY_DAY
    begins: time | None = None
    ends: time | None = None
    networks: tuple[Network, ...] = ()

    @property
    def limits(self) -> bool:
        return self.begins is not None or self.days != EVERY_DAY or bool(self.networks)

    def holds_at(self, now: datetime) -> bool:
        """`now`: on the company's clock. A night shift belongs to the day on which it began."""
        if self.begins is None or self.ends is None:
            return now.isoweekday() in self.days
        clock = now.time()
        if self.begins < self.ends:
            return now.isoweekday() in self.days and self.begins <= clock < self.ends
        if clock >= self.begins:
            return now.isoweekday() in self.days
        return clock < self.ends and (now - timedelta(days=1)).isoweekday() in self.days

    def holds_from(self, address: str) -> bool:
        if not self.networks:
            return True
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)


def needs_second_step(terms: Iterable[Terms]) -> bool:
    """Whether any role of somebody asks for it."""
    return any(one.needs_second_step for one in terms)


def refusal(terms: Iterable[Terms], *, now: datetime, address: str) -> Refusal | None:
    """Why somebody with roles of these terms stays outside. Shifts add up: one role that lets them in is enough.

    A role that limits nothing says nothing: else any further role would undo the limits of the others.
    """
    limiting = [one for one in terms if one.limits]
    in_time = [one for one in limiting if one.holds_at(now)]
    if limiting and not in_time:
        return Refusal.NOT_NOW
    if limiting and not any(one.holds_from(address) for one in in_time):
        return Refusal.NOT_HERE
    return None
