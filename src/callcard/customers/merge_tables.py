"""What of this room goes with a customer who is merged into another, and what is written twice."""

from __future__ import annotations

from collections.abc import Hashable

from callcard.customers.list_models import ListFact, ListValue
from callcard.customers.merge_models import DuplicatePair, Merge, MergedCustomer
from callcard.customers.merging import moves, stays
from callcard.customers.models import (
    Address,
    Contact,
    ContactPerson,
    CustomerFile,
    CustomerNote,
    CustomerTag,
    Phone,
    folded,
)
from callcard.customers.search_models import SearchCode, SearchText


def name_tables() -> None:
    moves(ContactPerson, key=lambda row: folded(row.name))
    moves(Phone, key=_number)
    moves(Contact, key=lambda row: (row.kind, folded(row.value)))
    moves(Address, key=_place)
    moves(CustomerTag, key=lambda row: row.tag_id)
    moves(CustomerNote)
    moves(CustomerFile)
    moves(SearchCode)
    stays(SearchText, why="made anew from the record")
    stays(ListFact, why="made anew from the record")
    stays(ListValue, why="made anew from the record")
    stays(Merge, "kept", why="tells what was merged")
    stays(MergedCustomer, why="tells what was merged")
    stays(DuplicatePair, "first", why="of archived customers none is shown")
    stays(DuplicatePair, "second", why="of archived customers none is shown")


def _number(row: Phone) -> Hashable:
    return row.e164 or "".join(mark for mark in row.raw if not mark.isspace())


def _place(row: Address) -> Hashable:
    return folded(row.line), folded(row.city), row.country, row.postal_code
