"""Files of customers: stored by content, fetched by those who may, never opened as a page."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from callcard.customers.file_services import add_file, forget_removed_files, remove_file, restore_file
from callcard.customers.files import FileTooLarge, media_type_of, safe_name, store_file
from callcard.customers.models import Customer, CustomerFile
from callcard.customers.own_field_services import set_largest_file
from callcard.customers.services import create_customer
from callcard.staff.models import Change, User

pytestmark = pytest.mark.django_db

EVIL = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def mali() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("mali"))
    return client


@pytest.fixture
def customer() -> Customer:
    return create_customer(name="Anna")


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"RIFF....WEBP", "image/webp"),
        (EVIL, "text/plain"),
        (b"<svg onload=alert(1)>", "text/plain"),
        ("ສະບາຍດີ".encode() * 400, "text/plain"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
        (archive("a.txt"), "application/zip"),
        (
            archive("[Content_Types].xml", *(f"z{n}" for n in range(500)), "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, media_type: str) -> None:
    assert store_file([content], most_bytes=100_000).media_type == media_type


@given(st.binary(max_size=200))
def test_any_content_has_some_type(content: bytes) -> None:
    assert "/" in media_type_of(content)


@given(st.text(max_size=300))
def test_a_name_is_never_a_path(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 150
    assert not set(safe) & {"/", "\\", "\x00", "\n"}
    assert safe.strip(".") == safe


def test_files_are_added_fetched_removed_and_brought_back(mali: Client, customer: Customer) -> None:
    uploads = [SimpleUploadedFile("../a.html", EVIL, "text/html"), SimpleUploadedFile("ລາຄາ.pdf", b"%PDF-1.4")]
    mali.post(f"/customers/{customer.pk}/files", {"files": uploads})
    first, second = CustomerFile.objects.order_by("pk")
    assert (first.name, first.media_type, first.size_bytes) == ("a.html", "text/plain", len(EVIL))
    assert second.name == "ລາຄາ.pdf"
    response = mali.get(f"/customers/{customer.pk}/files/{first.pk}")
    assert b"".join(response) == EVIL
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''a.html"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("text/plain", "nosniff")
    mali.post(f"/customers/{customer.pk}/files/{first.pk}/remove")
    assert mali.get(f"/customers/{customer.pk}/files/{first.pk}").status_code == 404
    mali.post(f"/customers/{customer.pk}/files/{first.pk}/restore")
    assert mali.get(f"/customers/{customer.pk}/files/{first.pk}").status_code == 200
    steps = Change.objects.filter(about="file", object_id=first.pk).order_by("pk")
    assert [step.action for step in steps] == ["created", "removed", "restored"]


def test_a_file_that_is_too_large_leaves_nothing_behind(mali: Client, customer: Customer) -> None:
    set_largest_file(megabytes=1)
    there = set(_stored())
    uploads = [SimpleUploadedFile("big.txt", b"x" * 1_000_001), SimpleUploadedFile("small.txt", b"x")]
    response = mali.post(f"/customers/{customer.pk}/files", {"files": uploads}, follow=True)
    assert "“big.txt” is too large: at most 1 MB." in response.content.decode()
    assert list(CustomerFile.objects.values_list("name", flat=True)) == ["small.txt"]
    assert len(set(_stored()) - there) == 1


def test_a_broken_upload_leaves_nothing_behind(customer: Customer) -> None:
    there = _stored()

    def broken() -> object:
        yield b"x"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        add_file(customer=customer, name="a", chunks=broken(), by=None)  # type: ignore[arg-type]
    with pytest.raises(FileTooLarge):
        store_file([b"123"], most_bytes=2)
    assert (_stored(), CustomerFile.objects.count()) == (there, 0)


def _stored() -> list[Path]:
    return sorted(path for path in (Path(settings.MEDIA_ROOT) / "files").rglob("*") if path.is_file())


def test_files_of_customers_one_may_not_see_do_not_exist(customer: Customer) -> None:
    file = add_file(customer=customer, name="a", chunks=[b"x"], by=None)
    own = create_customer(name="Own")
    noy = User.objects.create_user("noy", records="own")
    Customer.objects.filter(pk=own.pk).update(responsible=noy)
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(noy)
    for pk in (customer.pk, own.pk):
        assert client.get(f"/customers/{pk}/files/{file.pk}").status_code == 404
        assert client.post(f"/customers/{pk}/files/{file.pk}/remove").status_code == 404
        assert client.post(f"/customers/{pk}/files/{file.pk}/restore").status_code == 404
    assert client.post(f"/customers/{customer.pk}/files", {"files": []}).status_code == 404
    file.refresh_from_db()
    assert (CustomerFile.objects.count(), file.removed_at) == (1, None)


def test_what_was_removed_long_ago_is_erased_from_the_table_and_the_disk(customer: Customer) -> None:
    month_ago, now = timezone.now() - timedelta(days=30), timezone.now()
    kept, removed, back, lost = (
        add_file(customer=customer, name=name, chunks=[b"x"], by=None) for name in ("kept", "removed", "back", "lost")
    )
    for file in (removed, back, lost):
        remove_file(file=file, by=None)
    CustomerFile.objects.exclude(removed_at=None).update(removed_at=month_ago)
    restore_file(file=back, by=None)
    (Path(settings.MEDIA_ROOT) / lost.path).unlink()
    assert forget_removed_files(before=month_ago) == 0
    assert forget_removed_files(before=now) == 2
    assert set(CustomerFile.objects.values_list("name", flat=True)) == {"kept", "back"}
    there = [file.name for file in (kept, removed, back) if (Path(settings.MEDIA_ROOT) / file.path).exists()]
    assert there == ["kept", "back"]
    assert "removed" in str([(change.before, change.after) for change in Change.objects.all()])
