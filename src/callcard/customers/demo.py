"""The demo's customers: three hundred people and companies with portraits and numbers in many writings."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import phonenumbers

from callcard.customers.demo_faces import demo_face
from callcard.customers.demo_names import COMPANIES, LANDS, Land, Person, person_of
from callcard.customers.models import Category, Contact, Customer, OwnField, Phone, folded
from callcard.customers.portraits import store_bytes
from callcard.staff.models import User
from callcard.telephony.numbers import read_number

_CATEGORIES = (("Regular", "green"), ("New", "blue"), ("Wholesale", "purple"), ("VIP", "orange"), ("Sleeping", "gray"))
_NOTES = (
    *("", "", "", "", "Speaks slowly, likes to be called by first name.", "Delivery only after 17:00."),
    *("Always asks for a discount; three per cent is fine.", "Prefers WhatsApp.", "Met at the spring fair."),
)
_STREETS = ("Main Street", "River Road", "Market Lane", "Temple Road")
_LABELS = ("mobile", "office", "home")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One customer before it is written."""

    customer: Customer
    land: Land
    person: Person


def load_customers(chance: random.Random, *, staff: list[User], region: str, now: datetime) -> list[Customer]:
    """Categories, own fields, and customers with phones and contacts. `region`: the office's country."""
    categories = Category.objects.bulk_create(
        Category(name=name, colour=colour, position=index) for index, (name, colour) in enumerate(_CATEGORIES)
    )
    OwnField.objects.bulk_create(
        [OwnField(key="discount", name="Discount", position=1), OwnField(key="source", name="Heard of us", position=2)]
    )
    drawn = [_drawn(land, chance, categories, staff) for land in LANDS for _ in range(land.share)]
    chance.shuffle(drawn)
    for index, one in enumerate(drawn[:: len(drawn) // len(COMPANIES)][: len(COMPANIES)]):
        one.customer.kind, one.customer.name = Customer.Kind.COMPANY, COMPANIES[index]
        one.customer.search_name, one.customer.birthday = folded(COMPANIES[index]), None
    _give_portraits(drawn)
    customers = Customer.objects.bulk_create(one.customer for one in drawn)
    Customer.objects.filter(pk__in=[c.pk for c in customers]).update(created_at=now - timedelta(days=200))
    _write_phones(drawn, chance, region)
    Contact.objects.bulk_create(contact for one in drawn for contact in _contacts(one, chance))
    return customers


def currency_of(customer: Customer) -> str:
    return next(land.currency for land in LANDS if land.region == customer.country)


def _drawn(land: Land, chance: random.Random, categories: list[Category], staff: list[User]) -> _Drawn:
    person = person_of(land, chance)
    own_fields = {"source": chance.choice(["Friend", "Fair", "Website", "Radio"])} if chance.random() < 0.6 else {}
    if chance.random() < 0.3:
        own_fields["discount"] = chance.choice(["3 %", "5 %", "10 %"])
    customer = Customer(
        name=person.name,
        search_name=folded(person.name),
        category=chance.choice(categories),
        responsible=chance.choice(staff) if chance.random() < 0.9 else None,
        language=land.language,
        country=land.region,
        city=chance.choice(land.cities),
        address=f"{chance.randint(1, 240)}, {chance.choice(_STREETS)}",
        birthday=date(1950, 1, 1) + timedelta(days=chance.randrange(20_000)) if chance.random() < 0.6 else None,
        note=chance.choice(_NOTES),
        own_fields=own_fields,
    )
    return _Drawn(customer, land, person)


def _give_portraits(drawn: list[_Drawn]) -> None:
    with ThreadPoolExecutor(2) as pool:
        faces = pool.map(lambda pair: demo_face(pair[0], is_woman=pair[1].person.is_woman), enumerate(drawn))
        for one, face in zip(drawn, faces, strict=True):
            one.customer.portrait = store_bytes(face)


def _write_phones(drawn: list[_Drawn], chance: random.Random, region: str) -> None:
    taken: set[str] = set()
    phones: list[Phone] = []
    for one in drawn:
        for index in range(chance.choice((1, 1, 2, 2, 3))):
            number = _fresh_number(one.land, chance, taken)
            is_company = one.customer.kind == Customer.Kind.COMPANY
            phones.append(_phone(one.customer, _written(number, region, chance), region, index))
            phones[-1].person = one.person.name if is_company and index == 0 else ""
    # A household: two people with one telephone, so that the pop-up offers both.
    shared = phones[0]
    other = next(one.customer for one in drawn if one.customer.pk != shared.customer_id)
    phones.append(_phone(other, shared.raw, region, 2))
    Phone.objects.bulk_create(phones)


def _phone(customer: Customer, raw: str, region: str, index: int) -> Phone:
    number = read_number(raw, region)
    return Phone(
        customer=customer,
        raw=raw,
        e164=number.e164,
        ending=number.ending,
        label=_LABELS[index],
        is_preferred=index == 0,
    )


def _fresh_number(land: Land, chance: random.Random, taken: set[str]) -> str:
    while True:
        number = chance.choice(land.mobile) + "".join(str(chance.randrange(10)) for _ in range(land.digits))
        if number not in taken and phonenumbers.is_valid_number(phonenumbers.parse(number)):
            taken.add(number)
            return number


def _written(e164: str, region: str, chance: random.Random) -> str:
    """As somebody typed it: in one of the usual writings."""
    number = phonenumbers.parse(e164)
    styles = [phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164]
    if number.country_code == phonenumbers.country_code_for_region(region):
        styles += [phonenumbers.PhoneNumberFormat.NATIONAL] * 2
    return str(phonenumbers.format_number(number, chance.choice(styles)))


def _contacts(one: _Drawn, chance: random.Random) -> list[Contact]:
    found = []
    if chance.random() < 0.7:
        value = f"customer{one.customer.pk}@example.com"
        found.append(Contact(customer=one.customer, kind=Contact.Kind.EMAIL, value=value))
    if chance.random() < 0.35:
        kind = chance.choice((Contact.Kind.TELEGRAM, Contact.Kind.WHATSAPP))
        found.append(Contact(customer=one.customer, kind=kind, value=f"@customer{one.customer.pk}"))
    return found
