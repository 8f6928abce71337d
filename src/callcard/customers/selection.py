"""Customers that were selected in a list: some by their ids, or all whom the list's question finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from callcard.customers.list_columns import columns_for
from callcard.customers.list_query import found_customers
from callcard.customers.models import Customer, CustomerQuerySet
from callcard.kit.ids import ids_in
from callcard.staff.models import User
from callcard.ui.lists import read_asked
from callcard.ui.record_lists import question_of

MOST_CHOSEN = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """`question`: of the list, when all whom it finds are meant; None: those with these ids."""

    ids: tuple[int, ...] = ()
    question: str | None = None

    def __bool__(self) -> bool:
        return bool(self.ids) or self.question is not None

    def customers(self, user: User) -> CustomerQuerySet:
        """Never one whom this user may not see."""
        if self.question is None:
            return Customer.objects.visible_to(user).filter(pk__in=self.ids)
        columns = columns_for(user)
        return found_customers(user, read_asked(QueryDict(self.question), columns, sort="name"), columns).rows

    def first_ids(self, user: User, most: int) -> list[int]:
        return list(self.customers(user).order_by("pk").values_list("pk", flat=True)[:most])

    def ids_in_chunks(self, user: User, size: int) -> Iterator[list[int]]:
        """In the order in which they were entered; what is found is asked anew for each chunk."""
        rows, last = self.customers(user).order_by("pk").values_list("pk", flat=True), 0
        while ids := list(rows.filter(pk__gt=last)[:size]):
            yield ids
            last = ids[-1]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What a form or an address says for `read_selection` to understand."""
        if self.question is not None:
            return [("all", "1"), ("question", self.question)]
        return [("customer", str(pk)) for pk in self.ids]

    @property
    def address_part(self) -> str:
        return urlencode(self.pairs)


def read_selection(sent: QueryDict) -> Selection:
    """Whatever is no id is passed over."""
    if "all" in sent:
        return Selection(question=question_of(sent))
    chosen = dict.fromkeys(sent.getlist("customer")[:MOST_CHOSEN])
    return Selection(ids=tuple(ids_in(chosen)))
