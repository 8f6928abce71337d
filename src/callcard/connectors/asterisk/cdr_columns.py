"""What the fields of a CDR line are called.

Sources: the sample files cdr.conf, cdr_custom.conf of Asterisk 13 to 22. The file has no head, so where the start and
the outcome stand tells which of the known shapes it is; an administrator may name the columns of any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from callcard.telephony.records import RecordProblem

DISPOSITIONS = frozenset({"ANSWERED", "NO ANSWER", "NOANSWER", "BUSY", "FAILED", "CONGESTION", "CANCEL", "CANCELLED"})
_TIMES = ("start", "answer", "end")
_MIDDLE = ("dcontext", "channel", "dstchannel", "lastapp", "lastdata", *_TIMES, "duration", "billsec", "disposition")
# cdr_csv: Master.csv. What follows amaflags is there only when cdr.conf asks for it, in this order.
_PLAIN = ("accountcode", "src", "dst", "dcontext", "clid", *_MIDDLE[1:], "amaflags")
_PLAIN_MORE = {
    16: (),
    17: ("uniqueid",),
    18: ("uniqueid", "userfield"),
    20: ("uniqueid", "peeraccount", "linkedid", "sequence"),
    21: ("uniqueid", "userfield", "peeraccount", "linkedid", "sequence"),
}
# cdr_custom: the mapping of its sample file, and the same with what docs/admin/asterisk.md adds.
_CUSTOM = ("clid", "src", "dst", *_MIDDLE, "amaflags", "accountcode", "uniqueid", "userfield", "sequence", "linkedid")
_WHERE: dict[tuple[str, ...], tuple[int, ...]] = {
    columns: tuple(columns.index(name) for name in ("start", "disposition", "channel")) for columns in (_PLAIN, _CUSTOM)
}
_OTHER_NAMES = {
    "calldate": "start",
    "answerdate": "answer",
    "hangupdate": "end",
    "answertime": "answer",
    "endtime": "end",
    "source": "src",
    "destination": "dst",
    "dst_channel": "dstchannel",
    "callerid": "clid",
}
NEEDED = ("start", "channel", "disposition", "uniqueid")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d|\d{9,11}(\.\d+)?$")


def known_as(name: str) -> str:
    """The name by which a column goes here, whatever a table calls it."""
    plain = name.strip().lower()
    return _OTHER_NAMES.get(plain, plain)


def columns_of(fields: Sequence[str]) -> tuple[str, ...] | None:
    """The names of the fields of a line of one of the known shapes; None when it is none."""
    if _stand_at(fields, _PLAIN) and len(fields) in _PLAIN_MORE:
        return _PLAIN + _PLAIN_MORE[len(fields)]
    if _stand_at(fields, _CUSTOM) and len(fields) >= 16:
        names = _CUSTOM[: len(fields)]
        return names + ("",) * (len(fields) - len(names))
    return None


def named_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The columns that an administrator named. Raises RecordProblem when one that is needed is not among them."""
    columns = tuple(known_as(name) for name in names)
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise RecordProblem("columns_missing", ", ".join(missing))
    return columns


def _stand_at(fields: Sequence[str], columns: tuple[str, ...]) -> bool:
    """Whether start and disposition are where these columns have them."""
    start, disposition, channel = _WHERE[columns]
    if len(fields) <= disposition or "/" not in fields[channel]:
        return False
    return bool(_TIME.match(fields[start])) and fields[disposition].strip().upper() in DISPOSITIONS
