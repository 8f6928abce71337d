"""Invoices, receipts and statements: what they say, in which letters, and what a company puts on them."""

from __future__ import annotations

import ctypes
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.test import override_settings
from django.utils import timezone, translation
from PIL import Image
from pypdfium2 import raw

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales.documents.paper import invoice_pdf, language_for, receipt_pdf, statement_pdf
from callcard.sales.models import Order, OrderState
from callcard.sales.payment_services import cancel_payment, record_payment
from callcard.sales.rules import LineFigures
from callcard.sales.services import LineDraft, cancel_order, record_order
from callcard.sales.statements import statement
from callcard.staff.company import company
from callcard.staff.models import Company
from callcard.ui.writing import money
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db

NAMES = {
    "lo": ("ມາລີ ວົງສາ", "NotoSansLao"),
    "km": ("លោក សុខ", "NotoSansKhmer"),
    "th": ("สมศรี แก้ว", "NotoSansThai"),
    "ar": ("مريم الأحمدي", "NotoSansArabic"),
    "ru": ("Алия Қасымова", "NotoSans"),
    "vi": ("Nguyễn Thị Hương", "NotoSans"),
}


@pytest.fixture(autouse=True)
def office() -> Company:
    return Company.objects.create(
        name="Mekong & Söhne", currency="USD", tax_name="VAT", tax_number="T-1", address="Road 1", bank_details="BCEL 7"
    )


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return " ".join("".join(texts).split())


def fonts_of(pdf: bytes) -> set[str]:
    """The families of the letters, without what the file prefixes to their names."""
    document = pypdfium2.PdfDocument(pdf)
    names = set()
    for item in document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        buffer = ctypes.create_string_buffer(200)
        raw.FPDFFont_GetBaseFontName(raw.FPDFTextObj_GetFont(item), buffer, 200)
        names.add(buffer.value.decode().partition("+")[2].partition("-")[0])
    document.close()
    return names


def an_order(customer: Customer, **columns: object) -> Order:
    line = LineFigures(Decimal("2.5"), Decimal("10.10"), discount_percent=Decimal(10), tax_percent=Decimal(10))
    lines = [LineDraft(title="Bench <b> #emph[x] $y$", unit="kg", figures=line)]
    return record_order(customer=customer, lines=lines, note='#panic("read as code")', **columns)  # type: ignore[arg-type]


def test_an_invoice_says_what_was_sold_as_it_was_typed(office: Company) -> None:
    order = an_order(create_customer(name="Mali *bold*", address="@a #1"), due_on=date(2026, 12, 1))
    record_payment(customer=order.customer, amount=Decimal(5), currency="USD", order=order)
    order.refresh_from_db()
    said = text_of(invoice_pdf(order))
    for words_on_it in (
        *("Invoice", f"Number {order.number}", "Due Dec 1, 2026", "Mekong & Söhne", "Tax number T-1", "Mali *bold*"),
        *("Bench <b> #emph[x] $y$ 2.5 kg $10.10 10 % $22.73", "VAT 10 % within $2.07", "Total $22.73"),
        *("Paid $5", "To pay $17.73", '#panic("read as code")', "Bank details BCEL 7", "Page 1 of 1"),
    ):
        assert words_on_it in said
    cancel_order(order=order)
    order.refresh_from_db()
    assert "Cancelled" in text_of(invoice_pdf(order))


def test_an_invoice_names_what_was_paid_too_much_or_before() -> None:
    order = an_order(create_customer(name="Mali"))
    record_payment(customer=order.customer, amount=order.total + 5, currency="USD", order=order)
    order.refresh_from_db()
    said = text_of(invoice_pdf(order))
    assert "Overpaid $5" in said
    assert "To pay" not in said
    offer = OrderState.objects.create(name="Offer", is_owed=False)
    early = an_order(create_customer(name="Noy"), state=offer)
    record_payment(customer=early.customer, amount=Decimal(3), currency="USD", order=early)
    early.refresh_from_db()
    assert "Paid in advance $3" in text_of(invoice_pdf(early))


