"""The pop-up of a call as one user sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from callcard.calls.handing_on import handed_on_by
from callcard.calls.models import Call, CallNote, Notice
from callcard.calls.queries import calls_with_added_number, notes_of
from callcard.customers.models import Customer, OwnField
from callcard.customers.queries import archived_owners
from callcard.desk.card import CallerCard
from callcard.desk.notice_query import Row, read_notices
from callcard.desk.popup_html import popup_html, popup_line_html
from callcard.desk.popup_parts import shown_own_fields, shown_parts_for
from callcard.desk.popup_veil import veiled_cards, veiled_row
from callcard.desk.read_ahead import cards_for
from callcard.staff.company import company_zone
from callcard.staff.line_names import line_name
from callcard.staff.models import User
from callcard.staff.queries import owners_of
from callcard.staff.visibility import visible_to
from callcard.telephony.numbers import legible

CANDIDATES_SHOWN = 8


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for all pop-ups together. `archived`: E.164 -> customer; `colleagues`: extension -> name;
    `givers`: (call, user) -> who hands the call on to them."""

    cards: Mapping[int, CallerCard]
    archived: Mapping[str, int]
    colleagues: Mapping[str, str]
    notes: Mapping[int, Sequence[CallNote]]  # of calls about which others wrote
    added: set[int]  # calls whose number somebody gave to a customer
    givers: Mapping[tuple[int, int], str]


def popups(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Popup]:
    """Pop-ups by (call id, user id), each as this user may see it now. Pairs without a notice are left out."""
    by_user: dict[int, list[Row]] = defaultdict(list)
    users: dict[int, User] = {}
    for user, row in read_notices(pairs):
        users[user.pk] = user
        by_user[user.pk].append(row)
    rows = [row for rows in by_user.values() for row in rows]
    archived = archived_owners({row["e164"] for row in rows if row["match"] == Call.Match.NONE and row["e164"]})
    cards = cards_for(_customers_of(rows) | set(archived.values()), now=timezone.now())
    notes = notes_of([row["call_id"] for row in rows if row["note"] and row["note"] != row["own_note"]])
    added = calls_with_added_number([row["call_id"] for row in rows if row["match"] == Call.Match.CHOSEN])
    known = _Known(cards, archived, _colleagues(rows), notes, added, _givers(rows))
    made = {}
    for pk, rows in by_user.items():
        for popup in _popups_of(users[pk], rows, known):
            made[(popup.call_id, pk)] = popup
    return made


def _customers_of(rows: Sequence[Row]) -> set[int]:
    single = {row["customer_id"] for row in rows if row["customer_id"]}
    offered = {pk for row in rows if not row["customer_id"] for pk in row["candidates"][:CANDIDATES_SHOWN]}
    return single | offered


def _colleagues(rows: Sequence[Row]) -> dict[str, str]:
    """Extension -> name of whose it is, for internal calls. Anybody outside may send such a number too."""
    extensions = {row["number"] for row in rows if row["direction"] == Call.Direction.INTERNAL}
    return {number: user.shown_name for number, user in owners_of(tuple(extensions)).items()} if extensions else {}


def _givers(rows: Sequence[Row]) -> Mapping[tuple[int, int], str]:
    """Only a phone that rings in a call in which somebody has talked can have been handed it."""
    is_late = [row for row in rows if row["state"] == Notice.State.RINGING and row["answered_at"]]
    return handed_on_by([(row["call_id"], row["user_id"]) for row in is_late]) if is_late else {}


def _popups_of(user: User, rows: Sequence[Row], known: _Known) -> list[Popup]:
    seen = _visible_customers(user, known.cards)
    with timezone.override(company_zone()), translation.override(user.language or None):
        own, parts = shown_own_fields(user), shown_parts_for(user)
        veil, rights = user.veil, user.permissions.rights
        if veil is None:
            return [_popup(row, known.cards, known, seen, own, parts, rights) for row in rows]
        cards = veiled_cards(known.cards, veil)
        return [_popup(veiled_row(row, veil), cards, known, seen, own, parts, rights) for row in rows]


def _visible_customers(user: User, cards: Mapping[int, CallerCard]) -> set[int]:
    if visible_to(user).everything:
        return set(cards)
    return set(Customer.objects.visible_to(user).filter(pk__in=cards).values_list("pk", flat=True))


