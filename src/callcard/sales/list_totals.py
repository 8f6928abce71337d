"""What the customers of a list owe, shown under it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum
from django.utils.translation import gettext as _

from callcard.customers.list_totals import Total
from callcard.sales.models import Balance
from callcard.sales.queries import debts_by_currency
from callcard.staff.models import User
from callcard.staff.visibility import SALES, visible_to
from callcard.ui.list_ids import among


def owed_by(user: User, customer_ids: Sequence[int] | None) -> list[Total]:
    """Of few customers the sum of their balances; of all the sums that are kept, for who sees all."""
    if customer_ids is None:
        whole = debts_by_currency(user) if visible_to(user, SALES).everything else []
        words = _("all owe, archived ones included")
        return [Total(words, one.currency, one.owed) for one in whole if one.owed]
    theirs = Balance.objects.filter(among("customer_id", customer_ids), owed__gt=0)
    sums = theirs.order_by("currency").values("currency").annotate(sum=Sum("owed"))
    return [Total(_("they owe"), one["currency"], one["sum"]) for one in sums]
