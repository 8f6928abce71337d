"""Reads CDRs the way the product does, and gives the calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.record import AsteriskRecord
from callcard.telephony.call import Call
from callcard.telephony.collecting import Collector
from callcard.telephony.records import Portion, RecordEntry
from callcard.telephony.retelling import retell

RECORDS = Path(__file__).parent / "records"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BUTTON = (
    "button-",
    "callcard-button-",
)  # the lab's buttons are not Callcard's own, so their ids are made to look like it


def copied(name: str, folder: Path, kind: str = "csv") -> Path:
    path = folder / f"{name}.{kind}"
    found = RECORDS / f"{name}.{kind}"
    path.write_text(found.read_text(encoding="utf-8").replace(*BUTTON) if found.exists() else "", encoding="utf-8")
    return path


def record(records: Path | str, queue_log: Path | str = "", *, zone: str = "UTC", **options: object) -> AsteriskRecord:
    given = AsteriskOptions(records=str(records), queue_log=str(queue_log), **options)  # type: ignore[arg-type]
    return AsteriskRecord(given, zone=ZoneInfo(zone))


def portions(told: AsteriskRecord, cursor: str = "", since: datetime = LONG_AGO) -> list[Portion]:
    return list(told.read_since(cursor, since))


def entries(read: Iterable[Portion]) -> Iterator[RecordEntry]:
    return (entry for portion in read for entry in portion.entries)


def calls(told: Iterable[RecordEntry], *, settle: timedelta = timedelta(hours=2), held: int = 5000) -> list[Call]:
    collector = Collector(settle=settle, held_at_most=held)
    groups = [*collector.take(told), *collector.rest()]
    found = [call for group in groups if (call := retell("office", group)) is not None]
    return sorted(found, key=lambda call: (call.started_at, call.key))
