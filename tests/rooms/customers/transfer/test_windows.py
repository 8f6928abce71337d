"""The windows of imports and exports, as a browser asks for them."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from callcard.customers.models import Customer, OwnField
from callcard.customers.services import add_contact, create_customer
from callcard.customers.transfer.models import Import
from callcard.staff.models import Change, User
from callcard.staff.roles.giving import ready_role
from tests.rooms.customers.test_windows import Window
from tests.rooms.customers.transfer.conftest import Take, do_job, upload


@pytest.fixture
def window(boss: User) -> Window:
    return Window(boss)


def _sent(window: Window, **query: Any) -> bytes:
    response = window.get(reverse("export-file"), query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_the_whole_way_from_upload_to_undo(window: Window) -> None:
    answer = window.post(reverse("imports"), {"file": SimpleUploadedFile("a.csv", b"Name,Phone\nAnna,02055512345\n")})
    imported = Import.objects.get()
    page = reverse("import", args=[imported.pk])
    assert answer.headers["Location"] == page
    assert "job-progress" in window.text(page)
    do_job()
    assert "Anna" in window.text(page)
    assert '<span class="quiet">1 row</span>' in window.text(page)  # the head is none
    assert "+8562055512345" in window.text(page)
    chosen = {"column-0": "name", "column-1": "phone", "region": "LA", "duplicates": "skip", "match": ["phone"]}
    assert window.post(page, chosen).status_code == 302
    do_job()
    assert "would be new" in window.text(page)
    assert Customer.objects.count() == 0
    window.post(reverse("apply-import", args=[imported.pk]))
    do_job()
    assert "Take this import back" in window.text(page)
    assert f'href="{reverse("customers")}?f.import={imported.pk}" data-window' in window.text(page)
    assert Customer.objects.count() == 1
    window.post(reverse("undo-import", args=[imported.pk]))
    do_job()
    assert "Taken back: 1 customer removed." in window.text(page)
    assert Customer.objects.count() == 0
    assert "a.csv" in window.text(reverse("imports"))


def test_the_list_shows_whom_an_import_brought(window: Window, take: Take) -> None:
    create_customer(name="Before", numbers=["020 5555 0001"])
    assert "f.import" not in window.text(reverse("customers"))
    take("Name,Phone,City\nBefore,02055550001,Pakse\nAnna,02055550002,\n", duplicates="fill")
    imported = Import.objects.get()
    page = window.get(reverse("customers"), {"f.import": imported.pk})
    assert [one.name for one in page.context["page"].rows] == ["Anna"]
    assert page.context["chips"][0][0].startswith("Import: file · ")
    nobody = window.get(reverse("customers"), {"f.import": imported.pk + 1})
    assert nobody.context["page"].rows == []
    lee = Window(User.objects.create_user("lee", records="own"))
    assert lee.get(reverse("customers"), {"f.import": imported.pk}).context["page"].rows == []
    window.post(reverse("customers-columns"), {"column": ["name", "import"]})
    cells = [row.cells[1] for row in window.get(reverse("customers")).context["rows"]]
    assert cells == [("import", "file"), ("import", "")]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"column-0": "name", "column-1": "name"}, "Only one column can be: Name."),
        ({"column-0": "city"}, "Say which column has the names or the numbers."),
        ({"column-0": "own:nothing"}, "Say which column has the names or the numbers."),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(
    window: Window, boss: User, mapping: dict[str, str], words: str
) -> None:
    imported = upload(boss, "Name,Phone\nAnna,02055512345\n")
    sent = {**mapping, "region": "LA", "duplicates": "skip"}
    response = window.post(reverse("import", args=[imported.pk]), sent)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Import.objects.get().state == Import.State.READY


def test_how_the_file_is_read_can_be_changed(window: Window, boss: User) -> None:
    imported = upload(boss, "Имя;Город\nАнна;Омск\n".encode("cp866"))
    sent = {"encoding": "cp866", "delimiter": ";", "has_header": "on"}
    window.post(reverse("import-reading", args=[imported.pk]), sent)
    do_job()
    assert "Анна" in window.text(reverse("import", args=[imported.pk]))
    imported.refresh_from_db()
    assert imported.mapping == ["name", "city"]


def test_the_first_rows_say_which_of_them_are_the_same(window: Window, boss: User) -> None:
    rows = "Anna,02055512345\nNoy,02055512346\nAnna V,+856 20 5551 2345\nNobody,\nAnn,020-555-12345\n"
    imported = upload(boss, f"Name,Phone\n{rows}")
    page = window.get(reverse("import", args=[imported.pk]))
    assert [(row["number"], row["same_as"]) for row in page.context["preview"]] == [
        (2, None),
        (3, None),
        (4, 2),
        (5, None),
        (6, 2),
    ]
    assert page.content.decode().count("as row 2") == 2


def test_a_customer_was_entered_on_the_day_that_it_was_here(window: Window, boss: User) -> None:
    User.objects.filter(pk=boss.pk).update(time_zone="Asia/Vientiane")
    customer = create_customer(name="Anna")
    at = datetime(2026, 3, 7, 20, 30, tzinfo=UTC)
    Customer.objects.filter(pk=customer.pk).update(created_at=at)
    text = _sent(window, form="csv", column=["created"]).decode("utf-8-sig")
    assert text.split() == ["Entered", "2026-03-08"]


def test_imports_of_others_do_not_exist(boss: User) -> None:
    imported = upload(boss, "Name\nAnna\n")
    other = Window(User.objects.create_user("other"))
    assert other.get(reverse("import", args=[imported.pk])).status_code == 404
    for name in ("apply-import", "undo-import", "drop-import", "import-reading"):
        assert other.post(reverse(name, args=[imported.pk])).status_code == 404
    assert other.get(reverse("import-report", args=[imported.pk])).status_code == 404
    assert "Anna" not in other.text(reverse("imports"))
    assert Import.objects.get().state == Import.State.READY


def test_the_report_has_the_rows_that_were_not_taken_and_no_formula(window: Window, boss: User) -> None:
    imported = upload(boss, 'Name,Birthday\n"=HYPERLINK(""x"")",31.02.2020\n')
    window.post(
        reverse("import", args=[imported.pk]),
        {"column-0": "name", "column-1": "birthday", "region": "LA", "duplicates": "skip"},
    )
    do_job()
    report = window.get(reverse("import-report", args=[imported.pk])).getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(report)))
    assert rows[1][0] == "2"
    assert rows[1][3] == '\'=HYPERLINK("x")'


def test_who_may_not_export_is_refused_and_nothing_is_kept_of_it() -> None:
    create_customer(name="Anna")
    manager = Window(User.objects.create_user("manager"))
    assert manager.get(reverse("export-customers")).status_code == 403
    assert manager.get(reverse("export-file"), {"form": "csv"}).status_code == 403
    assert not Change.objects.filter(about="export").exists()
    assert reverse("export-customers") not in manager.text(reverse("customers"))


def test_a_manager_who_may_export_gets_what_they_see() -> None:
    mine = User.objects.create_user("mine", records="own", may_export=True)
    create_customer(name="Mine", responsible=mine)
    create_customer(name="Theirs")
    sent = _sent(Window(mine), form="csv", column=["name"]).decode("utf-8-sig")
    assert sent == "Name\r\nMine\r\n"
    step = Change.objects.get(about="export")
    assert (step.by, step.after["rows"], step.after["form"]) == (mine, 1, "csv")


def test_fields_that_a_role_does_not_see_are_not_exported() -> None:
    OwnField.objects.create(key="secret", name="Secret", roles=["owner"])
    create_customer(name="Anna", own_fields={"secret": "hidden"})
    manager = Window(User.objects.create_user("manager", may_export=True))
    assert b"hidden" not in _sent(manager, form="csv")
    assert b"hidden" not in _sent(manager, form="csv", column=["own:secret", "name"])


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3+cmd", "'-2+3+cmd"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(1)", "'＠SUM(1)"),
        ("+856 20 5551 2345", "+856 20 5551 2345"),
        ("-12.50", "-12.50"),
    ],
)
def test_cells_of_a_csv_are_no_formulas(window: Window, typed: str, sent: str) -> None:
    create_customer(name=typed)
    text = _sent(window, form="csv", column=["name"]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1] == [sent]


def test_a_workbook_has_text_only_and_comes_back(window: Window, boss: User) -> None:
    anna = create_customer(name="=Anna()", numbers=["+856 20 5551 2345"], city="Vientiane", note="one\ntwo")
    add_contact(customer=anna, kind="email", value="a@example.com")
    sent = _sent(window, form="xlsx")
    with zipfile.ZipFile(io.BytesIO(sent)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    Customer.objects.all().delete()
    imported = upload(boss, sent, "customers.xlsx")
    assert imported.mapping[:4] == ["name", "kind", "phone", "contact:email"]
    page = window.text(reverse("import", args=[imported.pk]))
    assert "=Anna()" in page
    assert "+8562055512345" in page


def test_vcards_come_back(window: Window, boss: User) -> None:
    create_customer(name="Анна; \\ Otto, " + "ສ" * 60, numbers=["+856 20 5551 2345"], city="Vientiane", note="one\ntwo")
    sent = _sent(window, form="vcf")
    assert all(len(line) <= 75 for line in sent.split(b"\r\n"))
    Customer.objects.all().delete()
    imported = upload(boss, sent, "customers.vcf")
    sent_choices = {f"column-{n}": field for n, field in enumerate(imported.mapping)}
    window.post(reverse("import", args=[imported.pk]), {**sent_choices, "region": "LA", "duplicates": "skip"})
    do_job()
    window.post(reverse("apply-import", args=[imported.pk]))
    do_job()
    back = Customer.objects.get()
    assert (back.name, back.city, back.note) == ("Анна; \\ Otto, " + "ສ" * 60, "Vientiane", "one\ntwo")
    assert back.phones.get().e164 == "+8562055512345"


def test_an_export_of_the_list_has_its_filters(window: Window) -> None:
    create_customer(name="Anna", city="Omsk")
    create_customer(name="Otto", city="Rom")
    sent = _sent(window, form="csv", column=["name"], q="otto").decode("utf-8-sig")
    assert sent == "Name\r\nOtto\r\n"
    anna = Customer.objects.get(name="Anna")
    sent = _sent(window, form="csv", column=["name"], id=[anna.pk]).decode("utf-8-sig")
    assert sent == "Name\r\nAnna\r\n"


def test_the_administrator_says_who_may_export(window: Window) -> None:
    manager = User.objects.create_user("manager")
    main, exports = ready_role("manager").pk, ready_role("exporter").pk
    said = {"username": "manager", "roles": [main, exports]}
    assert window.post(reverse("person", args=[manager.pk]), said).status_code == 302
    assert Window(User.objects.get(pk=manager.pk)).get(reverse("export-customers")).status_code == 200
    said["roles"] = [main]
    window.post(reverse("person", args=[manager.pk]), said)
    assert Window(User.objects.get(pk=manager.pk)).get(reverse("export-customers")).status_code == 403
