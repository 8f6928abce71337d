"""What values look like to programs: as they come, strictly, and as they are sent."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Path, Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, WithJsonSchema

_BEYOND = 10**18
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EARLIEST, _LATEST = 1900, 2200


def _day(given: Any) -> Any:
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError('a day is a text such as "2026-12-31"')
    return given


def _moment(given: Any) -> Any:
    if not isinstance(given, str) or not _MOMENT.fullmatch(given):
        raise ValueError('a moment is a text with its zone, such as "2026-12-31T09:00:00+07:00"')
    return given


def _near(on: date) -> date:
    if not _EARLIEST <= on.year < _LATEST:
        raise ValueError(f"the year is to be from {_EARLIEST} on and before {_LATEST}")
    return on


def _storable(text: str) -> str:
    """PostgreSQL knows no NUL. Another sign stands for it, so that a text is as long as the document lets it be."""
    return text.replace("\x00", "\ufffd")


Text = Annotated[str, AfterValidator(_storable)]
_POSITIVE = r"^[0-9]{1,12}(\.[0-9]{1,3})?$"


def _positive(given: Any) -> Any:
    if not isinstance(given, str) or not re.fullmatch(_POSITIVE, given, re.ASCII):
        raise ValueError('an amount is a text such as "12.50", not below nothing')
    return given


Quantity = Annotated[Decimal, BeforeValidator(_positive), WithJsonSchema({"type": "string", "pattern": _POSITIVE})]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_near)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_near)]
Flag = Annotated[bool, Field(strict=True)]
Reference = Annotated[int, Field(strict=True, ge=1, lt=_BEYOND)]
"""The id of a record, in what is sent."""
Id = Path[Annotated[int, Field(ge=1, lt=_BEYOND)]]
"""The id of a record, in an address."""
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Given(Schema):
    """What a program sends. What is not known here is refused, so that nothing is set unseen."""

    model_config = ConfigDict(extra="forbid")


class Told(Schema):
    """What a program gets."""

    model_config = ConfigDict(extra="forbid")


class Named(Told):
    """A record of which no more is told here."""

    id: int
    name: str


class Money(Told):
    amount: str = Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")
    currency: str


def moment(at: datetime | None) -> str | None:
    """In UTC, to a thousandth of a second."""
    return None if at is None else f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": format(amount, "f"), "currency": currency}


def named(pk: int | None, name: str) -> dict[str, Any] | None:
    return None if pk is None else {"id": pk, "name": name}
