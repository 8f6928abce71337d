"""Whom somebody wants to call: what was typed, as a destination with a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models.functions import Length

from callcard.customers.consent.models import Consent
from callcard.customers.consent.services import refused_by
from callcard.customers.models import Phone
from callcard.staff.company import company
from callcard.staff.models import Extension, User
from callcard.staff.visibility import visible_to
from callcard.switchboard.dial_rules import Destination, destination_of
from callcard.switchboard.dial_words import explain_number
from callcard.switchboard.models import DialRequest
from callcard.telephony.dial_string import DialString, NotOneNumber, read_dial_string
from callcard.telephony.numbers import read_number
from callcard.telephony.writing import read_writing

_DIALABLE = re.compile(r"\+?[0-9]{2,20}")
_LOOKED_AT = 8  # customers with one number


@dataclass(frozen=True, slots=True)
class Whom:
    """`name` is empty unless it is one whom the user may see. `then`: see telephony.dial_string. `refuses_calls`: a
    customer with this number has said no to calls."""

    destination: Destination
    name: str = ""
    then: str = ""
    refuses_calls: bool = False


def whom(user: User, raw: str, refused: Callable[[str], Exception]) -> Whom:
    """Raises what `refused` makes of the words for the user."""
    region = company().region
    try:
        read = read_dial_string(raw)
    except NotOneNumber as error:
        raise refused(explain_number(error.reason)) from None
    number = _dialable(read, region)
    if not _DIALABLE.fullmatch(number):
        raise refused(explain_number("no_number"))
    ids, name = _owner(number, user)
    destination = destination_of(
        number,
        region,
        extensions=_Extensions(),
        is_as_long_as_own=lambda digits: digits in _own_lengths(),
        is_customer=bool(ids),
        is_known=lambda country: DialRequest.objects.filter(country=country, problem="").exists(),
    )
    return Whom(destination, name, read.then, bool(refused_by(ids, way=Consent.Way.CALLS)) if ids else False)


def name_of(number: str, user: User) -> str:
    """Of the customer or colleague who has it, as this user may see it. `number`: E.164, or a short one's digits."""
    return _owner(number, user)[1]


def _owner(number: str, user: User) -> tuple[list[int], str]:
    return _customer(number, user) if number.startswith("+") else ([], _colleague(number))


class _Extensions:
    """The company's own, asked only for the one number in question."""

    def __contains__(self, number: object) -> bool:
        return not str(number).startswith("+") and Extension.objects.filter(number=str(number)).exists()


def _own_lengths() -> set[int]:
    return set(Extension.objects.annotate(digits=Length("number")).values_list("digits", flat=True).distinct())


def _dialable(read: DialString, region: str) -> str:
    written = read_writing(read.number)
    return read_number(read.number, region).e164 or ("+" if written.has_plus else "") + written.digits


def _customer(number: str, user: User) -> tuple[list[int], str]:
    """Ids of the customers who have it, and the name of the only one."""
    rows = Phone.objects.filter(e164=number, customer__archived_at=None)
    found = list(rows.values_list("customer", "customer__name", "customer__responsible_id")[:_LOOKED_AT])
    names = {name: responsible_id for _pk, name, responsible_id in found}
    sees = visible_to(user) if names else None
    seen = [name for name, responsible_id in names.items() if sees and sees.allows(responsible_id)]
    return [pk for pk, _name, _whose in found], seen[0] if len(seen) == 1 == len(names) else ""


def _colleague(number: str) -> str:
    owner = Extension.objects.filter(number=number, user__isnull=False).select_related("user").first()
    return owner.user.shown_name if owner and owner.user else ""