def test_a_long_invoice_goes_on_and_repeats_its_head() -> None:
    customer = create_customer(name="Mali")
    lines = [LineDraft(title=f"Thing {i}", figures=LineFigures(Decimal(1), Decimal(1))) for i in range(120)]
    said = text_of(invoice_pdf(record_order(customer=customer, lines=lines)))
    pages = said.count("Quantity")
    assert pages > 2
    assert f"Page {pages} of {pages}" in said
    assert "Thing 119" in said


@pytest.mark.parametrize("code", NAMES)
def test_each_script_has_its_own_letters_and_nothing_of_the_machines(code: str) -> None:
    name, font = NAMES[code]
    customer = create_customer(name=name, language=code)
    pdf = invoice_pdf(an_order(customer))
    assert font in fonts_of(pdf)
    assert all(each.startswith("NotoSans") for each in fonts_of(pdf))


@pytest.mark.parametrize(
    ("code", "currency", "written"),
    [
        ("en", "LAK", "LAK\xa01,250,000"),
        ("km", "LAK", "1,250,000\xa0LAK"),
        ("km", "KHR", "1,250,000៛"),
        ("ar", "USD", "\u200f1,250,000\xa0US$\u200e"),
        ("ar", "EUR", "\u200f1,250,000\xa0€"),
    ],
)
def test_letters_of_a_currency_stand_apart_from_the_digits(code: str, currency: str, written: str) -> None:
    with translation.override(code):
        assert money(Decimal(1250000), currency) == written


def test_an_arabic_sheet_is_mirrored() -> None:
    """Its title stands at the left, and the names begin at the right margin."""
    customer = create_customer(name="مريم", language="ar")
    document = pypdfium2.PdfDocument(invoice_pdf(an_order(customer)))
    page = document[0]
    middle = page.get_width() / 2
    bounds = [item.get_bounds() for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])]
    assert max(right for _left, _bottom, right, _top in bounds) > page.get_width() - 70
    title = page.get_textpage().search("Invoice").get_next()
    assert title is not None
    left, _bottom, _right, _top = page.get_textpage().get_charbox(title[0])
    assert left < middle
    document.close()


def test_the_language_is_the_chosen_one_then_the_customers() -> None:
    lao = Customer(name="x", language="lo")
    assert (language_for(lao), language_for(lao, "ar"), language_for(lao, "../x")) == ("lo", "ar", "lo")
    assert language_for(Customer(name="x", language="in words")) == "en"


def test_the_words_of_a_paper_are_the_customers_whoever_prints_it(tmp_path: Path) -> None:
    catalogue = Catalog(locale="lo")
    catalogue.add("Invoice", "ໃບແຈ້ງໜີ້")
    folder = tmp_path / "lo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as stream:
        write_mo(stream, catalogue)
    order = an_order(create_customer(name="Mali", language="lo"))
    with override_settings(LOCALE_PATHS=[tmp_path]), translation.override("en"):
        document = pypdfium2.PdfDocument(invoice_pdf(order))
        title = document.get_metadata_value("Title")
        document.close()
    assert title == "ໃບແຈ້ງໜີ້"


def test_a_receipt_says_for_what_and_whether_it_counts() -> None:
    order = an_order(create_customer(name="Mali"))
    payment = record_payment(customer=order.customer, amount=Decimal(5), currency="USD", order=order, note="thanks")
    said = text_of(receipt_pdf(payment))
    for words_on_it in ("Receipt", payment.number, f"Paid for order {order.number}", "Received $5", "thanks"):
        assert words_on_it in said
    assert "Cancelled" in text_of(receipt_pdf(cancel_payment(payment=payment)))
    refund = record_payment(customer=order.customer, amount=Decimal(-3), currency="USD")
    assert "Given back $3" in text_of(receipt_pdf(refund))


