"""What a lab exchange has: phones, groups, queues, lines, manager users and ports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.ports import free_port

PHONES = tuple(str(n) for n in range(301, 311))
STATIC_PHONES = ("101", "102", "111", "112", "113", "114", "115")
WEB_PHONES = ("901", "902")
FIVE = PHONES[:5]
STATIC_FIVE = STATIC_PHONES[2:]
# What the dialplan itself answers for tests.
TEST_NUMBERS = ("321", "322", "323", "324", "325", "330", "331", "650", "800", "801", "999")
MAIN_LINE = "+85621000100"
LINES = {
    MAIN_LINE: "301",
    "+85621000102": "302",
    "+85621000106": "610",
    "+85621000107": "710",
    "+85621000112": "101",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """A user of the manager interface. `silent` are events that Asterisk shall not send it."""

    name: str
    secret: str
    read: str
    write: str
    silent: tuple[str, ...] = ()


EVERYTHING = Manager(
    name="crm",
    secret="crm",
    read="system,call,log,verbose,agent,user,config,dtmf,reporting,cdr,dialplan",
    write="all",
)
LEAST = Manager(
    name="callcard",
    secret="least-rights",
    read="call,agent,user",
    write="originate,call,reporting",
    silent=("VarSet", "Newexten", "RTCPSent", "RTCPReceived", "TestEvent"),
)
NO_RIGHTS = Manager(name="blind", secret="blind", read="", write="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Ports are on 127.0.0.1. `secrets` maps a phone to its password; phones without one need none.

    `ami_tls_port` is a second, encrypted door to the manager interface, `http_tls_port`
    one to SIP over WebSocket; 0 for none.
    `trunk_port` is where the far side of the trunk listens, `static_port` where one program
    answers for all static phones. `lines` maps a company number to the extension it rings.
    `rings` are the members of a group that rings at once, `queues` those of a waiting queue. `keeps_records`: it writes
    its CDRs into files and a database, which costs a little of every call. `first` is a context [callcard] that calls
    to company lines go through before anything rings.
    """

    sip_port: int = field(default_factory=free_port)
    ami_port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    trunk_port: int = field(default_factory=free_port)
    static_port: int = field(default_factory=free_port)
    phones: tuple[str, ...] = PHONES
    static_phones: tuple[str, ...] = STATIC_PHONES
    web_phones: tuple[str, ...] = WEB_PHONES
    secrets: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    rings: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"600": STATIC_FIVE, "610": FIVE})
    queues: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"700": STATIC_FIVE, "710": FIVE})
    lines: Mapping[str, str] = field(default_factory=lambda: dict(LINES))
    shown_number: str = MAIN_LINE
    managers: tuple[Manager, ...] = (EVERYTHING, LEAST, NO_RIGHTS)
    ami_tls_port: int = 0
    http_tls_port: int = 0
    keeps_records: bool = False
    first: str = ""

    @property
    def web_address(self) -> str:
        """Where telephones in browsers register."""
        tls = self.http_tls_port
        return f"wss://127.0.0.1:{tls}/ws" if tls else f"ws://127.0.0.1:{self.http_port}/ws"

    def __post_init__(self) -> None:
        """Raises ValueError when a number would mean two things."""
        groups = [str(int(number) + more) for number in self.rings for more in (0, 1)]
        queues = [str(int(number) + more) for number in self.queues for more in (0, 1, 2)]
        every = Counter([*self.phones, *self.static_phones, *self.web_phones, *groups, *queues, *TEST_NUMBERS])
        twice = sorted(number for number, times in every.items() if times > 1)
        if twice:
            raise ValueError(f"used twice: {', '.join(twice)}")
