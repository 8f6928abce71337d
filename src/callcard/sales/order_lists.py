"""From a question to a list of orders to the rows of a page, quick among millions whatever is asked.

When some index says that few orders are left, they are counted, summed and ordered by anything; when there are many,
indexes are walked in the list's order (`ui.list_walk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _

from callcard.customers.list_columns import people_of
from callcard.customers.models import Customer
from callcard.sales.models import Order, OrderQuerySet, OrderState
from callcard.sales.order_conditions import Condition, conditions_of, of_customers, of_numbers, of_those
from callcard.sales.queries import said_customers, said_numbers
from callcard.staff.kept_queries import KeptQueryOfMany, KeptWhole
from callcard.staff.models import User
from callcard.staff.places import currencies
from callcard.staff.visibility import SALES, visible_to
from callcard.ui.list_ids import among, counts_of
from callcard.ui.list_walk import Source, looked_at_each, walk
from callcard.ui.lists import COUNTED_UP_TO, PAGE_SIZE, Asked, Column, Filter, Page, counted, keyset_page

_FEW_CUSTOMERS, _VERY_FEW_CUSTOMERS = 10_000, 3000
_LOOKED_AT = 6_000
"""Orders that a page walks past at most."""
_LOOKED_AT_FOR_GROUPS, _COUNTED_FOR_GROUPS = 12_000, 100_000


@dataclass(frozen=True, slots=True)
class Found:
    """`number`: how many; None when that would take a look at all of them. `is_exact`: False says "more than".

    `is_whole`: all orders that there are. `by_number`: they are found by the beginning of their numbers. `source`: of
    few customers, whom one begins with.
    """

    rows: OrderQuerySet
    number: int | None
    is_exact: bool
    conditions: list[Condition] = field(default_factory=list)
    is_whole: bool = False
    by_number: bool = False
    source: Source | None = None

    @property
    def is_few(self) -> bool:
        """Little enough to be summed, and ordered by anything."""
        return self.number is not None and self.is_exact


def columns_for(user: User) -> list[Column]:
    states = tuple((str(one.pk), one.name) for one in _STATES.rows())
    standing = (("current", _("Going on")), ("late", _("Past due")), ("cancelled", _("Cancelled")))
    return [
        Column("number", _("Number"), sort="number", has_filter=False),
        Column("customer", _("Customer"), has_filter=False),
        Column("title", _("About"), has_filter=False),
        Column("state", _("State"), "choice", options=states, can_group=True, may_be_empty=False),
        Column("total", _("Total"), sort="total", has_filter=False),
        Column("debt", _("To pay"), has_filter=False),
        Column("ordered", _("Ordered"), "date", sort="ordered_at", may_be_empty=False),
        Column("due", _("Due"), "date", sort="due_on"),
        Column("responsible", _("Responsible"), "choice", options=people_of(user), can_group=True),
        Column("standing", _("Standing"), "choice", options=standing, is_shown=False, may_be_empty=False),
        Column("currency", _("Currency"), "choice", options=tuple(currencies()), is_shown=False, may_be_empty=False),
    ]


def found_orders(user: User, asked: Asked) -> Found:
    """What the question finds among what this user may see."""
    conditions = conditions_of(asked.filters)
    numbers = said_numbers(user, asked.words) if asked.words else None
    customers = said_customers(user, asked.words) if asked.words and not numbers else _few_seen_by(user)
    if numbers:
        conditions.append(of_numbers(numbers))
    if customers is not None:
        return _of_customers(customers, conditions)
    is_part = not visible_to(user, SALES).everything
    rows = _seen_by(user) if is_part else Order.objects.all()
    for one in conditions:
        rows = rows.filter(one.check)
    is_alone = len(conditions) == 1 and conditions[0].is_settled and not is_part
    for one in conditions:
        ids = _few_of(one)
        if ids is not None:
            ids = ids if is_alone else list(rows.filter(among("pk", ids)).values_list("pk", flat=True))
            return Found(Order.objects.filter(among("pk", ids)), len(ids), True, conditions)
    if not conditions and not is_part:
        return Found(rows, *counted(rows), conditions, True)
    return Found(rows, COUNTED_UP_TO if is_alone else None, False, conditions, by_number=bool(numbers))


def _of_customers(customers: list[int], conditions: list[Condition]) -> Found:
    """Of few customers. Those of very few are counted, too."""
    rows = of_customers(customers, conditions)
    source = of_those(rows)
    if len(customers) <= _VERY_FEW_CUSTOMERS:
        number, is_exact = counted(rows)
        return Found(rows, number, is_exact, conditions, source=source)
    return Found(rows, None, False, conditions, source=source)


def _few_of(one: Condition) -> list[int] | None:
    """Ids of the orders that an index has for it; None when it has none or when they are many."""
    if sum(counts_of([rows.order_by()[: COUNTED_UP_TO + 1] for rows in one.known])) > COUNTED_UP_TO:
        return None
    return [pk for rows in one.known for pk in rows.order_by().values_list("pk", flat=True)] if one.known else None


def orderable(asked: Asked, found: Found) -> Asked:
    """The question, ordered by what the orders that were found can be ordered by quickly."""
    if is_offered(asked.sort, found):
        return asked
    sort = "number" if found.by_number else "ordered"
    return replace(asked, sort=sort, is_descending=True, after="", before="", is_last=False)


def is_offered(sort: str, found: Found) -> bool:
    """Millions are ordered by what there is an index for."""
    if found.by_number:
        return sort == "number"
    return found.is_few or sort == "ordered" or (sort == "number" and found.is_whole)


def page_of(found: Found, asked: Asked, columns: Sequence[Column], *, size: int = PAGE_SIZE) -> Page:
    sort = next((column.sort for column in columns if column.key == asked.sort), "ordered_at")
    if found.is_few or found.is_whole:
        few = _ORDERS.rows if found.is_few and not found.is_whole else None
        page = keyset_page(found.rows, asked, sort=sort, size=size, few=few)
    else:
        rows = Order.objects.all() if found.source else found.rows
        page = walk(rows, _sources(found), asked, by=sort, size=size, most=_LOOKED_AT)
        orders = {order.pk: order for order in _ORDERS.rows(page.rows)}
        page.rows = [orders[pk] for pk in page.rows if pk in orders]
    _put_beside(page.rows)
    return page


def _put_beside(orders: Sequence[Order]) -> None:
    """Their customers, states and responsible users. Not by joins: SQLite would begin with the states and order all of
    their orders."""
    states = {one.pk: one for one in _STATES.rows()}
    customers = {one.pk: one for one in _CUSTOMERS.rows(list({order.customer_id for order in orders}))}
    ids = {order.responsible_id for order in orders if order.responsible_id is not None}
    users = {one.pk: one for one in _USERS.rows(list(ids))}
    for order in orders:
        order.state = states[order.state_id]
        order.customer = customers[order.customer_id]
        order.responsible = users.get(order.responsible_id) if order.responsible_id else None


_STATES = KeptWhole(lambda: OrderState.objects.all())
_ORDERS = KeptQueryOfMany(lambda pks: Order.objects.filter(pk__in=pks))
_CUSTOMERS = KeptQueryOfMany(lambda pks: Customer.objects.filter(pk__in=pks).only("name"))
_USERS = KeptQueryOfMany(lambda pks: User.objects.filter(pk__in=pks).only("first_name", "last_name", "username"))


def _sources(found: Found) -> list[Source]:
    if found.source:
        return [found.source]
    sources = [source for one in found.conditions if (source := one.in_order())]
    if found.by_number:
        return [source for source in sources if source.key == "number"]
    return sources or [Source([Order.objects.all()], "ordered_at")]


def group_counts(user: User, asked: Asked, column: Column, found: Found) -> list[tuple[str, str, int | None, bool]]:
    """(value, words, how many, exactly?) for each option of a column, with the filters that are set besides. How many
    is None where many fit the other filters and counting them would take long. `found`: what the whole question finds.
    """
    others = tuple(one for one in asked.filters if one.key != column.key)
    if len(others) < len(asked.filters):
        found = found_orders(user, replace(asked, filters=others))
    if found.is_few:
        rows: QuerySet[Order, tuple[int, int]] = found.rows.order_by().values_list(column.key).annotate(Count("pk"))
        numbers = {str(value): number for value, number in rows}
        return [(value, words, numbers[value], True) for value, words in column.options if value in numbers]
    told = zip(column.options, _counted(found, column), strict=True)
    return [(*option, number, is_exact) for option, (number, is_exact) in told if number or not is_exact]


def _counted(found: Found, column: Column) -> list[tuple[int | None, bool]]:
    """Of each option: how many, and whether exactly."""
    sources = [
        Source(conditions_of([Filter(column.key, (value,))])[0].parts, "ordered_at") for value, _words in column.options
    ]
    if found.is_whole:
        most = min(COUNTED_UP_TO, _COUNTED_FOR_GROUPS // max(1, len(sources)))
        numbers = counts_of([one.parts[0].order_by()[: most + 1] for one in sources])
        return [(min(number, most), number <= most) for number in numbers]
    most = max(1, _LOOKED_AT_FOR_GROUPS // max(1, len(sources)))
    return [(number, number is not None) for number in looked_at_each(found.rows, sources, most)]


def sums(rows: OrderQuerySet) -> list[tuple[str, Decimal, Decimal]]:
    """(currency, totals, paid) of these orders, those cancelled left out; currencies are never added."""
    counting = rows.filter(cancelled_at=None).order_by().values("currency")
    told = counting.annotate(all=Sum("total"), received=Sum("paid")).order_by("currency")
    return [(row["currency"], _exact(row["all"]), _exact(row["received"])) for row in told]


def _exact(amount: Decimal) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.001"))


def _few_seen_by(user: User) -> list[int] | None:
    """The customers of a user who sees few."""
    seen = visible_to(user, SALES)
    if seen.everything:
        return None
    theirs = Customer.objects.filter(seen.customers_filter()).order_by().values_list("pk", flat=True)
    return list(theirs) if theirs[: _FEW_CUSTOMERS + 1].count() <= _FEW_CUSTOMERS else None


def _seen_by(user: User) -> OrderQuerySet:
    """Each order on the way is asked whose it is: a join would let the database begin with all their customers."""
    theirs = Customer.objects.filter(visible_to(user, SALES).customers_filter())
    return Order.objects.filter(Exists(theirs.filter(pk=OuterRef("customer_id"))))
