"""The pop-up of a call as one user sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from callcard.calls.models import Call, Notice
from callcard.customers.models import Customer
from callcard.desk.card import CallerCard
from callcard.desk.card_query import read_cards
from callcard.desk.popup_html import popup_html, popup_line_html
from callcard.desk.popup_parts import own_field_names, shown_parts
from callcard.staff.company import company_zone
from callcard.staff.models import User
from callcard.staff.visibility import visible_to

CANDIDATES_SHOWN = 8

_NOTICE_COLUMNS = (
    "call_id",
    "user_id",
    "state",
    "rang_at",
    "closed_at",
    "call__direction",
    "call__number",
    "call__e164",
    "call__shown_name",
    "call__withheld",
    "call__line",
    "call__queue",
    "call__started_at",
    "call__answered_at",
    "call__ended_at",
    "call__outcome",
    "call__match",
    "call__candidates",
    "call__customer_id",
    "call__note",
    "call__result",
    "call__answered_by__first_name",
    "call__answered_by__last_name",
    "call__answered_by__username",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Popup:
    """What a browser gets of one call."""

    call_id: int
    state: str
    title: str
    announce: str
    html: str
    line: str  # the same folded to one line
    is_closed: bool


def popups(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Popup]:
    """Pop-ups by (call id, user id), each as this user may see it now. Pairs without a notice are left out."""
    wanted = set(pairs)
    rows = [
        row
        for row in Notice.objects.filter(
            call_id__in={call for call, _user in wanted}, user_id__in={user for _call, user in wanted}
        ).values(*_NOTICE_COLUMNS)
        if (row["call_id"], row["user_id"]) in wanted
    ]
    users = User.objects.in_bulk({row["user_id"] for row in rows})
    cards = read_cards(_customers_of(rows), now=timezone.now())
    names = own_field_names()
    made = {}
    for user in users.values():
        own = [row for row in rows if row["user_id"] == user.pk]
        for popup in _popups_of(user, own, cards, names):
            made[(popup.call_id, user.pk)] = popup
    return made


def _customers_of(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    single = {row["call__customer_id"] for row in rows if row["call__customer_id"]}
    offered = {pk for row in rows if not row["call__customer_id"] for pk in row["call__candidates"][:CANDIDATES_SHOWN]}
    return single | offered


def _popups_of(
    user: User, rows: Sequence[Mapping[str, Any]], cards: Mapping[int, CallerCard], names: Mapping[str, str]
) -> list[Popup]:
    seen = _visible_customers(user, cards)
    with timezone.override(company_zone()), translation.override(user.language or None):
        return [_popup(row, cards, seen, names) for row in rows]


def _visible_customers(user: User, cards: Mapping[int, CallerCard]) -> set[int]:
    if visible_to(user).everything:
        return set(cards)
    return set(Customer.objects.visible_to(user).filter(pk__in=cards).values_list("pk", flat=True))


def _popup(row: Mapping[str, Any], cards: Mapping[int, CallerCard], seen: set[int], names: Mapping[str, str]) -> Popup:
    customer_id = row["call__customer_id"]
    card = cards.get(customer_id) if customer_id in seen else None
    hidden = cards.get(customer_id) if customer_id and card is None else None
    candidates = [cards[pk] for pk in row["call__candidates"] if pk in seen] if not customer_id else []
    title = _title(row, card, hidden, candidates)
    context = {
        "notice": {"state": row["state"], "call_id": row["call_id"], "rang_at": row["rang_at"]},
        "call": _call_context(row),
        "match": row["call__match"],
        "title": title,
        "card": card,
        "candidates": [_candidate(candidate) for candidate in candidates],
        "known_to": (hidden.responsible or _("a colleague")) if hidden else "",
        "parts": shown_parts(),
        "own_names": names,
        "now": timezone.now(),
    }
    return Popup(
        call_id=row["call_id"],
        state=row["state"],
        title=title,
        announce=_announcement(row["state"], title),
        html=popup_html(context),
        line=popup_line_html(context),
        is_closed=row["closed_at"] is not None,
    )


def _candidate(card: CallerCard) -> dict[str, Any]:
    return {"id": card.customer_id, "name": card.name, "city": card.city, "responsible": card.responsible}


def _call_context(row: Mapping[str, Any]) -> dict[str, Any]:
    full_name = f"{row['call__answered_by__first_name'] or ''} {row['call__answered_by__last_name'] or ''}".strip()
    return {
        "direction": row["call__direction"],
        "number": row["call__number"],
        "number_shown": row["call__e164"] or row["call__number"],
        "e164": row["call__e164"],
        "line_shown": row["call__line"],
        "queue": row["call__queue"],
        "withheld": row["call__withheld"],
        "shown_name": row["call__shown_name"],
        "started_at": row["call__started_at"],
        "answered_at": row["call__answered_at"],
        "ended_at": row["call__ended_at"],
        "outcome": row["call__outcome"],
        "note": row["call__note"],
        "result": row["call__result"],
        "answered_by_name": full_name or row["call__answered_by__username"] or "",
    }


def _title(
    row: Mapping[str, Any], card: CallerCard | None, hidden: CallerCard | None, candidates: Sequence[CallerCard]
) -> str:
    """The one line that says who it is."""
    number: str = row["call__e164"] or row["call__number"]
    if card is not None:
        return card.name
    if hidden is not None:
        return _("Known customer of %(name)s") % {"name": hidden.responsible or _("a colleague")}
    if row["call__withheld"]:
        return _("Number withheld")
    if row["call__match"] == Call.Match.OWN:
        return str(row["call__shown_name"] or number)
    if len(candidates) == 1 and row["call__match"] == Call.Match.POSSIBLE:
        return _("Possibly %(name)s") % {"name": candidates[0].name}
    return number or str(row["call__shown_name"]) or _("No number")


def _announcement(state: str, title: str) -> str:
    if state == Notice.State.RINGING:
        return _("Incoming call: %(who)s") % {"who": title}
    return ""
