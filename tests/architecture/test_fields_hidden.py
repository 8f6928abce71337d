"""What a role hides, or veils, of customers and calls stands in no page, file, answer or event that its user gets."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from callcard.api.services import make_device_password
from callcard.calls.missed.models import MissedCaller
from callcard.calls.models import Call, Notice, Segment
from callcard.customers import search_index
from callcard.customers.merge_models import DuplicatePair
from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerNote, Phone
from callcard.customers.record import customer_snapshot, row_snapshot
from callcard.desk.models import PopupPart
from callcard.desk.popup_parts import PARTS, arrange_parts
from callcard.desk.rendering import render
from callcard.live.models import LiveEvent
from callcard.sales.models import Balance, Order, OrderState
from callcard.staff.history import record_change
from callcard.staff.models import Team, User
from callcard.staff.roles.models import Role
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import FIELDS
from callcard.switchboard.models import DialRequest
from callcard.tasks.models import Task, TaskChoices
from tests.architecture.test_access import Visitor
from tests.architecture.test_roles_see import walk

pytestmark = pytest.mark.django_db
# Whoever sets up the program reads in its settings whatever telephone systems said; see docs/admin/roles.md.
_SETS_UP = ("company.", "telephony.", "staff.", "costs.", "calls.block", "calls.settings", "recordings.settings")
_OF_FIELDS = frozenset(right for field in FIELDS for right in field.rights)
USUAL = frozenset(right for right in READY["administrator"].rights - _OF_FIELDS if not right.startswith(_SETS_UP))
UNKNOWN = "+8562099907654"
"""Of a caller who is nobody's customer."""


def canaries(pk: int) -> dict[str, tuple[str, ...]]:
    """What only the fields of customer `pk` hold; of numbers the digits, wherever they are parted."""
    return {
        "phones": (f"7654{pk}3",),
        "contacts": (f"canary{pk}@hidden", f"telegram{pk}canary"),
        "addresses": (f"Canarystreet {pk}", f"PC-{pk}777", f"Canarylane {pk}"),
        "birthdays": (f"196{pk}", f"193{pk}"),
        "notes": (f"Canarynote {pk}", f"Canaryword {pk}", f"Canaryperson {pk}"),
    }


def number(pk: int) -> str:
    return f"+85620557654{pk}3"


def customer(pk: int, responsible: User) -> Customer:
    """With a canary in every field of it, each of them in the history too, and all that can be with it."""
    now = timezone.now()
    columns = {"address": f"Canarystreet {pk}", "postal_code": f"PC-{pk}777", "note": f"Canarynote {pk}"}
    one = Customer.objects.create(
        id=pk, name=f"Seen {pk}", responsible=responsible, birthday=date(1960 + pk, 2, 3), city="Pakse", **columns
    )
    person = ContactPerson.objects.create(
        id=pk, customer=one, name="Somebody", note=f"Canaryperson {pk}", birthday=date(1930 + pk, 2, 3)
    )
    phone = {"raw": f"020 5576 54{pk}3"[:20], "e164": number(pk), "ending": number(pk)[-7:], "is_preferred": True}
    rows: list[tuple[str, Any]] = [
        ("phone", Phone.objects.create(id=pk, customer=one, contact_person=person, **phone)),
        ("phone", Phone.objects.create(id=10 + pk, customer=one, raw=f"7654{pk}3", do_not_call=True)),
        ("contact", Contact.objects.create(id=pk, customer=one, value=f"canary{pk}@hidden.example")),
        ("contact", Contact.objects.create(id=10 + pk, customer=one, kind="telegram", value=f"telegram{pk}canary")),
        ("address", Address.objects.create(id=pk, customer=one, line=f"Canarylane {pk}")),
        ("person", person),
        ("note", CustomerNote.objects.create(id=pk, customer=one, text=f"Canaryword {pk}", written_at=now)),
    ]
    step: dict[str, Any] = {"customer_id": pk, "by": responsible}
    for about, row in rows:
        was = row_snapshot(row)
        record_change(about=about, object_id=row.pk, action="created", before={}, after=was, **step)
        record_change(about=about, object_id=row.pk, action="changed", before=was, after={}, **step)
        record_change(about=about, object_id=row.pk, action="removed", before=was, after={}, **step)
    told = customer_snapshot(one)
    record_change(about="customer", object_id=pk, action="changed", before=told, after={"name": "x"}, **step)
    state = OrderState.objects.get_or_create(name="Going on")[0]
    about_it = {"customer": one, "currency": "USD", "ordered_at": now, "is_current": True, "total": 5}
    Order.objects.create(id=pk, number=f"A-{pk}", state=state, **about_it)
    Balance.objects.update_or_create(customer=one, currency="USD", defaults={"owed": 5})
    return one


