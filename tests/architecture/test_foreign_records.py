"""Whoever sees only their own records changes, takes and is told nothing of others', whatever ids they send anywhere.

Each address is asked with the ids of foreign rows: in the address, in forms, and in bodies as the API's document says.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.urls import get_resolver
from django.utils import timezone

from callcard.api.services import make_device_password
from callcard.api.sign_in import DOCUMENT, PREFIX, rate
from callcard.api.tokens.services import make_token
from callcard.calls.missed.models import MissedCaller
from callcard.calls.models import Call, CallNote
from callcard.calls.recordings.services import add_recording
from callcard.customers.file_services import add_file
from callcard.customers.models import Customer
from callcard.customers.transfer.models import Import
from callcard.jobs.services import cancel_job, enqueue
from callcard.sales.models import Payment
from callcard.staff.models import User
from callcard.staff.roles.models import Role
from callcard.staff.roles.rules import FIELDS
from callcard.staff.sign_in.models import OpenSession
from callcard.staff.sign_in.second_steps import add_codes
from callcard.tasks.models import Reminder
from callcard.ui.models import SavedView
from tests.architecture.test_access import Visitor, _addresses, methods_of
from tests.architecture.test_attacks import _names
from tests.architecture.test_fields_hidden import USUAL, canaries, everything
from tests.rooms.calls.recorded_calls import tone

pytestmark = pytest.mark.django_db
SECRET = "Canarybytes"
# Those two say "everything" and "everybody's" where they are ticked.
RIGHTS = USUAL.union(*(field.rights for field in FIELDS)) - {"recordings.manage", "customers.all_imports"}
_PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")
_MOMENTS = re.compile(r"(_on|_at|date|day|from|to|until|time|hours|minutes|after|before|amount|number)$")
# Whose rows these are is said by the row itself or by what it belongs to.
SCOPED = (
    *("customers.Customer", "customers.Phone", "customers.Contact", "customers.Address", "customers.ContactPerson"),
    *("customers.CustomerNote", "customers.CustomerFile", "customers.DuplicatePair", "sales.Order", "sales.Payment"),
    *("sales.Balance", "tasks.Task", "calls.Call", "calls.Segment", "calls.CallNote", "calls.Notice"),
    *("recordings.Recording", "missed.MissedCaller", "switchboard.DialRequest", "staff.User", "ui.SavedView"),
    *("customers.Import", "jobs.Job", "tasks.Reminder", "tokens.AccessToken", "api.DevicePassword"),
    *("sign_in.SecondStep", "sign_in.OpenSession"),
)
_WHO = ("user_id", "owner_id")
_OWNERS = ("customer_id", "call_id", "order_id", "payment_id", "task_id")
_Rows = dict[tuple[str, int], dict[str, Any]]


def _foreign(owner: User) -> None:
    """All that a customer can have, with three customers who are all somebody else's, and what is `owner`'s alone."""
    everything(owner)
    one, call, now = Customer.objects.get(pk=1), Call.objects.get(pk=1), timezone.now()
    Call.objects.update(answered_at=now)
    MissedCaller.objects.update(customer=one, is_nobodys=False, assignee=owner)
    Payment.objects.create(id=1, customer=one, amount=5, currency="USD", paid_at=now, number="R-1")
    CallNote.objects.create(id=1, call=call, author=owner, text="Canaryword 1")
    add_file(customer=one, name="Canarynote 1.txt", chunks=[SECRET.encode()], by=owner)
    add_recording(call=call, name="Canarynote 1.wav", chunks=[tone(0.1)], by=owner)
    Reminder.objects.create(task_id=1, at=now)
    for list_key in ("customers", "orders", "calls"):
        SavedView.objects.create(list_key=list_key, name="Canarynote 1", question="q=Seen 1", owner=owner)
    Import.objects.create(user=owner, name="Canarynote 1.csv", kind="csv", size_bytes=1, state="done", applied_at=now)
    cancel_job(job=enqueue(kind="anything", user_id=owner.pk, title="Canarynote 1"))
    make_token(user=owner, name="Canarynote 1", scopes=["customers.see"], expires_at=now + timedelta(days=1))
    make_device_password(user=owner, name="Canarynote 1", scope="all")
    add_codes(user=owner, secret=b"12345678901234567890", step=0)
    OpenSession.objects.create(user=owner, session_key="of-the-owner", how="password", seen_at=now)


def _rows(clerk: User) -> _Rows:
    found: _Rows = {}
    for label in SCOPED:
        for row in apps.get_model(label)._default_manager.values():
            if (label, row["id"]) != ("staff.User", clerk.pk) and clerk.pk not in (row.get(who) for who in _WHO):
                found[label, row["id"]] = row
    return found


def _touched(before: _Rows, after: _Rows) -> set[str]:
    changed = {label for (label, pk), row in before.items() if after.get((label, pk)) != row}
    new = (after[key] | {"label": key[0]} for key in after.keys() - before.keys())
    return changed | {row["label"] for row in new if any(row.get(owner) is not None for owner in _OWNERS)}


def _words(response: HttpResponseBase) -> set[str]:
    """Of foreign records, in what was answered."""
    parts = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    text = bytes(parts).decode("utf-8", "replace")
    texts = (words for pk in (1, 2, 3) for key, found in canaries(pk).items() if key != "birthdays" for words in found)
    return {words for words in (*texts, "Seen 1", "Seen 2", "Seen 3", SECRET, "RIFF") if words in text}


class _Written:
    """Whether a statement may have changed a row of SCOPED: comparing all of them takes longer than most answers."""

    def __init__(self) -> None:
        tables = "|".join(apps.get_model(label)._meta.db_table for label in SCOPED)
        self._writes = re.compile(rf"(?:INSERT INTO|UPDATE|DELETE FROM) \"(?:{tables})\"")
        self._is_new = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._is_new = self._is_new or self._writes.search(sql) is not None
        return execute(sql, params, many, context)

    def take(self) -> bool:
        is_new, self._is_new = self._is_new, False
        return is_new


class _Bodies:
    """Of the API, by its document: with what must be there, and with all that may be; every id is a foreign one."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def of(self, method: str, address: str) -> Iterator[Any]:
        path = _PLACEHOLDER.sub(lambda found: f"{{{found[2]}}}", address)
        operation = self._document["paths"].get(path, {}).get(method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        yield from ([None] if schema is None else [self._made(schema, is_whole) for is_whole in (False, True)])

    def _made(self, schema: dict[str, Any], is_whole: bool) -> Any:
        if "$ref" in schema:
            return self._made(self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], is_whole)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self._made(schema[several][0], is_whole)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        if schema.get("type") == "object":
            wanted = schema.get("properties", {}) if is_whole else schema.get("required", [])
            return {name: self._made(schema["properties"][name], is_whole) for name in wanted}
        if schema.get("type") == "array":
            return [self._made(schema["items"], is_whole)]
        usual = {"integer": 1, "number": 1, "boolean": True, "string": "1"}
        moments = {"date": "2030-01-01", "date-time": "2030-01-01T00:00:00Z"}
        return moments.get(schema.get("format", ""), usual.get(schema.get("type", ""), "1"))


