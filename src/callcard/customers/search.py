"""Finding customers by what somebody types: part of a name, or any part of a number."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from callcard.customers.models import CustomerQuerySet, Phone, folded
from callcard.telephony.numbers import ENDING_DIGITS, candidates
from callcard.telephony.writing import read_writing

_FEWEST_DIGITS = 3
_LONGEST = 100


def search_customers(customers: CustomerQuerySet, words: str, *, region: str) -> CustomerQuerySet:
    """Those of `customers` whom the words may mean; all of them for no words. `region`: the office's country."""
    wanted = words.replace("\x00", "")[:_LONGEST].strip()
    if not wanted:
        return customers
    digits = read_writing(wanted).digits
    if len(digits) >= _FEWEST_DIGITS and not any(character.isalpha() for character in wanted):
        return customers.filter(pk__in=_phones_with(wanted, digits, region).values("customer_id"))
    for word in folded(wanted).split():
        customers = customers.filter(search_name__contains=word)
    return customers


def _phones_with(wanted: str, digits: str, region: str) -> QuerySet[Phone]:
    """Whole numbers and long endings are found by index; fewer digits need a look at every number."""
    if len(digits) < ENDING_DIGITS:
        return Phone.objects.filter(Q(e164__contains=digits.lstrip("0") or digits) | Q(raw__contains=wanted))
    whole = Phone.objects.filter(e164__in=candidates(wanted, region))
    endings = Phone.objects.filter(ending=digits[-ENDING_DIGITS:], e164__endswith=digits.lstrip("0"))
    return whole | endings
