"""Which value of which customer the merged one gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from callcard.customers.models import Customer
from callcard.customers.record import OWN

Json = Any

BOTH = 0
"""In a choice: the values of all of them, for a note and for own fields with several choices."""
PLACE = ("country", "city", "address", "postal_code")
"""One choice for all four: half of an address of each is nobody's."""
_SINGLE = ("name", "kind", "category", "stage", "source", "responsible", "language", "birthday", "portrait", "note")
FIELDS = (*_SINGLE, "place")


def fields_of(people: Sequence[Customer]) -> list[str]:
    """Everything that is chosen: names as in customers.record, and "place"."""
    keys = dict.fromkeys(key for customer in people for key in customer.own_fields)
    return [*FIELDS, *(f"{OWN}{key}" for key in keys)]


def value_of(customer: Customer, field: str) -> Any:
    if field == "place":
        return tuple(getattr(customer, name) for name in PLACE)
    if field.startswith(OWN):
        return customer.own_fields.get(field.removeprefix(OWN))
    column = Customer._meta.get_field(field)
    return getattr(customer, getattr(column, "attname", field))


def is_empty(value: Any) -> bool:
    return value in (None, "", []) or (isinstance(value, tuple) and not any(value))


def usual_choice(people: Sequence[Customer], field: str) -> int:
    """Whose value is taken when nobody chose: the first one's that has any. Notes are put together."""
    values = {customer.pk: value_of(customer, field) for customer in people}
    filled = [pk for pk, value in values.items() if not is_empty(value)]
    if field == "note" and len({values[pk] for pk in filled}) > 1:
        return BOTH
    if len(filled) > 1 and all(isinstance(values[pk], list) for pk in filled):
        return BOTH
    return filled[0] if filled else people[0].pk


def write_values(kept: Customer, people: Sequence[Customer], choices: Mapping[str, int]) -> None:
    """Set the fields of the kept customer, not saved. `people`: all of them, the kept one first."""
    taken = {name: _taken(people, name, choices.get(name, usual_choice(people, name))) for name in fields_of(people)}
    own = dict(kept.own_fields)
    for name, value in taken.items():
        if name == "place":
            for column, part in zip(PLACE, value, strict=True):
                setattr(kept, column, part)
        elif name.startswith(OWN):
            own[name.removeprefix(OWN)] = value
        else:
            setattr(kept, getattr(Customer._meta.get_field(name), "attname", name), value)
    kept.own_fields = {key: value for key, value in own.items() if value is not None}


def _taken(people: Sequence[Customer], field: str, choice: int) -> Any:
    if choice != BOTH:
        return value_of(next((one for one in people if one.pk == choice), people[0]), field)
    values = [value for one in people if not is_empty(value := value_of(one, field))]
    if field == "note":
        return "\n".join(dict.fromkeys(values))
    if values and all(isinstance(value, list) for value in values):
        return list(dict.fromkeys(each for value in values for each in value))
    return values[0] if values else value_of(people[0], field)
