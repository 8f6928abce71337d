"""The formats of webhooks that are held to the contract, made as their samples need them. A new one adds its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import callcard.connectors
from callcard.connectors.webhook.format import WebhookFormat
from callcard.connectors.zadarma.format import ZadarmaFormat
from callcard.telephony.hooks import HookFormat, HookRequest

FOLDER = Path(callcard.connectors.__file__).parent
FORMATS: dict[str, Callable[[str], HookFormat]] = {
    "webhook": WebhookFormat,
    "zadarma": lambda secret: ZadarmaFormat(secret, ZoneInfo("UTC")),
}
NEEDED = ("incoming-answered", "incoming-missed", "outgoing-answered")


@dataclass(frozen=True, slots=True)
class Sample:
    name: str  # "zadarma/incoming-answered"
    secret: str
    requests: tuple[HookRequest, ...]
    call: dict[str, Any]

    def format(self, secret: str = "") -> HookFormat:
        return FORMATS[self.name.partition("/")[0]](secret or self.secret)


def samples() -> list[Sample]:
    return [_read(path) for kind in FORMATS for path in sorted((FOLDER / kind / "samples").glob("*.json"))]


def _read(path: Path) -> Sample:
    told = json.loads(path.read_text(encoding="utf-8"))
    requests = tuple(
        HookRequest(
            body=each["body"].encode(),
            received_at=datetime.fromisoformat(each["received_at"]).astimezone(UTC),
            headers=each["headers"],
        )
        for each in told["requests"]
    )
    return Sample(f"{path.parent.parent.name}/{path.stem}", told["secret"], requests, told["call"])
