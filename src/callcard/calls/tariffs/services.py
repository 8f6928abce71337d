"""Writes of price lists and budgets."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from callcard.calls.tariffs.models import Budget, Price, PriceList
from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, User

LIST_FIELDS = (
    *("name", "direction", "line", "currency", "rounding", "decimals", "charges_unanswered"),
    *("valid_from", "valid_until"),
)
BUDGET_FIELDS = ("name", "scope", "line", "user", "team", "amount", "currency")
_AT_ONCE = 500


@transaction.atomic
def save_price_list(*, price_list: PriceList, by: User) -> None:
    """A new one, or changes to one."""
    _save(price_list, "price-list", LIST_FIELDS, by)


@transaction.atomic
def save_budget(*, budget: Budget, by: User) -> None:
    _save(budget, "budget", BUDGET_FIELDS, by)


@transaction.atomic
def write_rows(*, price_list: PriceList, prices: Sequence[Price], by: User) -> None:
    """These instead of its rows, which `take_rows_back` brings back. Those of before them are forgotten."""
    held = PriceList.objects.select_for_update().get(pk=price_list.pk)
    edition = max(held.edition, held.earlier_edition or 0) + 1
    for price in prices:
        price.price_list, price.edition = held, edition
    Price.objects.bulk_create(prices, batch_size=_AT_ONCE)
    _tell_rows(held, held.edition, edition, by)
    held.earlier_edition, held.edition = held.edition, edition
    held.save(update_fields=["earlier_edition", "edition"])
    Price.objects.filter(price_list=held).exclude(edition__in=[held.edition, held.earlier_edition]).delete()


@transaction.atomic
def take_rows_back(*, price_list: PriceList, by: User) -> bool:
    """The rows of before; done twice, those of now are there again. False when there are none."""
    held = PriceList.objects.select_for_update().get(pk=price_list.pk)
    if held.earlier_edition is None:
        return False
    _tell_rows(held, held.edition, held.earlier_edition, by)
    held.edition, held.earlier_edition = held.earlier_edition, held.edition
    held.save(update_fields=["earlier_edition", "edition"])
    return True


@transaction.atomic
def set_removed(*, record: PriceList | Budget, is_removed: bool, by: User) -> None:
    """Away with it, or back: nothing of it is lost."""
    about = "price-list" if isinstance(record, PriceList) else "budget"
    names = LIST_FIELDS if isinstance(record, PriceList) else BUDGET_FIELDS
    told = snapshot(record, names)
    record.removed_at = timezone.now() if is_removed else None
    record.save(update_fields=["removed_at"])
    record_change(
        about=about,
        object_id=record.pk,
        customer_id=None,
        action=Change.Action.REMOVED if is_removed else Change.Action.RESTORED,
        before=told if is_removed else {},
        after={} if is_removed else told,
        by=by,
    )


def _save(record: PriceList | Budget, about: str, names: Sequence[str], by: User) -> None:
    held = type(record)._default_manager.filter(pk=record.pk).first() if record.pk else None
    before = snapshot(held, names) if held else {}
    if held is None:
        record.save()
    else:
        record.save(update_fields=names)
    record_change(
        about=about,
        object_id=record.pk,
        customer_id=None,
        action=Change.Action.CHANGED if held else Change.Action.CREATED,
        before=before,
        after=snapshot(record, names),
        by=by,
    )


def _tell_rows(held: PriceList, before: int, after: int, by: User) -> None:
    counts = [Price.objects.filter(price_list=held, edition=edition).count() for edition in (before, after)]
    record_change(
        about="price-list",
        object_id=held.pk,
        customer_id=None,
        action=Change.Action.CHANGED,
        before={"rows": counts[0], "edition": before},
        after={"rows": counts[1], "edition": after},
        by=by,
    )