def _asked(visitor: Visitor, bodies: _Bodies) -> Iterator[tuple[str, HttpResponseBase]]:
    """(way, answer) of whatever can be asked about foreign rows; each is undone."""
    names = dict.fromkeys((name for name in sorted(_names()) if not _MOMENTS.search(name)), "1")
    for address in _addresses(get_resolver().url_patterns):
        place = _PLACEHOLDER.sub(lambda found: "1" if found[1] in ("int", "id") else "notes", address)
        for method in methods_of(address):
            rate.forget()
            if not address.startswith(PREFIX):
                yield f"{method} {address}", visitor.get(place) if method == "GET" else visitor.post(place, names)
                continue
            for said in bodies.of(method, address):
                kind, body = "application/json", b"" if said is None else json.dumps(said).encode()
                yield f"{method} {address}", visitor.generic(method, place, body, kind, HTTP_IF_MATCH="*")


def test_ids_of_others_open_and_change_nothing() -> None:
    owner = User.objects.create_user("owner")
    _foreign(owner)
    clerk = User.objects.create_user("clerk")
    clerk.take_roles([Role.objects.create(name="Clerk", rights=sorted(RIGHTS), scope="own")])
    visitor = Visitor(clerk)
    session = visitor.session
    session["proved_at"] = int(time.time())
    session.save()
    bodies = _Bodies(json.loads(visitor.get(DOCUMENT).content))
    before, found, asked = _rows(clerk), set[tuple[str, str]](), 0
    ways, written = _asked(visitor, bodies), _Written()
    while True:
        with transaction.atomic(), connection.execute_wrapper(written):
            way, answer = next(ways, ("", None))
            if answer is None:
                break
            asked += 1
            found.update((way, words) for words in _words(answer))
            if written.take():
                found.update((way, label) for label in _touched(before, _rows(clerk)))
            transaction.set_rollback(True)
    assert asked > 400
    assert found == set()
