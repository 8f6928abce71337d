"""What customers owe, kept with every write and never found out by scanning.

Called inside the writer's transaction, after the order and the payment are locked: the order of locks is order,
payment, balance, total, so that no two writers wait for each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Mod, Round

from callcard.sales.models import Balance, DebtTotal

_PLACES = 3
_TOTAL: DecimalField[Decimal, Decimal] = DecimalField(max_digits=22, decimal_places=_PLACES)
ZERO = Decimal(0)


def owe(customer_id: int, amounts: Mapping[str, Decimal]) -> None:
    """Add to what the customer owes in each of these currencies."""
    owe_all({customer_id: amounts})


def owe_all(amounts: Mapping[int, Mapping[str, Decimal]]) -> None:
    """The same for several customers: id -> currency -> amount.

    First every balance in the order of ids and currencies, then every total in the order of currencies and shards, so
    that two who write of the same customers or shards wait for each other and not in a circle.
    """
    steps: dict[tuple[str, int], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for customer_id, owed in sorted(amounts.items()):
        for currency, amount in sorted(owed.items()):
            if amount:
                steps[currency, customer_id % DebtTotal.SHARDS].append(_owe(customer_id, currency, amount))
    for (currency, shard), changes in sorted(steps.items()):
        _add_to_total(currency, shard, changes)


def _owe(customer_id: int, currency: str, amount: Decimal) -> tuple[Decimal, Decimal]:
    """What was owed before and is owed after."""
    Balance.objects.get_or_create(customer_id=customer_id, currency=currency)
    balance = Balance.objects.select_for_update().get(customer_id=customer_id, currency=currency)
    before, balance.owed = balance.owed, balance.owed + amount
    balance.save(update_fields=["owed"])
    return before, balance.owed


def _add_to_total(currency: str, shard: int, changes: Iterable[tuple[Decimal, Decimal]]) -> None:
    owed, ahead, debtors = ZERO, ZERO, 0
    for before, after in changes:
        owed += max(after, ZERO) - max(before, ZERO)
        ahead += max(-after, ZERO) - max(-before, ZERO)
        debtors += int(after > 0) - int(before > 0)
    total, _is_new = DebtTotal.objects.get_or_create(currency=currency, shard=shard)
    DebtTotal.objects.filter(pk=total.pk).update(
        owed=_plus("owed", owed), ahead=_plus("ahead", ahead), debtors=F("debtors") + debtors
    )


def _plus(column: str, amount: Decimal) -> Round:
    """Added in the database itself; rounded there, because SQLite adds in binary floating point."""
    return Round(F(column) + Value(amount, output_field=_TOTAL), precision=_PLACES, output_field=_TOTAL)


def by_currency(*amounts: tuple[str, Decimal]) -> dict[str, Decimal]:
    """Sums of the same currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        sums[currency] += amount
    return sums


@transaction.atomic
def count_debts_anew() -> None:
    """The totals out of the balances, after rows of balances were written in bulk."""
    DebtTotal.objects.all().delete()
    sums = (
        Balance.objects.order_by()
        .values("currency", shard=Mod("customer_id", DebtTotal.SHARDS))
        .annotate(
            debts=Coalesce(Sum("owed", filter=Q(owed__gt=0)), ZERO, output_field=_TOTAL),
            advances=Coalesce(Sum("owed", filter=Q(owed__lt=0)), ZERO, output_field=_TOTAL),
            people=Count("pk", filter=Q(owed__gt=0)),
        )
    )
    DebtTotal.objects.bulk_create(
        DebtTotal(
            currency=row["currency"],
            shard=row["shard"],
            owed=_rounded(row["debts"]),
            ahead=_rounded(-row["advances"]),
            debtors=row["people"],
        )
        for row in sums
    )


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.001"))
