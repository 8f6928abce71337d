"""A person is erased: what named them is nowhere in the database or on the disk, and what the books need stays."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from callcard.calls.missed.models import MissedCaller
from callcard.calls.models import AddedNumber, Call, CallNote, Segment
from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Recording
from callcard.calls.screening.models import BlockedNumber
from callcard.customers.consent.services import note_consent
from callcard.customers.erasing import CannotErase, erase_person, known_tables, person_of
from callcard.customers.file_services import add_file
from callcard.customers.forgotten_grams import forget_grams
from callcard.customers.merge_services import merge_customers
from callcard.customers.models import Customer, CustomerFile, OwnField, Phone, Tag
from callcard.customers.note_services import write_note
from callcard.customers.person_services import add_address, add_person
from callcard.customers.portraits import store_bytes
from callcard.customers.queries import match_number
from callcard.customers.search import find_customers
from callcard.customers.services import add_contact, add_phone, create_customer, update_customer, write_portrait
from callcard.customers.transfer.models import Import, ImportRow
from callcard.customers.undo import CannotUndo, undo_change
from callcard.sales.models import Order, Payment
from callcard.sales.payment_services import record_payment
from callcard.sales.services import record_order
from callcard.staff.models import Change, User
from callcard.switchboard.models import DialRequest, WireLine
from callcard.tasks.models import Task
from callcard.tasks.services import add_task
from tests.rooms.staff.windows import Window, give, person, words

CANARY = "Zyqquorv"
NUMBER = "+8562055501234"


@pytest.fixture
def boss(db: None) -> User:
    found = person("boss")
    give([found], "administrator")
    return found


def somebody(by: User) -> Customer:
    """With the word in every text that one may write of a person."""
    OwnField.objects.create(key="hobby", name="Hobby")
    place = {"city": CANARY, "address": CANARY, "postal_code": CANARY, "note": CANARY}
    own = {"own_fields": {"hobby": CANARY}}
    customer = create_customer(
        name=f"{CANARY} One", by=by, numbers=[NUMBER], tags=[Tag.objects.create(name="t")], **place, **own
    )
    update_customer(customer=customer, changes={"note": f"{CANARY} again"}, by=by)
    add_person(customer=customer, name=f"{CANARY}helper", by=by, role=CANARY, note=CANARY)
    add_phone(customer=customer, raw="+8562055505678", by=by, label=CANARY, person=f"{CANARY}helper")
    add_contact(customer=customer, kind="email", value=f"{CANARY}@example.com", by=by, label=CANARY)
    add_address(customer=customer, line=CANARY, by=by, label=CANARY, city=CANARY, postal_code=CANARY)
    write_note(customer=customer, text=CANARY, by=by)
    note_consent(customer=customer, way="sms", answer="given", by=by, how=CANARY, text=CANARY)
    add_file(customer=customer, name=f"{CANARY}.txt", chunks=[CANARY.encode()], by=by)
    write_portrait(customer=customer, path=store_bytes(b"a photo of one"), by=by)
    add_task(customer=customer, title=CANARY, note=CANARY, assignee=by, by=by)
    order = record_order(customer=customer, currency="USD", total=Decimal(10), by=by, title=CANARY, note=CANARY)
    record_payment(customer=customer, order=order, amount=Decimal(4), currency="USD", by=by, note=CANARY)
    _imported(customer, by)
    _called(customer, by)
    return customer


def _imported(customer: Customer, by: User) -> None:
    came = Import.objects.create(user=by, name="list.csv", kind="csv", size_bytes=1, folder="")
    ImportRow.objects.create(
        imported=came, number=1, outcome="skipped", reason=CANARY, cells=[CANARY], customer_id=customer.pk
    )


def _called(customer: Customer, by: User) -> None:
    now, phone = timezone.now(), Phone.objects.filter(customer=customer, e164=NUMBER).get()
    about = {"pbx": "p", "direction": "inbound", "number": NUMBER, "e164": NUMBER, "started_at": now, "ended_at": now}
    call = Call.objects.create(
        key="known", outcome="answered", customer=customer, match="exact", shown_name=CANARY, note=CANARY, **about
    )
    Call.objects.create(key="before", outcome="missed", shown_name=CANARY, **about)
    Segment.objects.create(call=call, key="s", role="caller", number=NUMBER, name=CANARY)
    CallNote.objects.create(call=call, author=by, text=CANARY)
    AddedNumber.objects.create(call=call, phone=phone)
    Change.objects.create(about="call", object_id=call.pk, action="changed", by=by, before={"note": CANARY}, after={})
    add_task(title=CANARY, assignee=by, by=by, about="call", about_id=call.pk, about_words=CANARY)
    MissedCaller.objects.create(
        key=f"c:{customer.pk}",
        customer=customer,
        number=NUMBER,
        e164=NUMBER,
        shown_name=CANARY,
        first_at=now,
        last_at=now,
        last_call_id=call.pk,
        reason=CANARY,
        checked_at=now,
    )
    BlockedNumber.objects.create(number=NUMBER, key=NUMBER, reason=CANARY, blocked_by=by, blocked_at=now)
    DialRequest.objects.create(command_id="c", user=by, number=NUMBER, shown_name=f"{CANARY} One")
    WireLine.objects.create(pbx="p", at=now, summary=f"Newchannel {CANARY} One {NUMBER}")
    sound = Recording.objects.create(
        call=call, pbx="p", began_at=now, origin="upload", place="1", name=f"{CANARY}.wav", state="here", due_at=now
    )
    target = storing.folder() / sound.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"sound")


def told_in() -> set[str]:
    """Every column of every table, of the program's own and of the database's, that has the word in it."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "customers_searchgrams":
                continue  # an index of SQLite's without texts; what it keeps lies in tables of its own
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    if CANARY.casefold() in text.casefold():
                        found.add(f"{table}.{column}")
    return found


