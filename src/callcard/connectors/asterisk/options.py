"""What an administrator sets for one Asterisk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PLAIN_PORT = 5038
TLS_PORT = 5039

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_CONTEXT = re.compile(r"[A-Za-z0-9_.-]{1,79}")
_TRUNK = re.compile(r"[\w.@+:/#*-]{1,80}")
_REPEATED_REPEAT = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")
_CHANNEL = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9_.@/-]*\{extension\}[A-Za-z0-9_.@/-]*")


class OptionsNotValid(ValueError):
    """`problems` maps an option's name to what is wrong with it, in English words for an administrator."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {words}" for name, words in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskOptions:
    """Durations are in seconds."""

    host: str = "127.0.0.1"
    port: int = PLAIN_PORT
    username: str = "callcard"
    secret: str = field(default="", repr=False)
    tls: bool = False
    ca_file: str = ""  # PEM; empty: the system's own authorities
    verify: bool = True  # False: the certificate is not looked at; for trials only
    system_name: str = ""  # `systemname` of asterisk.conf, which Asterisk puts in front of every uniqueid
    trunks: tuple[str, ...] = ()  # names of channels to the outside world ("PJSIP/operator"); empty: guess
    trunk_contexts: tuple[str, ...] = ("from-trunk*", "from-pstn*", "from-did*", "from-dahdi*")  # shell patterns
    extension_pattern: str = r"[0-9]{2,6}"  # a regular expression for an own phone's number
    dial_context: str = "from-internal"  # where a number that an employee clicks is dialled
    dial_channel: str = "PJSIP/{extension}"  # the phone that is rung first
    dial_timeout: float = 30.0
    attended_transfer: bool = False  # the dial plan lets phones transfer by keys: options t and T of Dial
    ping_interval: float = 10.0
    answer_timeout: float = 5.0  # for a reply to any action
    connect_timeout: float = 10.0
    refused_retry: float = 60.0
    records: str = ""  # where its CDRs are: a file, or sqlite:///, postgresql:// or mysql:// with the table in ?table=
    records_columns: tuple[str, ...] = ()  # of a file whose mapping is one's own, in their order
    records_zone: str = ""  # in which its times are written; empty: the company's
    queue_log: str = ""  # the file queue_log, which tells who waited and when they were answered
    agi_address: str = ""  # where the dial plan asks who calls, such as 127.0.0.1:4573; empty: nowhere
    backlog_limit: int = 20_000  # frames that may wait before the link is given up and made anew


def options_from(values: Mapping[str, Any]) -> AsteriskOptions:
    """Options from plain values (strings, numbers, booleans, lists). Raises OptionsNotValid."""
    problems: dict[str, str] = {}
    known = {f.name: f for f in fields(AsteriskOptions)}
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            problems[name] = "there is no such option"
            continue
        try:
            read[name] = _READERS[str(known[name].type)](value)
        except ValueError as error:
            problems[name] = str(error)
    if read.get("tls") and "port" not in read and "port" not in problems:
        read["port"] = TLS_PORT
    problems |= {name: words for name, words in _problems(read).items() if name not in problems}
    if problems:
        raise OptionsNotValid(problems)
    return AsteriskOptions(**read)


def _problems(read: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with values that are of the right kind."""
    problems = {}
    for name in ("host", "username", "secret"):
        if not read.get(name, "" if name == "secret" else "set"):
            problems[name] = "is missing"
        elif name != "host" and any(ord(mark) < 32 for mark in read.get(name, "")):
            problems[name] = "must be one line"
    if not 1 <= read.get("port", PLAIN_PORT) <= 65535:
        problems["port"] = "must be between 1 and 65535"
    if read.get("ca_file") and not Path(read["ca_file"]).is_file():
        problems["ca_file"] = "there is no such file"
    if read.get("agi_address") and listening_at(read["agi_address"]) is None:
        problems["agi_address"] = "must be an address and a port, such as 127.0.0.1:4573"
    problems |= _dialling_problems(read)
    for name, value in read.items():
        if isinstance(value, float) and not 0 < value <= 3600:
            problems[name] = "must be more than 0 and at most 3600 seconds"
    if read.get("backlog_limit", 1) < 1:
        problems["backlog_limit"] = "must be at least 1"
    return problems


def misfits(options: AsteriskOptions) -> dict[str, str]:
    """What cannot be meant, though a link can be made with it. As in OptionsNotValid."""
    problems = {}
    if not all(map(_TRUNK.fullmatch, options.trunks)):
        problems["trunks"] = "must be names of channels, such as PJSIP/operator"
    if _REPEATED_REPEAT.search(options.extension_pattern):
        problems["extension_pattern"] = (
            "must not repeat what repeats itself: one odd number could take minutes to compare"
        )
    try:
        ZoneInfo(options.records_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems["records_zone"] = "there is no such time zone"
    return problems


def listening_at(address: str) -> tuple[str, int] | None:
    """ "127.0.0.1:4573", "[::1]:4573" -> host and port; None when it is neither."""
    host, _, port = address.strip().rpartition(":")
    try:
        plain = str(ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None
    return (plain, int(port)) if re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535 else None


def _dialling_problems(read: Mapping[str, Any]) -> dict[str, str]:
    problems = {}
    if not _CONTEXT.fullmatch(read.get("dial_context", "x")):
        problems["dial_context"] = "must be the name of a context: letters, digits, dot, hyphen, underscore"
    if not _CHANNEL.fullmatch(read.get("dial_channel", "x/{extension}")):
        problems["dial_channel"] = "must look like PJSIP/{extension} or Local/{extension}@from-internal"
    try:
        re.compile(read.get("extension_pattern", ""))
    except re.error as error:
        problems["extension_pattern"] = f"is not a regular expression: {error}"
    return problems


def _text(value: object) -> str:
    if not isinstance(value, str | int):
        raise ValueError("must be text")
    return str(value).strip()


def _whole(value: object) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\s*-?[0-9]{1,9}\s*", str(value)):
        raise ValueError("must be a whole number")
    return int(str(value))


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise ValueError("must be a number of seconds") from None


def _yes_or_no(value: object) -> bool:
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("must be yes or no")
    return word in _TRUE


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise ValueError("must be a list of words")
    return tuple(value)


_READERS = {"str": _text, "int": _whole, "float": _seconds, "bool": _yes_or_no, "tuple[str, ...]": _words}