def call(pk: int, user: User, called: str, one: Customer | None = None, **columns: Any) -> Call:
    """Shown to the user and missed, with its number wherever telephone systems tell it."""
    now = timezone.now()
    usual: dict[str, Any] = {"direction": "inbound", "outcome": "missed", "ended_at": now, "key": f"k{pk}"}
    made = Call.objects.create(
        **{"id": pk, "started_at": now, "number": called, "e164": called, "shown_name": called, "customer": one}
        | {"match": "exact" if one else "none", "dialled": called, "pbx": "office"}
        | usual
        | columns
    )
    Segment.objects.create(call=made, key="o", role="caller", number=called, name=called, began_at=now)
    Segment.objects.create(call=made, key="u", role="called", user=user, extension="301", rang_at=now, began_at=now)
    Notice.objects.create(call=made, user=user, state="over", rang_at=now)
    return made


def everything(user: User) -> None:
    """Own, the team's and a stranger's customer, calls with them and with nobody, and what came of those."""
    now = timezone.now()
    mate, stranger = User.objects.create_user("mate", team=user.team), User.objects.create_user("stranger")
    for pk, owner in ((1, user), (2, mate), (3, stranger)):
        one = customer(pk, owner)
        call(pk, user, number(pk), one)
        about = {"about": "call", "about_id": pk, "about_words": number(pk), "created_by": owner, "assignee": user}
        Task.objects.create(id=pk, title=f"Call {number(pk)}", customer=one, due_at=now, **about)
    call(4, user, UNKNOWN)
    call(5, user, number(1), direction="outbound", outcome="answered", answered_at=now, answered_by=user)
    waits = {"first_at": now, "last_at": now, "checked_at": now, "shown_name": UNKNOWN, "last_call_id": 4}
    MissedCaller.objects.create(id=1, key=f"n:{UNKNOWN}", number=UNKNOWN, e164=UNKNOWN, is_nobodys=True, **waits)
    placed = {"user": user, "how": "desk", "state": "over", "outcome": "missed", "changed_at": now}
    DialRequest.objects.create(command_id="placed-canary", number=number(1), reach="national", pbx="office", **placed)
    DuplicatePair.objects.create(id=1, first_id=1, second_id=2, why="1number", shared=number(1), found_at=now)
    DuplicatePair.objects.create(id=2, first_id=1, second_id=3, why="2email", shared="canary1@hidden", found_at=now)
    TaskChoices.objects.create(user=user, feed_key="feed-of-canaries")
    search_index.refresh([1, 2, 3])
    arrange_parts(order=list(PARTS), shown=set(PARTS))
    assert PopupPart.objects.exists()


ALL_COLUMNS = "&".join(f"columns={key}" for key in ("name", "phones", "contacts", "birthday", "responsible", "city"))
FURTHER = (
    *(f"/customers/{pk}/" for pk in (1, 2, 3)),
    *(f"/customers/{pk}/parts" for pk in (1, 2, 3)),
    *(f"/customers/{pk}/history" for pk in (1, 2, 3)),
    *(f"/customers/{pk}/timeline" for pk in (1, 2, 3)),
    *(f"/customers/{pk}/edit" for pk in (1, 2, 3)),
    *(f"/calls/{pk}" for pk in (1, 2, 3, 4, 5)),
    *(f"/tasks/{pk}" for pk in (1, 2, 3)),
    f"/customers/?{ALL_COLUMNS}",
    "/customers/?q=Seen",
    "/customers/search?q=Seen",
    "/customers/find?q=Seen",
    "/customers/alike?name=Seen 1&number=0205576541",
    "/customers/merge?id=1&id=2",
    "/customers/merge?id=1&q=Seen",
    "/customers/duplicates?show=differ",
    "/customers/mail?id=1&id=2",
    "/customers/export/file?form=csv",
    "/customers/export/file?form=vcf",
    "/calls/export/file?form=csv",
    "/orders/export/file?form=csv",
    "/calls/missed/?who=all",
    "/calls/placed?command=placed-canary",
    "/calls/to?number=tel:;of=phone-1",
    "/tasks/feed/feed-of-canaries.ics",
    "/desk/popups",
    "/customers/new?call=4",
)
API = (
    *(f"/api/v1/customers/{pk}" for pk in (1, 2, 3)),
    *(f"/api/v1/calls/{pk}" for pk in (1, 2, 3, 4, 5)),
    *(f"/api/v1/tasks/{pk}" for pk in (1, 2, 3)),
    "/api/v1/customers?q=Seen",
    "/api/v1/customers/match?number=0205576541",
)