def test_a_statement_goes_on_from_what_was_owed_before_and_adds_no_currencies() -> None:
    customer, now, today = create_customer(name="Mali"), timezone.now(), timezone.localdate()
    record_order(customer=customer, total=Decimal(100), currency="USD", ordered_at=now - timedelta(days=40))
    record_payment(customer=customer, amount=Decimal(30), currency="USD", paid_at=now - timedelta(days=35))
    record_order(customer=customer, total=Decimal(50), currency="USD", ordered_at=now - timedelta(days=5))
    record_payment(customer=customer, amount=Decimal(20), currency="USD", paid_at=now - timedelta(days=4))
    record_payment(customer=customer, amount=Decimal(7), currency="EUR", paid_at=now)
    cancel_order(order=record_order(customer=customer, total=Decimal(999), currency="USD"))
    told = statement(customer, today - timedelta(days=30), today)
    shown = [(part.currency, *map(int, (part.owed_before, part.bought, part.paid, part.owed))) for part in told.parts]
    assert shown == [("EUR", 0, 0, 7, -7), ("USD", 70, 50, 20, 100)]
    assert [int(row.owed) for row in told.parts[1].rows] == [120, 100]
    assert {each.currency: int(each.owed) for each in customer.balances.all()} == {"USD": 100, "EUR": -7}
    said = text_of(statement_pdf(told))
    assert "Owed before $70" in said
    assert "Paid in advance €7" in said


def test_statements_and_documents_are_windows_and_files() -> None:
    owner, customer = Window(person("somchai", role="owner")), create_customer(name="Mali")
    order = an_order(customer)
    text = owner.text(f"/customers/{customer.pk}/statement")
    assert order.number in text
    for head in ("Bought", "Paid", "Owed"):  # on a telephone the amounts have no head above them
        assert f'data-label="{head}"' in text
    assert owner.get(f"/customers/{customer.pk}/statement?since=2026-02-02&until=2026-01-01").status_code == 422
    response = owner.get(f"/orders/{order.pk}/invoice.pdf?language=km")
    assert (response["Content-Type"], response.getvalue()[:5]) == ("application/pdf", b"%PDF-")
    assert response["Content-Disposition"] == f'inline; filename="invoice-{order.number}.pdf"'


# -- what the company puts on them ------------------------------------------------------------------------------------


def picture(size: tuple[int, int] = (900, 300)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "#0b7a5a").save(file, "PNG")
    file.seek(0)
    file.name = "logo.png"
    return file


def test_the_logo_stands_on_the_paper_and_is_seen_by_those_who_are_signed_in() -> None:
    admin, order = Window(person("anna", role="administrator")), an_order(create_customer(name="Mali"))
    assert admin.post("/settings/documents/logo", {"logo": picture()})["Location"] == "/settings/documents"
    document = pypdfium2.PdfDocument(invoice_pdf(order))
    (image,) = document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])
    left, bottom, right, top = image.get_bounds()
    assert (round((right - left) / 72 * 25.4), round((top - bottom) / 72 * 25.4)) == (48, 16)
    document.close()
    url = f"/media/{company().logo}"
    assert admin.get(url)["Content-Type"] == "image/png"
    admin.post("/settings/documents/logo", {"remove": "1"})
    assert (company().logo, admin.get(url).status_code) == ("", 404)


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"%PDF-1.4", b"", b"\x89PNG\r\n\x1a\n" + b"0" * 40])
def test_what_is_no_picture_is_no_logo(content: bytes) -> None:
    file = io.BytesIO(content)
    file.name = "logo.png"
    admin = Window(person("anna", role="administrator"))
    admin.post("/settings/documents/logo", {"logo": file})
    assert company().logo == ""


def test_only_an_administrator_says_what_stands_on_documents(office: Company) -> None:
    typed = {"address": "Road 2", "tax_name": "GST"}
    owner, admin = Window(person("lee", role="owner")), Window(person("anna", role="administrator"))
    assert owner.post("/settings/documents", typed).status_code == 403
    assert owner.post("/settings/documents/logo", {"logo": picture()}).status_code == 403
    office.refresh_from_db()
    assert (office.address, office.logo) == ("Road 1", "")
    assert admin.post("/settings/documents", typed)["Location"] == "/settings/documents"
    office.refresh_from_db()
    assert (office.address, office.tax_name, office.prices_include_tax) == ("Road 2", "GST", False)
    assert "GST" in words(admin.get(f"/orders/new?customer={create_customer(name='Mali').pk}"))


@override_settings(MEDIA_ROOT="/nowhere")
def test_a_logo_whose_file_is_gone_is_left_out(office: Company) -> None:
    office.logo = "company/gone.png"
    office.save()
    assert "Invoice" in text_of(invoice_pdf(an_order(create_customer(name="Mali"))))
