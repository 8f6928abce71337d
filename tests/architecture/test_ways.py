"""No page offers a way that is refused: whoever sees a link, a button or a form may also take it."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.urls import Resolver404, get_resolver, resolve
from django.utils import timezone
from django.utils.http import urlencode

from callcard.config.needs import EVERYBODY, NEEDS
from callcard.customers.models import CustomerFile
from callcard.sales.models import Order, OrderFile, OrderState, Payment, PaymentMethod, Product
from callcard.staff.models import Team, User
from callcard.staff.roles.ready import READY
from callcard.tasks.models import Task
from tests.architecture.test_access import Visitor
from tests.architecture.test_fields_hidden import FURTHER, everything
from tests.architecture.test_roles_see import LEFT_OUT, _addresses
from tests.architecture.ways import Way, ways_of

pytestmark = pytest.mark.django_db
_KINDS = sorted(READY.keys() - {"exporter", "owner"})  # to an owner nothing is refused
WALKS = [*((kind, "all") for kind in _KINDS), ("manager", "own"), ("operator", "own")]
_FEWEST_PAGES, _FEWEST_WAYS = 15, 60
_SIGNS_OUT = LEFT_OUT | {"see-as-end", "lock"}


def _more(user: User) -> None:
    """What stands on the pages only when it is there: files, goods, payments, cancelled and gone ones."""
    now = timezone.now()
    for pk, gone in ((1, None), (2, now)):
        kept = {"media_type": "text/plain", "path": f"files/{pk}", "size_bytes": 1, "uploaded_at": now}
        CustomerFile.objects.create(id=pk, customer_id=1, name=f"file {pk}.txt", removed_at=gone, **kept)
    Product.objects.create(id=1, name="Bathtub", search_name="bathtub")
    Product.objects.create(id=2, name="Tub", search_name="tub", archived_at=now)
    Order.objects.filter(id=1).update(total=20)
    OrderFile.objects.create(order_id=1, file_id=1)
    state = OrderState.objects.get_or_create(name="Going on")[0]
    cancelled = {
        "customer_id": 1,
        "currency": "USD",
        "ordered_at": now,
        "cancelled_at": now,
        "state": state,
        "total": 5,
    }
    Order.objects.create(id=9, number="A-9", **cancelled)
    Task.objects.create(id=9, title="Done", customer_id=1, assignee=user, created_by=user, due_at=now, done_at=now)
    method = PaymentMethod.objects.get_or_create(name="Cash")[0]
    about = {"customer_id": 1, "currency": "USD", "paid_at": now, "method": method}
    Payment.objects.create(id=1, number="P-1", amount=5, **about)
    Payment.objects.create(id=2, number="P-2", amount=5, cancelled_at=now, **about)


def _name(address: str) -> str | None:
    try:
        return resolve(address.partition("?")[0]).url_name
    except Resolver404:
        return None


def _pages(user: User, client: Visitor) -> Iterator[tuple[str, str]]:
    """(address, text) of every page that opens for them, and of those that its links lead to."""
    waiting = [address for name, address in _addresses(get_resolver().url_patterns) if name not in _SIGNS_OUT]
    waiting += FURTHER
    done = set[str]()
    while waiting:
        address = waiting.pop(0)
        if address in done or address.startswith("/api/") or _name(address) in _SIGNS_OUT:
            continue
        done.add(address)
        response = _asked(client, Way("GET", address))
        if response.status_code == 200 and "html" in response.headers.get("Content-Type", ""):
            text = bytes(b"".join(response) if response.streaming else response.content).decode()
            yield address, text
            found = [way.address for way in ways_of(text, address=address) if way.method == "GET"]
            waiting += [one for one in found if one.partition("?")[0] not in {each.partition("?")[0] for each in done}]


def _asked(client: Visitor, way: Way) -> Any:
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    with transaction.atomic():
        if way.method == "GET":
            response = client.get(way.address)
        else:
            response = client.generic(way.method, way.address, *_body(way))
        transaction.set_rollback(True)  # the next way shall find all as it was
    client.cookies = cookies
    return response


def _body(way: Way) -> tuple[str, str]:
    return urlencode(way.data), "application/x-www-form-urlencoded"


def _is_refused(user: User, client: Visitor, way: Way) -> bool:
    name = _name(way.address)
    if name is None or name in _SIGNS_OUT:
        return False
    if way.method:
        right = NEEDS[name].look if way.method == "GET" else NEEDS[name].do
        return (right != EVERYBODY and not user.may(right)) or _asked(client, way).status_code == 403
    # Only a script knows how it asks: to look, or, where there is nothing to be looked at, to do something.
    looked = _asked(client, Way("GET", way.address)).status_code
    return looked == 403 or (looked == 405 and _is_refused(user, client, Way("POST", way.address)))


@pytest.mark.parametrize(("kind", "scope"), WALKS)
def test_no_way_that_is_shown_is_refused(kind: str, scope: str) -> None:
    user = User.objects.create_user(
        "looks", role=kind, records=scope, team=Team.objects.create(name="Team"), calls_with="desk"
    )
    everything(user)
    _more(user)
    client = Visitor(user)
    asked = dict[Way, bool]()
    pages, refused = 0, set[str]()
    for address, text in _pages(user, client):
        pages += 1
        for way in ways_of(text, address=address):
            if way not in asked:
                asked[way] = _is_refused(user, client, way)
            if asked[way]:
                refused.add(f"{_name(address)}: {way.method} {_name(way.address)} {way.address} {way.data or ''}")
    assert not refused, "Shown, and refused when asked for:\n" + "\n".join(sorted(refused))
    assert pages > _FEWEST_PAGES
    assert len(asked) > _FEWEST_WAYS
