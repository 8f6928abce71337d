"""Which formats of webhooks there are, and what each needs to be told by the administrator."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callcard.connectors.webhook.format import WebhookFormat
from callcard.connectors.zadarma.format import ZadarmaFormat
from callcard.kit.standard_webhooks import key_of
from callcard.staff.company import company_zone
from callcard.switchboard.hook_receiver import HookReceiver
from callcard.switchboard.models import HookDelivery, Pbx
from callcard.switchboard.words import explain_option
from callcard.telephony.hooks import HookFormat

TOKEN = "hook_token"
_LEAST_KEY_BYTES = 16
Options = Mapping[str, Any]


def _webhook(options: Options) -> HookFormat:
    return WebhookFormat(str(options["secret"]))


def _zadarma(options: Options) -> HookFormat:
    zone = str(options.get("records_zone") or "")
    return ZadarmaFormat(str(options["secret"]), ZoneInfo(zone) if zone else company_zone())


_FORMATS: dict[str, Callable[[Options], HookFormat]] = {
    Pbx.Kind.WEBHOOK.value: _webhook,
    Pbx.Kind.ZADARMA.value: _zadarma,
}


def is_hook(kind: str) -> bool:
    """Whether telephone systems of this kind call us."""
    return kind in _FORMATS


def new_token() -> str:
    """The part of its address that nobody can guess."""
    return secrets.token_urlsafe(32)


def hook_problems(kind: str, options: Options) -> dict[str, str]:
    """By option, in the words that `explain_option` knows; empty when it can be used."""
    problems = {}
    if not options.get("secret"):
        problems["secret"] = "is missing"
    elif kind == Pbx.Kind.WEBHOOK and not _is_key(str(options["secret"])):
        problems["secret"] = "must be base64 of at least 16 bytes"
    try:
        ZoneInfo(str(options.get("records_zone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems["records_zone"] = "there is no such time zone"
    return problems


def make_receiver(pbx: Pbx) -> HookReceiver:
    """Raises ValueError in words when the options cannot be used."""
    for name, words in hook_problems(pbx.kind, pbx.options).items():
        raise ValueError(f"{name}: {explain_option(words)}")
    return HookReceiver(pbx.slug, _FORMATS[pbx.kind](pbx.options), str(pbx.options.get(TOKEN) or new_token()))


@dataclass(frozen=True, slots=True)
class HookNow:
    """Where a provider finds us, and how that goes. `problem`: of the last request that was not understood."""

    address: str
    last_at: datetime | None
    problem: str


def hook_of(pbx: Pbx, here: str) -> HookNow | None:
    """`here`: the address of this Callcard, with a slash at its end. None for one that does not call us."""
    if not is_hook(pbx.kind) or not pbx.options.get(TOKEN):
        return None
    kept = HookDelivery.objects.filter(pbx=pbx.slug).order_by("-pk")
    return HookNow(
        address=f"{here}hook/{pbx.slug}/{pbx.options[TOKEN]}",
        last_at=kept.values_list("received_at", flat=True).first(),
        problem=kept.exclude(problem="").values_list("problem", flat=True).first() or "",
    )


def _is_key(secret: str) -> bool:
    try:
        return len(key_of(secret)) >= _LEAST_KEY_BYTES
    except ValueError:
        return False