def test_every_table_of_customers_says_what_erasing_does_with_it() -> None:
    pointing = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model in {Customer, Phone}
    }
    by_number = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name == "customer_id"
    }
    assert len(pointing) > 15
    assert pointing == set(known_tables()), "Name it in its room's erasing.py: what becomes of it?"
    assert by_number == {
        "customers.importrow.customer_id",
        "staff.change.customer_id",
        "webhooks.delivery.customer_id",
    }


@pytest.mark.django_db
def test_the_word_is_nowhere_when_the_person_is_erased(boss: User, django_capture_on_commit_callbacks: Any) -> None:
    customer = somebody(boss)
    other = create_customer(name="Twin", by=boss, numbers=["+8562055509999"], note=CANARY)
    merge_customers(kept=customer, gone=[other], by=boss)
    sound = Recording.objects.get()
    kept_files = [Path(settings.MEDIA_ROOT) / CustomerFile.objects.get().path, storing.folder() / sound.path]
    photo = Path(settings.MEDIA_ROOT) / Customer.objects.get(pk=customer.pk).portrait
    before = told_in()
    assert {
        "customers_customer.name",
        "staff_change.after",
        "customers_searchslip.word",
        "calls_call.shown_name",
    } <= before
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(customer=customer, with_recordings=True, by=boss)
    forget_grams()
    assert told_in() == set()
    assert [path.exists() for path in (*kept_files, photo)] == [False, False, False]
    assert not CustomerFile.objects.exists()
    for pk in (customer.pk, other.pk):
        row = Customer.objects.get(pk=pk)
        assert row.name == f"Erased person № {pk}"
        assert row.archived_at is not None
        assert (row.note, row.own_fields, row.portrait, row.city) == ("", {}, "", "")


@pytest.mark.django_db
def test_calls_orders_and_payments_stay_without_the_person(boss: User) -> None:
    customer = somebody(boss)
    erase_person(customer=customer, with_recordings=False, by=boss)
    unknown = Call.objects.filter(customer=None, match="none").order_by("key")
    assert list(unknown.values_list("key", "number")) == [("before", NUMBER), ("known", NUMBER)]
    assert Order.objects.get().total == Decimal(10)
    assert Order.objects.get().customer_id == customer.pk
    assert Payment.objects.get().amount == Decimal(4)
    assert Recording.objects.get().state == "here"
    assert set(Task.objects.values_list("is_cancelled", flat=True)) == {True}
    assert match_number(NUMBER, region="LA").customer_ids == ()
    assert find_customers(CANARY, user=boss) == []
    assert find_customers("5551234", user=boss) == []


@pytest.mark.django_db
def test_nothing_of_an_erased_person_can_be_taken_back(boss: User) -> None:
    customer = somebody(boss)
    erase_person(customer=customer, with_recordings=True, by=boss)
    steps = list(Change.objects.filter(customer_id=customer.pk))
    assert len(steps) > 5
    assert {(str(step.before), str(step.after)) for step in steps} == {("{}", "{}")}
    for step in steps:
        with pytest.raises(CannotUndo):
            undo_change(change=step, by=boss)
    forget_grams()
    assert told_in() == set()


@pytest.mark.django_db
def test_who_is_talking_is_not_erased(boss: User) -> None:
    customer = somebody(boss)
    Call.objects.filter(key="known").update(ended_at=None)
    before = told_in()
    with pytest.raises(CannotErase, match="going on"):
        erase_person(customer=customer, with_recordings=True, by=boss)
    assert told_in() == before


@pytest.mark.django_db
def test_somebody_else_with_the_same_word_keeps_it(boss: User) -> None:
    customer = somebody(boss)
    other = create_customer(name=f"{CANARY} Two", by=boss, numbers=["+8562055507777"])
    erase_person(customer=customer, with_recordings=True, by=boss)
    assert [hit.customer_id for hit in find_customers("Zyqqourv", user=boss)] == [other.pk]
    assert Customer.objects.get(pk=other.pk).name == f"{CANARY} Two"


@pytest.mark.django_db
def test_the_name_must_be_typed(boss: User) -> None:
    customer, window = somebody(boss), Window(boss)
    assert "This cannot be undone" in window.text(f"/customers/{customer.pk}/personal")
    refused = window.post(f"/customers/{customer.pk}/personal", {"name": "Somebody else"})
    assert refused.status_code == 422
    assert "Nothing was erased" in words(refused)
    assert Customer.objects.get(pk=customer.pk).name == f"{CANARY} One"
    done = window.post(f"/customers/{customer.pk}/personal", {"name": f"{CANARY} One", "recordings": "stay"})
    assert done.status_code == 302
    assert Customer.objects.get(pk=customer.pk).name == f"Erased person № {customer.pk}"
    assert Recording.objects.get().state == "here"
    assert window.get(f"/customers/{customer.pk}/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["owner", "manager", "head"])
def test_who_may_not_changes_nothing(boss: User, role: str) -> None:
    customer, colleague = somebody(boss), person("other")
    give([colleague], role, records="all")
    before = told_in()
    asked = Window(colleague).post(f"/customers/{customer.pk}/personal", {"name": f"{CANARY} One"})
    assert asked.status_code == 403
    assert Window(colleague).get(f"/customers/{customer.pk}/personal/file").status_code == 403
    assert told_in() == before
    assert person_of(customer).names == (f"{CANARY} One",)
