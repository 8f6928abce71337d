"""The demo's customers: three hundred people and companies with portraits and numbers in many writings."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import phonenumbers

from callcard.customers.consent.models import Consent
from callcard.customers.demo_faces import demo_face
from callcard.customers.demo_names import COMPANIES, LANDS, Land, Person, person_of
from callcard.customers.models import (
    Address,
    Category,
    Contact,
    ContactPerson,
    Customer,
    CustomerNote,
    CustomerSource,
    CustomerStage,
    CustomerTag,
    OwnField,
    Phone,
    Tag,
    folded,
)
from callcard.customers.portraits import store_bytes
from callcard.customers.search_index import refresh
from callcard.staff.models import User
from callcard.telephony.numbers import read_number

_CATEGORIES = (
    *(("Regular", "green", "user"), ("New", "blue", "bell"), ("Wholesale", "purple", "package")),
    *(("VIP", "orange", "wallet"), ("Sleeping", "grey", "moon")),
)
_STAGES = (("First contact", "blue", False), ("Offer sent", "yellow", False), ("Customer", "green", True))
_SOURCES = ("Friend", "Fair", "Website", "Radio", "Facebook")
_TAGS = (("Delivery", "teal"), ("Speaks English", "blue"), ("Pays late", "red"), ("Newsletter", "purple"))
_ROLES = ("Director", "Buyer", "Accountant", "Secretary")
_NOTED = (
    *("Asked for the new price list.", "Wants to see samples first.", "Is on leave until the end of the month."),
    *("Happy with the last delivery.", "Will decide after the holidays.", "Asked whether we deliver on Saturdays."),
)
_NOTES = (
    *("", "", "", "", "Speaks slowly, likes to be called by first name.", "Delivery only after 17:00."),
    *("Always asks for a discount; three per cent is fine.", "Prefers WhatsApp.", "Met at the spring fair."),
)
_ASKED = ("by phone", "form on the website", "on paper")
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
        Category(name=name, colour=colour, icon=icon, position=index)
        for index, (name, colour, icon) in enumerate(_CATEGORIES)
    )
    _make_own_fields()
    drawn = [_drawn(land, chance, categories, staff) for land in LANDS for _ in range(land.share)]
    chance.shuffle(drawn)
    for index, one in enumerate(drawn[:: len(drawn) // len(COMPANIES)][: len(COMPANIES)]):
        one.customer.kind, one.customer.name = Customer.Kind.COMPANY, COMPANIES[index]
        one.customer.search_name, one.customer.birthday = folded(COMPANIES[index]), None
    _give_portraits(drawn)
    customers = Customer.objects.bulk_create(one.customer for one in drawn)
    Customer.objects.filter(pk__in=[c.pk for c in customers]).update(created_at=now - timedelta(days=200))
    persons = _belongings(drawn, chance, staff, now)
    _write_phones(drawn, chance, region, persons)
    Contact.objects.bulk_create(contact for one in drawn for contact in _contacts(one, chance))
    _note_consents(customers, now)
    refresh(customer.pk for customer in customers)
    return customers


def _make_own_fields() -> None:
    options = [{"value": name, "name": name} for name in ("Morning", "Afternoon", "Evening")]
    OwnField.objects.bulk_create(
        [
            OwnField(key="discount", name="Discount, %", kind=OwnField.Kind.NUMBER, position=1, on_list=True),
            OwnField(
                key="best-time", name="Best time to call", kind="choice", options=options, position=2, on_popup=True
            ),
            OwnField(key="credit", name="Credit limit", kind=OwnField.Kind.MONEY, position=3, roles=["owner"]),
            OwnField(key="contract", name="Contract until", kind=OwnField.Kind.DATE, position=4),
        ]
    )


def _note_consents(customers: list[Customer], now: datetime) -> None:
    """Of every third customer; one in eight said no. By chances of their own: the rest stays as it was."""
    chance = random.Random(len(customers))
    Consent.objects.bulk_create(
        Consent(
            customer=customer,
            way=way,
            answer=Consent.Answer.REFUSED if chance.random() < 0.125 else Consent.Answer.GIVEN,
            said_on=(now - timedelta(days=chance.randrange(1, 190))).date(),
            how=chance.choice(_ASKED),
            noted_at=now,
        )
        for customer in customers[::3]
        for way in (Consent.Way.CALLS, Consent.Way.EMAIL)
    )


def _belongings(
    drawn: list[_Drawn], chance: random.Random, staff: list[User], now: datetime
) -> dict[int, ContactPerson]:
    """Stages, sources, tags, contact persons, further addresses and notes, as a company of some years has them.

    Returns the contact persons by customer.
    """
    stages = CustomerStage.objects.bulk_create(
        CustomerStage(name=name, colour=colour, is_customer=is_customer, position=index)
        for index, (name, colour, is_customer) in enumerate(_STAGES)
    )
    sources = CustomerSource.objects.bulk_create(
        CustomerSource(name=name, position=index) for index, name in enumerate(_SOURCES)
    )
    tags = Tag.objects.bulk_create(
        Tag(name=name, colour=colour, position=index) for index, (name, colour) in enumerate(_TAGS)
    )
    customers = [one.customer for one in drawn]
    for customer in customers:
        customer.stage = chance.choices(stages, (1, 1, 8))[0]
        customer.source = chance.choice(sources) if chance.random() < 0.6 else None
    Customer.objects.bulk_update(customers, ["stage", "source"])
    CustomerTag.objects.bulk_create(
        CustomerTag(customer=customer, tag=tag)
        for customer in customers
        for tag in chance.sample(tags, chance.choice((0, 0, 1, 1, 2)))
    )
    companies = [one for one in drawn if one.customer.kind == Customer.Kind.COMPANY]
    persons = ContactPerson.objects.bulk_create(
        ContactPerson(customer=one.customer, name=one.person.name, role=chance.choice(_ROLES)) for one in companies
    )
    Address.objects.bulk_create(
        Address(
            customer=one.customer,
            label="Store",
            country=one.land.region,
            city=chance.choice(one.land.cities),
            line=f"{chance.randint(1, 240)}, {chance.choice(_STREETS)}",
        )
        for one in companies
    )
    CustomerNote.objects.bulk_create(
        CustomerNote(
            customer=customer,
            text=chance.choice(_NOTED),
            author=chance.choice(staff),
            written_at=now - timedelta(hours=chance.randrange(24, 24 * 150)),
        )
        for customer in customers
        for _ in range(chance.choice((0, 0, 0, 1, 2)))
    )
    return {person.customer_id: person for person in persons}


def currency_of(customer: Customer) -> str:
    return next(land.currency for land in LANDS if land.region == customer.country)


def _drawn(land: Land, chance: random.Random, categories: list[Category], staff: list[User]) -> _Drawn:
    person = person_of(land, chance)
    own_fields: dict[str, object] = {}
    if chance.random() < 0.5:
        own_fields["best-time"] = chance.choice(["Morning", "Afternoon", "Evening"])
    if chance.random() < 0.3:
        own_fields["discount"] = chance.choice(["3", "5", "10"])
    if chance.random() < 0.15:
        own_fields["credit"] = {"amount": f"{chance.randint(1, 20) * 500}.00", "currency": land.currency}
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


def _write_phones(drawn: list[_Drawn], chance: random.Random, region: str, persons: dict[int, ContactPerson]) -> None:
    taken: set[str] = set()
    phones: list[Phone] = []
    for one in drawn:
        for index in range(chance.choice((1, 1, 2, 2, 3))):
            number = _fresh_number(one.land, chance, taken)
            phones.append(_phone(one.customer, _written(number, region, chance), region, index))
            if index == 0 and (person := persons.get(one.customer.pk)):
                phones[-1].person, phones[-1].contact_person = person.name, person
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