def _popup(
    row: Row,
    cards: Mapping[int, CallerCard],
    known: _Known,
    seen: set[int],
    own: Mapping[str, OwnField],
    parts: tuple[str, ...],
    rights: frozenset[str],
) -> Popup:
    customer_id = row["customer_id"]
    card = cards.get(customer_id) if customer_id in seen else None
    hidden = cards.get(customer_id) if customer_id and card is None else None
    candidates = [cards[pk] for pk in row["candidates"] if pk in seen] if not customer_id else []
    archived = known.archived.get(row["e164"]) if row["match"] == Call.Match.NONE else None
    title = _title(row, card, hidden, candidates, known.colleagues)
    giver = known.givers.get((row["call_id"], row["user_id"]), "")
    context = {
        "notice": {"state": row["state"], "call_id": row["call_id"], "rang_at": row["rang_at"], "giver": giver},
        "call": _call_context(row) | {"others_notes": _others_notes(row, known.notes)},
        "match": "own_outside" if _is_own_from_outside(row) else row["match"],
        "title": title,
        "card": card,
        "candidates": [_candidate(candidate) for candidate in candidates],
        "known_to": (hidden.responsible or _("a colleague")) if hidden else "",
        "parts": parts,
        "own_fields": own,
        "rights": rights,
        "archived": cards.get(archived) if archived in seen else None,
        "was_added": row["call_id"] in known.added,
        "may_choose_anew": bool(row["candidates"]) or row["withheld"] or not row["number"],
        "now": timezone.now(),
    }
    return Popup(
        call_id=row["call_id"],
        state=row["state"],
        title=title,
        announce=_announcement(row["state"], title, giver),
        html=popup_html(context),
        line=popup_line_html(context),
        is_closed=row["closed_at"] is not None,
    )


def _candidate(card: CallerCard) -> dict[str, Any]:
    return {"id": card.customer_id, "name": card.name, "city": card.city, "responsible": card.responsible}


def _others_notes(row: Row, notes: Mapping[int, Sequence[CallNote]]) -> str:
    """What others wrote about the call, a line for each."""
    if not row["note"] or row["note"] == row["own_note"]:
        return ""
    written = notes.get(row["call_id"])
    if written is None:  # from before notes had authors
        return str(row["note"])
    return "\n".join(note.signed for note in written if note.author_id != row["user_id"])


def _call_context(row: Row) -> dict[str, Any]:
    full_name = f"{row['answered_by_first_name'] or ''} {row['answered_by_last_name'] or ''}".strip()
    return {
        "direction": row["direction"],
        "number": row["number"],
        "number_shown": _number_shown(row),
        "e164": "" if "veiled" in row else row["e164"],
        "veiled": "veiled" in row,
        "line_shown": _in_groups(row["line"]),
        "line_name": line_name(row["line"]),
        "queue": row["queue"],
        "withheld": row["withheld"],
        "shown_name": row["shown_name"],
        "started_at": row["started_at"],
        "answered_at": row["answered_at"],
        "ended_at": row["ended_at"],
        "outcome": row["outcome"],
        "note": row["note"],
        "own_note": row["own_note"],
        "result": row["result"],
        "answered_by_name": full_name or row["answered_by_username"] or "",
    }


def _number_shown(row: Row) -> str:
    return str(row["number"]) if "veiled" in row else _in_groups(row["e164"] or row["number"])


def _in_groups(number: str) -> str:
    """Written as all numbers on the card are; an extension stays as it is."""
    return legible(number) if number.startswith("+") else number


def _is_own_from_outside(row: Row) -> bool:
    """Which number and name a call from outside carries is for its caller to choose: this is no colleague."""
    return bool(row["match"] == Call.Match.OWN and row["direction"] == Call.Direction.INBOUND)


def _title(
    row: Row,
    card: CallerCard | None,
    hidden: CallerCard | None,
    candidates: Sequence[CallerCard],
    colleagues: Mapping[str, str],
) -> str:
    """The one line that says who it is."""
    number = _number_shown(row)
    if card is not None:
        return card.name
    if hidden is not None:
        return _("Known customer of %(name)s") % {"name": hidden.responsible or _("a colleague")}
    if row["withheld"]:
        return _("Number withheld")
    if _is_own_from_outside(row):
        return _("From outside, with a number of ours")
    if row["match"] == Call.Match.OWN:
        name = colleagues.get(row["number"]) if row["direction"] == Call.Direction.INTERNAL else ""
        return str(name or row["shown_name"] or number or _("Colleague"))
    if len(candidates) == 1 and row["match"] == Call.Match.POSSIBLE:
        return _("Possibly %(name)s") % {"name": candidates[0].name}
    return number or str(row["shown_name"]) or _("No number")


def _announcement(state: str, title: str, giver: str) -> str:
    if state != Notice.State.RINGING:
        return ""
    if giver:
        return _("%(name)s hands on a call with %(who)s") % {"name": giver, "who": title}
    return _("Incoming call: %(who)s") % {"who": title}
