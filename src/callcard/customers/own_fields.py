"""Values of the fields that the company added by itself: what is typed becomes JSON, and JSON becomes words.

Stored in `Customer.own_fields` by `OwnField.key`: text, link and one choice as a string, a number as the string of a
Decimal, money as {"amount": "12.50", "currency": "LAK"}, a date in ISO 8601, yes or no as a boolean, several choices
as a list of strings. A field without a value has no key there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from callcard.customers.models import OwnField, folded
from callcard.kit.amounts import read_decimal
from callcard.staff.company import company
from callcard.staff.kept_queries import KeptWhole
from callcard.staff.models import User
from callcard.ui.writing import current_locale, money

Json = Any

LONGEST_TEXT = 2000
_CENT = Decimal("0.01")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")
_CURRENCY = re.compile(r"^\s*([A-Za-z]{3})?\s*(.*?)\s*([A-Za-z]{3})?\s*$", re.DOTALL)
_CURRENT = KeptWhole(lambda: OwnField.objects.filter(archived_at=None))
_YES, _NO = {"1", "true", "yes", "y", "on", "+"}, {"0", "false", "no", "n", "off", "-"}


def current_fields() -> list[OwnField]:
    """Those that are not archived, in the administrator's order."""
    return _CURRENT.rows()


def fields_seen_by(user: User, fields: Iterable[OwnField] | None = None) -> list[OwnField]:
    """Of `fields` (None: all that are not archived) those that the role of this user sees."""
    return [field for field in (current_fields() if fields is None else fields) if is_seen_by(field, user)]


def is_seen_by(field: OwnField, user: User) -> bool:
    """`field.roles` are words of roles (`Role.word`); whoever may arrange the fields sees them all."""
    return not field.roles or user.may("company.lists") or not user.permissions.kinds.isdisjoint(field.roles)


def default_values() -> dict[str, Json]:
    """What a new customer has in its own fields when nobody said anything."""
    return {field.key: field.default for field in current_fields() if field.default is not None}


def read_value(field: OwnField, typed: Any) -> Json:
    """What is stored for what somebody typed, or for a value as it is stored already; None for nothing.

    Raises ValidationError, with words for whoever typed it, when it cannot be such a value or is required and missing.
    """
    typed = _plain(typed)
    if typed in (None, "", []):
        if field.is_required:
            raise ValidationError(_("%(field)s has to be filled in.") % {"field": field.name}, code="required")
        return None
    return _READERS[field.kind](field, typed)


def shown(field: OwnField, value: Json) -> str:
    """The value in words and in the active language; empty for none. Whatever is stored, it never raises."""
    if value in (None, "", []):
        return ""
    try:
        return _WRITERS[field.kind](field, value)
    except (ArithmeticError, KeyError, TypeError, ValueError, AttributeError):
        return str(value)


def typed_again(field: OwnField, value: Json) -> str:
    """The value as text that `read_value` takes, for a form or a file."""
    if value in (None, "", []):
        return ""
    if field.kind == OwnField.Kind.MONEY and isinstance(value, Mapping):
        return f"{value.get('amount', '')} {value.get('currency', '')}".strip()
    if isinstance(value, list):
        return ", ".join(_option_name(field, one) for one in value)
    return _option_name(field, value) if field.kind == OwnField.Kind.CHOICE else str(value)


def _plain(typed: Any) -> Any:
    return typed.replace("\x00", "").strip() if isinstance(typed, str) else typed


def _read_text(field: OwnField, typed: Any) -> str:
    text = str(typed)
    if len(text) > LONGEST_TEXT:
        raise ValidationError(_("At most %(limit)d characters.") % {"limit": LONGEST_TEXT})
    return text


def _read_number(field: OwnField, typed: Any) -> str:
    return format(_decimal(str(typed)), "f")


def _decimal(text: str) -> Decimal:
    try:
        return read_decimal(text)
    except ValueError as error:
        raise ValidationError(_("“%(typed)s” is not a number.") % {"typed": text[:40]}) from error