BOOK = "/carddav/books/customers/"
ALL_CARDS = (
    '<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:sync-token/>'
    "<D:sync-level>1</D:sync-level><D:prop><C:address-data/></D:prop></D:sync-collection>"
)


def told(user: User) -> Iterator[tuple[str, str]]:
    """(where, text) of everything that this user's browser, devices and calendars can be given."""
    for name, status, text in walk(user):
        assert status < 500, name
        yield name, text
    client = Client(raise_request_exception=False)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    program = Visitor(user)
    for address in (*FURTHER, *API):
        response = (program if address in API else client).get(address)
        content = b"".join(response) if response.streaming else response.content
        assert response.status_code < 500, address
        yield f"{address} {response.status_code}", bytes(content).decode("utf-8", "replace")
    pairs = [{"call": pk} for pk in Notice.objects.filter(user=user).values_list("call_id", flat=True)]
    yield from _cards(user)
    events = [LiveEvent(id=place, kind="popup", user_id=user.pk, payload=one) for place, one in enumerate(pairs, 1)]
    for message in render(events):
        yield "live", json.dumps(message.data if message else {}, default=str)


def _cards(user: User) -> Iterator[tuple[str, str]]:
    """What a mobile of theirs reads: each card, and all of them at once; with folded lines made whole."""
    _row, password = make_device_password(user=user, name="Mobile", scope="all")
    key = base64.b64encode(f"{user.username}:{password}".encode()).decode()
    asked = {"Authorization": f"Basic {key}", "Depth": "1"}
    ways = [("GET", f"{BOOK}{pk}.vcf", "") for pk in (1, 2, 3)] + [("PROPFIND", BOOK, ""), ("REPORT", BOOK, ALL_CARDS)]
    for method, address, body in ways:
        response = Client().generic(method, address, body, content_type="text/xml", headers=asked)
        content = b"".join(response) if response.streaming else response.content
        text = bytes(content).decode().replace("&#13;", "").replace("\r", "").replace("\n ", "")
        assert response.status_code in (200, 207, 404), address
        yield f"{method} {address}", text


def leaks(user: User, hidden: list[str], seen: frozenset[int]) -> set[tuple[str, str]]:
    """(where, canary): of hidden fields of any customer, and anything of customers who are not seen."""
    wanted = [
        (words, key)
        for pk in (1, 2, 3)
        for key, texts in canaries(pk).items()
        for words in texts
        if key in hidden or pk not in seen
    ]
    if "phones" in hidden:
        wanted.append(("99907654", "phones"))
    found = set[tuple[str, str]]()
    for where, text in told(user):
        if text.startswith("%PDF"):  # its words are packed: customers are veiled before it is printed
            continue
        digits = re.sub(r"[\s\u202f\u00a0()-]", "", text)
        found.update((where, words) for words, key in wanted if tells(words, digits if key == "phones" else text, key))
    return found


def tells(words: str, text: str, key: str) -> bool:
    """A year is also found among the millionths of a second of a moment, which tells no birthday."""
    if key != "birthdays":
        return words in text
    return re.search(rf"(?<!\d){words}(?=\D|\d{{4}}\D|$)", text) is not None


def somebody(rights: frozenset[str], scope: str) -> User:
    team = Team.objects.create(name="Team")
    user = User.objects.create_user("looks", team=team, calls_with="desk")
    user.take_roles([Role.objects.create(name="Made", rights=sorted(USUAL | rights), scope=scope)])
    return user


def test_a_walk_finds_every_canary_that_is_seen() -> None:
    """Or the others would find nothing because nothing is there."""
    user = somebody(_OF_FIELDS, "all")
    everything(user)
    all_found = leaks(user, list(canaries(1)), frozenset({1, 2, 3}))
    found = {words for _where, words in all_found}
    assert (f"REPORT {BOOK}", "765433") in all_found
    assert found == {words for pk in (1, 2, 3) for texts in canaries(pk).values() for words in texts} | {"99907654"}


@pytest.mark.parametrize("scope", ["own", "team", "all"])
def test_what_is_hidden_stands_nowhere(scope: str) -> None:
    user = somebody(frozenset({"phones.see"}), scope)
    everything(user)
    assert leaks(user, list(canaries(1)), frozenset({1, 2, 3})) == set()


def test_hidden_numbers_stand_nowhere_either() -> None:
    user = somebody(_OF_FIELDS - {"phones.see"}, "all")
    everything(user)
    assert leaks(user, ["phones"], frozenset({1, 2, 3})) == set()
