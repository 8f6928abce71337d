"""Invoices, receipts and statements as PDF, in the language of whom they are for."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from PIL import Image

from callcard.customers.models import Customer
from callcard.sales.debt_words import debt_words
from callcard.sales.models import Order, Payment
from callcard.sales.remembering import plain
from callcard.sales.rules import OrderFigures
from callcard.sales.services import figures_of
from callcard.sales.statements import CurrencyStatement, Statement, StatementRow
from callcard.staff.company import company
from callcard.staff.logo import logo_bytes
from callcard.ui.printing import print_pdf
from callcard.ui.writing import current_locale, money

TEMPLATE = Path(__file__).with_name("document.typ")
_LOGO = "logo.png"
_LOGO_WIDTH_MM, _LOGO_HEIGHT_MM = 60.0, 16.0
# Around a name inside a line of another direction.
_ISOLATE, _END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    is_amount: bool = False
    is_wide: bool = False


def language_for(customer: Customer, chosen: str = "") -> str:
    """The chosen one, else the customer's, else the reader's; what is no language is passed over."""
    for code in (chosen, customer.language, translation.get_language() or ""):
        if code and _is_language(code):
            return code.lower()
    return "en"


def _is_language(code: str) -> bool:
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return len(code) <= 10 and code.replace("-", "").isalnum()


def invoice_pdf(order: Order, *, language: str = "") -> bytes:
    code = language_for(order.customer, language)
    with _in_language(code):
        lines = list(order.lines.all())
        figures = figures_of(order, lines=[line.figures for line in lines])
        return _paper(
            code,
            title=_("Invoice"),
            customer=order.customer,
            facts=[(_("Number"), order.number), (_("Date"), _date(timezone.localdate(order.ordered_at)))]
            + ([(_("Due"), _date(order.due_on))] if order.due_on else []),
            parts=[_lines_part(order, figures)],
            notes=[("", order.note)] if order.note else [],
            stamp=_("Cancelled") if order.is_cancelled else "",
            has_bank=True,
        )


def _lines_part(order: Order, figures: OrderFigures) -> dict[str, Any]:
    lines = list(order.lines.all())
    has_discounts = any(line.discount_percent or line.discount_amount for line in lines)
    columns = [Column(_("What"), is_wide=True), Column(_("Quantity"), True), Column(_("Price"), True)]
    columns += [Column(_("Discount"), True)] if has_discounts else []
    rows = []
    for line in lines:
        row = [
            _own(line.title),
            f"{_number(line.quantity)} {_own(line.unit)}".strip(),
            _money(line.price, order.currency),
        ]
        if has_discounts:
            row.append(_discount(line.discount_percent, line.discount_amount, order.currency))
        rows.append([*row, _money(line.amount, order.currency)])
    if not lines:
        columns, rows = (
            [Column(_("What"), is_wide=True)],
            [[_own(order.title or order.number), _money(order.total, order.currency)]],
        )
    return _part([*columns, Column(_("Amount"), True)], rows, _sums(order, figures, has_lines=bool(lines)))


def _sums(order: Order, figures: OrderFigures, *, has_lines: bool) -> list[tuple[str, str, bool]]:
    tax_name = company().tax_name or _("Tax")
    sums: list[tuple[str, str, bool]] = []
    if has_lines and figures.discount:
        sums += [(_("Goods"), _money(figures.goods, order.currency), False)]
        sums += [(_("Discount"), _money(-figures.discount, order.currency), False)]
    for rate, amount in figures.taxes:
        within = _("%(tax)s %(rate)s %% within") if order.is_tax_included else _("%(tax)s %(rate)s %%")
        sums.append((within % {"tax": tax_name, "rate": _number(rate)}, _money(amount, order.currency), False))
    sums.append((_("Total"), _money(order.total, order.currency), True))
    if order.paid:
        sums.append((_("Paid"), _money(order.paid, order.currency), False))
        words, left = debt_words(order)
        sums.append((words, _money(left, order.currency), True))
    return sums


def receipt_pdf(payment: Payment, *, language: str = "") -> bytes:
    code = language_for(payment.customer, language)
    with _in_language(code):
        amount = _money(abs(payment.amount), payment.currency)
        facts = [
            (_("Number"), payment.number or str(payment.pk)),
            (_("Date"), _date(timezone.localdate(payment.paid_at))),
        ]
        orders = (
            [payment.order] if payment.order else [part.order for part in payment.allocations.select_related("order")]
        )
        reason = ", ".join(_("order %(number)s") % {"number": order.number} for order in orders) or _("in advance")
        sums = [(_("Paid for"), reason, False)]
        if payment.method:
            sums.append((_("Paid by"), _own(payment.method.name), False))
        sums.append((_("Given back") if payment.amount < 0 else _("Received"), amount, True))
        return _paper(
            code,
            title=_("Receipt"),
            customer=payment.customer,
            facts=facts,
            parts=[_part([], [], sums)],
            notes=[("", payment.note)] if payment.note else [],
            stamp=_("Cancelled") if payment.is_cancelled else "",
        )


def statement_pdf(told: Statement, *, language: str = "") -> bytes:
    code = language_for(told.customer, language)
    with _in_language(code):
        return _paper(
            code,
            title=_("Statement"),
            customer=told.customer,
            facts=[(_("From"), _date(told.since)), (_("Until"), _date(told.until))],
            parts=[_statement_part(part) for part in told.parts]
            or [_part([], [], [(_("Nothing in this time"), "", False)])],
            notes=[],
        )


def _statement_part(part: CurrencyStatement) -> dict[str, Any]:
    columns = [Column(_("Date")), Column(_("What"), is_wide=True)]
    columns += [Column(_("Bought"), True), Column(_("Paid"), True), Column(_("Owed"), True)]
    before = ["", _("Owed before"), "", "", _money(part.owed_before, part.currency)]
    rows = [before, *([*_told(row), _money(row.owed, part.currency)] for row in part.rows)]
    sums = [
        (_("Bought"), _money(part.bought, part.currency), False),
        (_("Paid"), _money(part.paid, part.currency), False),
        (_("Owed") if part.owed >= 0 else _("Paid in advance"), _money(abs(part.owed), part.currency), True),
    ]
    return _part(columns, rows, sums, heading=part.currency)


def _told(row: StatementRow) -> list[str]:
    document, currency = row.document, row.document.currency
    if isinstance(document, Order):
        what = " ".join(filter(None, (_("Order %(number)s") % {"number": document.number}, _own(document.title))))
    elif document.amount < 0:
        what = _("Money given back %(number)s") % {"number": document.number}
    else:
        what = _("Payment %(number)s") % {"number": document.number}
    bought, paid = (_money(amount, currency) if amount else "" for amount in (row.bought, row.paid))
    return [_date(timezone.localdate(row.at)), what, bought, paid]


# -- the sheet --------------------------------------------------------------------------------------------------------


def _paper(
    code: str,
    *,
    title: str,
    customer: Customer,
    facts: list[tuple[str, str]],
    parts: list[dict[str, Any]],
    notes: list[tuple[str, str]],
    stamp: str = "",
    has_bank: bool = False,
) -> bytes:
    office = company()
    logo = logo_bytes(office)
    tax_number = [_("Tax number %(number)s") % {"number": office.tax_number}] if office.tax_number else []
    bank = [(_("Bank details"), office.bank_details)] if office.bank_details else []
    below = [("", office.document_note)] if office.document_note else []
    data = {
        "language": code.split("-")[0],
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "title": title,
        "company": {
            "name": _own(office.name),
            "lines": [*map(_own, office.address.splitlines()), *tax_number],
            "logo": _LOGO if logo else "",
            "logo_width": _width_of(logo) if logo else 0,
        },
        "to": {"label": _("Customer"), "name": _own(customer.name), "lines": _address(customer)},
        "facts": facts,
        "parts": parts,
        "notes": [(label, _each_line(text)) for label, text in (*notes, *(bank if has_bank else []), *below)],
        "stamp": stamp,
        "page": _("Page {page} of {all}"),
    }
    return print_pdf(TEMPLATE, data, {_LOGO: logo} if logo else {})


def _address(customer: Customer) -> list[str]:
    territory = current_locale().territories.get(customer.country, customer.country)
    place = ", ".join(filter(None, (customer.city, territory)))
    return [_own(line) for line in (customer.address, place) if line]


def _part(
    columns: Iterable[Column], rows: list[list[str]], sums: list[tuple[str, str, bool]], heading: str = ""
) -> dict[str, Any]:
    shown = [{"label": each.label, "is_amount": each.is_amount, "is_wide": each.is_wide} for each in columns]
    return {"heading": heading, "columns": shown, "rows": rows, "sums": sums}


def _in_language(code: str) -> AbstractContextManager[None]:
    return translation.override(code)


def _own(text: str) -> str:
    """What somebody typed, in its own direction."""
    return f"{_ISOLATE}{text}{_END}" if text else ""


def _each_line(text: str) -> str:
    return "\n".join(map(_own, text.splitlines()))


def _width_of(logo: bytes) -> float:
    """In millimetres, of a logo as high as its place unless it is too wide for that."""
    with Image.open(io.BytesIO(logo)) as picture:
        return min(_LOGO_WIDTH_MM, _LOGO_HEIGHT_MM * picture.width / picture.height)


def _money(amount: Decimal, currency: str) -> str:
    return _own(money(amount, currency))


def _number(amount: Decimal) -> str:
    return str(format_decimal(Decimal(plain(amount)), locale=current_locale()))


def _discount(percent: Decimal, amount: Decimal, currency: str) -> str:
    return _own(f"{_number(percent)} %") if percent else _money(amount, currency) if amount else ""


def _date(day: Any) -> str:
    return str(format_date(day, "medium", locale=current_locale()))
