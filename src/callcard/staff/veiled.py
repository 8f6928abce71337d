"""Rows over which something is drawn that a user does not see, and how what is hidden so is called all the same."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

from django.db import models

from callcard.staff.roles.rules import Veil
from callcard.telephony.numbers import legible

VEILED_WAY = "tel:;of="
"""How addresses begin that call a number which the page does not know: see ui/call-button.js, switchboard.veiled."""


class _HasVeil(Protocol):
    """A user; staff.models itself is not known here."""

    @property
    def veil(self) -> Veil | None: ...


class Veilable(models.Model):
    """A row whose values may be drawn over for who looks at it. It is never written then."""

    is_veiled: bool = False

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        assert not self.is_veiled, "what is drawn over a row must not be written"
        super().save(*args, **kwargs)


def way_to_call(number: str, *, veiled_as: str = "") -> str:
    """Where a click on a number leads. `veiled_as`: "phone-12" or the like, of one that must not stand in the page."""
    return f"{VEILED_WAY}{veiled_as}" if veiled_as else f"tel:{quote(number, safe='+')}"


def shown_number(who: _HasVeil, number: str) -> str:
    """A number that was called, as this user reads it; extensions are no secret."""
    veil = who.veil
    return number if veil is None or not number.startswith("+") else veil.number(number)


def legible_for(who: _HasVeil, number: str) -> str:
    """As `shown_number`, in groups."""
    return legible(number) if who.veil is None or who.veil.has_whole_numbers else shown_number(who, number)
