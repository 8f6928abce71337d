"""Writes about the company itself. Its first start is here too."""

from __future__ import annotations

from django.db import transaction

from callcard.staff.company import company, forget_company_zone
from callcard.staff.history import record_change, snapshot
from callcard.staff.line_names import forget_line_names
from callcard.staff.models import Change, Company, Line, User
from callcard.staff.own_lists import begin_lists
from callcard.staff.places import currency_of
from callcard.staff.queries import is_set_up
from callcard.staff.roles.giving import begin_roles, ready_role
from callcard.staff.roles.models import Kind
from callcard.telephony.numbers import read_number

_THE_COMPANY = 1


class AlreadySetUp(Exception):
    """Somebody was first."""


@transaction.atomic
def set_company(*, name: str, region: str, currency: str, time_zone: str) -> Company:
    """Own lines are read anew when the country changes; customers' numbers stay as they were read."""
    kept = company()
    is_moved = kept.region != region
    kept.name, kept.region, kept.currency, kept.time_zone = name, region, currency, time_zone
    kept.save()
    if is_moved:
        _read_lines_anew(region)
    transaction.on_commit(forget_company_zone)
    return kept


@transaction.atomic
def set_documents(
    *,
    address: str,
    tax_number: str,
    bank_details: str,
    document_note: str,
    tax_name: str,
    prices_include_tax: bool,
    by: User | None = None,
) -> Company:
    """What stands on invoices and receipts from now on."""
    kept = company()
    columns = ("address", "tax_number", "bank_details", "document_note", "tax_name", "prices_include_tax")
    before = snapshot(kept, columns)
    kept.address, kept.tax_number, kept.bank_details = address, tax_number, bank_details
    kept.document_note, kept.tax_name, kept.prices_include_tax = document_note, tax_name, prices_include_tax
    kept.save()
    record_change(
        about="company",
        object_id=kept.pk,
        customer_id=None,
        action=Change.Action.CHANGED,
        before=before,
        after=snapshot(kept, columns),
        by=by,
    )
    return kept


def _read_lines_anew(region: str) -> None:
    lines = list(Line.objects.all())
    for line in lines:
        line.e164 = read_number(line.number, region).e164
    Line.objects.bulk_update(lines, ["e164"])
    forget_line_names()


def add_line(*, number: str, name: str) -> Line:
    line = Line.objects.create(number=number, e164=read_number(number, company().region).e164, name=name)
    forget_line_names()
    return line


def remove_line(*, line: Line) -> None:
    """Calls to it stay in the log."""
    line.delete()
    forget_line_names()


@transaction.atomic
def set_up_company(*, administrator: User, password: str, company_name: str, region: str, time_zone: str) -> User:
    """The company, its first user, who can add the others, and lists to begin with, in the language of the moment.

    Raises AlreadySetUp when there is anybody.

    The company's row is locked, so that of two who set up at once one is first.
    """
    Company.objects.get_or_create(pk=_THE_COMPANY, defaults={"name": company_name})
    office = Company.objects.select_for_update().get(pk=_THE_COMPANY)
    if is_set_up():
        raise AlreadySetUp
    office.name, office.region, office.time_zone = company_name, region, time_zone
    office.currency = currency_of(region)
    office.save()
    administrator.set_password(password)
    administrator.save(force_insert=True)
    begin_roles()
    administrator.take_roles([ready_role(Kind.ADMINISTRATOR)])
    begin_lists()
    transaction.on_commit(forget_company_zone)
    return administrator
