"""Who may be the same person or company as somebody who is just being typed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callcard.customers.models import Customer, folded
from callcard.customers.queries import match_number
from callcard.customers.search import alike
from callcard.customers.veil import veiled
from callcard.staff.company import company
from callcard.staff.models import User

_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`why`: number, possible_number, same_name or similar_name. `customer` is None when this user may not see it."""

    why: str
    customer: Customer | None
    responsible: str


def likenesses(*, name: str, numbers: Iterable[str], user: User, leave_out: int = 0) -> list[Likeness]:
    """The likeliest first, each customer once. `leave_out`: the one that is being changed."""
    reasons: dict[int, str] = {}
    for number in numbers:
        if number.strip():
            _add_number(reasons, number, user)
    _add_names(reasons, name, user)
    reasons.pop(leave_out, None)
    return _made(reasons, user)


def _add_number(reasons: dict[int, str], number: str, user: User) -> None:
    match = match_number(number, region=company().region)
    if match.kind == "possible" and user.veil is not None and not user.veil.has_whole_numbers:
        return  # its last digits alone would tell of numbers that are veiled
    why = "possible_number" if match.kind == "possible" else "number"
    for pk in match.customer_ids[:_MOST]:
        reasons.setdefault(pk, why)


def _add_names(reasons: dict[int, str], name: str, user: User) -> None:
    wanted = folded(name)
    if len(wanted) < 2:
        return
    # Looked for among everybody's, so that nobody types in a colleague's customer: only that there is one is told.
    for pk in Customer.objects.current().filter(search_name=wanted).values_list("pk", flat=True)[:_MOST]:
        reasons.setdefault(pk, "same_name")
    for hit in alike(name, "", user=user, limit=_MOST):
        reasons.setdefault(hit.customer_id, "similar_name")


def _made(reasons: dict[int, str], user: User) -> list[Likeness]:
    rows = Customer.objects.select_related("responsible", "category").prefetch_related("phones").in_bulk(list(reasons))
    veiled(rows.values(), user)
    seen = set(Customer.objects.visible_to(user).filter(pk__in=rows).values_list("pk", flat=True))
    return [
        Likeness(
            why=why,
            customer=rows[pk] if pk in seen else None,
            responsible=responsible.shown_name if (responsible := rows[pk].responsible) else "",
        )
        for pk, why in list(reasons.items())[:_MOST]
        if pk in rows
    ]
