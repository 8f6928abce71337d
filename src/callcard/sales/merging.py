"""Orders, payments and debts of a customer who is merged into another.

Orders and payments are moved before balances, as every writer locks them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from callcard.customers.merging import Back, CannotMerge, Json, follows, moves, stays
from callcard.customers.models import CustomerFile
from callcard.sales.balances import ZERO, owe_all
from callcard.sales.models import Allocation, Balance, Order, OrderFile, Payment

_AT_ONCE = 500


def name_tables() -> None:
    moves(Order)
    moves(Payment)
    stays(Balance, why="added by the follower below")
    follows("sales", merged=_merged, undoing=_undoing)


def _merged(kept_id: int, gone_ids: Sequence[int]) -> Json:
    """What they owe is added, currency by currency. Remembers the currencies that the kept customer had a row for."""
    had = list(Balance.objects.filter(customer_id=kept_id).order_by("currency").values_list("currency", flat=True))
    amounts: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    rows = Balance.objects.select_for_update().filter(customer_id__in=[kept_id, *gone_ids])
    for pk, currency, owed in rows.order_by("customer_id", "currency").values_list("customer_id", "currency", "owed"):
        if pk != kept_id:
            amounts[pk][currency] -= owed
            amounts[kept_id][currency] += owed
    owe_all(amounts)
    return {"had": had}


def _undoing(back: Back, told: Json) -> None:
    """A payment and a file go back with their order, also those that came since; the debt is that of what goes back."""
    orders, payments = back.of(Order), back.of(Payment)
    _lock(Order, orders)
    for pk, order_id in _of_orders(orders):
        payments.setdefault(pk, orders[order_id])
    _lock(Payment, payments)
    _refuse_what_is_entangled(orders, payments)
    files = back.of(CustomerFile)
    for some in _some(orders):
        for pk, order_id in OrderFile.objects.filter(order__in=some).values_list("file_id", "order_id"):
            files.setdefault(pk, orders[order_id])
    owed: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for ids in _some(orders):
        rows = Order.objects.filter(pk__in=ids, cancelled_at=None, state__is_owed=True)
        for pk, currency, total in rows.values_list("pk", "currency", "total"):
            owed[orders[pk]][currency] += total
    for ids in _some(payments):
        received = Payment.objects.filter(pk__in=ids, cancelled_at=None)
        for pk, currency, amount in received.values_list("pk", "currency", "amount"):
            owed[payments[pk]][currency] -= amount
    for customer_id in list(owed):
        for currency, amount in owed[customer_id].items():
            owed[back.kept_id][currency] -= amount
    owe_all(owed)
    Balance.objects.filter(customer_id=back.kept_id, owed=0).exclude(currency__in=(told or {}).get("had", [])).delete()


def _lock(model: type[models.Model], ids: dict[int, int]) -> None:
    """Before the balances, as every writer does."""
    for some in _some(ids):
        list(model._default_manager.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))


def _of_orders(orders: dict[int, int]) -> Iterator[tuple[int, int]]:
    """(payment, its order) for these orders."""
    for ids in _some(orders):
        yield from Payment.objects.filter(order__in=ids).values_list("pk", "order_id")


def _refuse_what_is_entangled(orders: dict[int, int], payments: dict[int, int]) -> None:
    """One customer's money in another's order would make both their debts wrong."""
    for ids in _some(payments):
        for pk, order_id, number in (
            Payment.objects.filter(pk__in=ids).exclude(order=None).values_list("pk", "order_id", "number")
        ):
            if orders.get(order_id or 0) != payments[pk]:
                raise CannotMerge(_("Payment %(number)s is for an order of the other one.") % {"number": number})
    for found in (*_given(orders, "order"), *_given(payments, "payment")):
        if orders.get(found.order_id) != payments.get(found.payment_id):
            raise CannotMerge(
                _("An advance was given to order %(number)s since they were merged. Cancel that payment first.")
                % {"number": found.order.number}
            )


def _given(ids: dict[int, int], name: str) -> Iterator[Allocation]:
    for some in _some(ids):
        yield from Allocation.objects.filter(Q(**{f"{name}__in": some})).select_related("order")


def _some(ids: dict[int, int]) -> Iterator[list[int]]:
    waiting = iter(sorted(ids))
    while some := list(islice(waiting, _AT_ONCE)):
        yield some