def _read_money(field: OwnField, typed: Any) -> Json:
    if isinstance(typed, Mapping):
        amount, currency = str(typed.get("amount", "")), str(typed.get("currency", ""))
    elif isinstance(typed, tuple | list) and len(typed) == 2:
        amount, currency = str(typed[0] or ""), str(typed[1] or "")
    else:
        found = _CURRENCY.match(str(typed))
        before, amount, after = found.groups() if found else (None, str(typed), None)
        currency = after or before or ""
    if not amount.strip():
        return None
    currency = (currency or company().currency).upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValidationError(_("A currency has three letters, such as USD."))
    return {"amount": str(_decimal(amount).quantize(_CENT)), "currency": currency}


def _read_date(field: OwnField, typed: Any) -> str:
    if isinstance(typed, datetime):
        return typed.date().isoformat()
    if isinstance(typed, date):
        return typed.isoformat()
    for style in _DAYS:
        try:
            return date(*time.strptime(str(typed), style)[:3]).isoformat()
        except ValueError:
            continue
    raise ValidationError(_("“%(typed)s” is not a date. Write it as 2026-12-31.") % {"typed": str(typed)[:40]})


def _read_yes_no(field: OwnField, typed: Any) -> bool:
    word = folded(str(typed))
    if word in _YES | {folded(_("Yes"))}:
        return True
    if word in _NO | {folded(_("No"))}:
        return False
    raise ValidationError(_("Yes or no?"))


def _read_choice(field: OwnField, typed: Any) -> str:
    wanted = folded(str(typed))
    for option in field.options:
        if wanted in (folded(option["value"]), folded(option["name"])):
            return str(option["value"])
    raise ValidationError(_("“%(typed)s” is not in the list.") % {"typed": str(typed)[:40]})


def _read_choices(field: OwnField, typed: Any) -> list[str] | None:
    parts = re.split(r"[,;|\n،、]", typed) if isinstance(typed, str) else _listed(typed)
    return list(dict.fromkeys(_read_choice(field, part) for part in parts if part.strip())) or None


def _listed(typed: Any) -> list[str]:
    return [str(one) for one in typed] if isinstance(typed, list | tuple) else [str(typed)]


def _read_link(field: OwnField, typed: Any) -> str:
    """Only what leads to a page: other schemes could run a script."""
    text = _read_text(field, typed)
    address = text if re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:", text) and "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", address)
    except ValueError:
        is_page = False
    if not is_page or (":" in text.split("/")[0].split("?")[0] and "://" not in text and not _has_port(text)):
        raise ValidationError(_("This is not the address of a page."))
    return address


def _has_port(text: str) -> bool:
    return re.match(r"^[^/:]+:\d{1,5}(/|$)", text) is not None


def _option_name(field: OwnField, value: Json) -> str:
    return next((str(option["name"]) for option in field.options if option["value"] == value), str(value))


def _write_number(field: OwnField, value: Json) -> str:
    return _number_in_words(str(value), current_locale())


@lru_cache(maxsize=4096)
def _number_in_words(value: str, locale: Locale) -> str:
    return format_decimal(Decimal(value), locale=locale, decimal_quantization=False)


def _write_date(field: OwnField, value: Json) -> str:
    return format_date(date.fromisoformat(value), "medium", locale=current_locale())


def _write_yes_no(field: OwnField, value: Json) -> str:
    return _("Yes") if value is True else _("No") if value is False else str(value)


_READERS: dict[str, Callable[[OwnField, Any], Json]] = {
    OwnField.Kind.TEXT: _read_text,
    OwnField.Kind.NUMBER: _read_number,
    OwnField.Kind.MONEY: _read_money,
    OwnField.Kind.DATE: _read_date,
    OwnField.Kind.YES_NO: _read_yes_no,
    OwnField.Kind.CHOICE: _read_choice,
    OwnField.Kind.CHOICES: _read_choices,
    OwnField.Kind.LINK: _read_link,
}
_WRITERS: dict[str, Callable[[OwnField, Json], str]] = {
    OwnField.Kind.TEXT: lambda _field, value: str(value),
    OwnField.Kind.NUMBER: _write_number,
    OwnField.Kind.MONEY: lambda _field, value: money(Decimal(value["amount"]), value["currency"]),
    OwnField.Kind.DATE: _write_date,
    OwnField.Kind.YES_NO: _write_yes_no,
    OwnField.Kind.CHOICE: _option_name,
    OwnField.Kind.CHOICES: lambda field, value: ", ".join(_option_name(field, one) for one in value),
    OwnField.Kind.LINK: lambda _field, value: str(value),
}
