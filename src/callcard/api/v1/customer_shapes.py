"""Customers as programs see and send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from callcard.api.v1.answers import PageOfList
from callcard.api.v1.types import Day, Flag, Given, Money, Named, Reference, Text, Told

Kind = Literal["person", "company"]
ContactKind = Literal[
    "email",
    "telegram",
    "whatsapp",
    "line",
    "wechat",
    "viber",
    "signal",
    "facebook",
    "instagram",
    "zalo",
    "kakaotalk",
    "vk",
    "website",
    "other",
]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
Line40 = Annotated[Text, Field(max_length=40)]
Line100 = Annotated[Text, Field(max_length=100)]
Line300 = Annotated[Text, Field(max_length=300)]
Country = Annotated[str, Field(pattern="^([A-Z]{2})?$")]
OwnValues = dict[Annotated[str, Field(max_length=50)], Any]


class PhoneTold(Told):
    """`number`: as it was typed; `e164`: as it is dialled from anywhere, empty when it cannot be."""

    id: int
    number: str
    e164: str
    label: str
    person: str
    is_preferred: bool
    do_not_call: bool


class ContactTold(Told):
    id: int
    kind: str
    value: str
    label: str
    person: str


class PersonTold(Told):
    id: int
    name: str
    role: str
    birthday: str | None
    note: str


class AddressTold(Told):
    id: int
    line: str
    city: str
    postal_code: str
    country: str
    label: str


Way = Literal["calls", "sms", "email", "messengers", "voice"]


class ConsentTold(Told):
    """The answer that counts for one way; a way that was never asked about is not there."""

    way: Way
    answer: Literal["", "given", "refused"]
    said_on: str
    how: str


class ConsentGiven(Given):
    """`answer`: "" for not asked (any more). `text`: what was agreed to. `said_on`: today where nothing is said."""

    way: Way
    answer: Literal["", "given", "refused"]
    said_on: Day | None = None
    how: Annotated[Text, Field(max_length=200)] = ""
    text: Annotated[Text, Field(max_length=5000)] = ""


class CustomerTold(Told):
    """`owed`: in each currency what they owe, negative when it is paid in advance; null for who may not see sales.
    `own_fields`: the company's own, by key; see /own-fields."""

    id: int
    kind: Kind
    name: str
    category: Named | None
    stage: Named | None
    source: Named | None
    tags: list[Named]
    responsible: Named | None
    language: str
    country: str
    city: str
    address: str
    postal_code: str
    birthday: str | None
    note: str
    own_fields: dict[str, Any]
    phones: list[PhoneTold]
    contacts: list[ContactTold]
    persons: list[PersonTold]
    addresses: list[AddressTold]
    owed: list[Money] | None
    consents: list[ConsentTold]
    created_at: str
    changed_at: str | None
    archived_at: str | None


class CustomersPage(PageOfList):
    items: list[CustomerTold]


class PhoneGiven(Given):
    number: Annotated[Text, Field(min_length=1, max_length=64)]
    label: Line40 = ""
    person: Line100 = ""
    is_preferred: Flag = False
    do_not_call: Flag = False


class PhoneChange(Given):
    number: Annotated[Text, Field(min_length=1, max_length=64)] = "-"
    label: Line40 = ""
    person: Line100 = ""
    is_preferred: Flag = False
    do_not_call: Flag = False


class ContactGiven(Given):
    kind: ContactKind = "email"
    value: Annotated[Text, Field(min_length=1, max_length=254)]
    person: Line100 = ""


class ContactChange(Given):
    kind: ContactKind = "email"
    value: Annotated[Text, Field(min_length=1, max_length=254)] = "-"
    person: Line100 = ""


class PersonGiven(Given):
    name: Annotated[Text, Field(min_length=1, max_length=100)]
    role: Line100 = ""
    birthday: Day | None = None
    note: Annotated[Text, Field(max_length=500)] = ""


class PersonChange(Given):
    name: Annotated[Text, Field(min_length=1, max_length=100)] = "-"
    role: Line100 = ""
    birthday: Day | None = None
    note: Annotated[Text, Field(max_length=500)] = ""


class AddressGiven(Given):
    """With a line or a city."""

    line: Line300 = ""
    city: Line100 = ""
    postal_code: Annotated[Text, Field(max_length=20)] = ""
    country: Country = ""
    label: Line40 = ""


class CustomerChange(Given):
    """What is not sent stays as it is. Related records by their ids, null for none."""

    name: Name = "-"
    kind: Kind = "person"
    category: Reference | None = None
    stage: Reference | None = None
    source: Reference | None = None
    tags: Annotated[list[Reference], Field(max_length=100)] = []
    responsible: Reference | None = None
    language: Annotated[Text, Field(max_length=10)] = ""
    country: Country = ""
    city: Line100 = ""
    address: Line300 = ""
    postal_code: Annotated[Text, Field(max_length=20)] = ""
    birthday: Day | None = None
    note: Annotated[Text, Field(max_length=20_000)] = ""
    own_fields: OwnValues = {}


class CustomerGiven(CustomerChange):
    """Who is responsible is the token's user where nobody is said."""

    name: Name
    phones: Annotated[list[PhoneGiven], Field(max_length=20)] = []
    contacts: Annotated[list[ContactGiven], Field(max_length=20)] = []
    persons: Annotated[list[PersonGiven], Field(max_length=20)] = []
    addresses: Annotated[list[AddressGiven], Field(max_length=20)] = []


class NoteGiven(Given):
    text: Annotated[Text, Field(min_length=1, max_length=20_000)]


class NoteTold(Told):
    id: int
    text: str
    author: Named | None
    written_at: str


class MatchTold(Told):
    """`kind`: exact, several, possible (only its national ending agrees), none, withheld or own. Customers whom the
    user may not see are not among them."""

    kind: str
    e164: str
    customers: list[Named]
