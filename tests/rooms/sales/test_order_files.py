"""Files of an order: added, seen at the order and at the customer, removed and brought back, and gone with a merge."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callcard.customers.merge_services import merge_customers, undo_merge
from callcard.customers.models import CustomerFile
from callcard.customers.services import create_customer
from callcard.sales.models import Order, OrderFile
from callcard.sales.services import record_order
from callcard.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("owner", role=User.Role.OWNER))
    return client


@pytest.fixture
def order() -> Order:
    return record_order(customer=create_customer(name="Mali"), total=Decimal(5), currency="USD")


def upload(client: Client, order: Order, *names: str) -> list[CustomerFile]:
    files = [SimpleUploadedFile(name, b"%PDF-1.7") for name in names]
    assert client.post(f"/orders/{order.pk}/files", {"files": files}).status_code == 302
    return list(CustomerFile.objects.order_by("pk"))


def test_a_file_stands_at_the_order_and_at_the_customer(owner: Client, order: Order) -> None:
    contract, _drawing = upload(owner, order, "contract.pdf", "drawing.pdf")
    assert {file.customer_id for file in CustomerFile.objects.all()} == {order.customer_id}
    for address in (f"/orders/{order.pk}/", f"/customers/{order.customer_id}/files"):
        page = owner.get(address).content.decode()
        assert "contract.pdf" in page
        assert "drawing.pdf" in page
    assert owner.get(f"/customers/{order.customer_id}/files/{contract.pk}").status_code == 200


def test_removed_from_the_order_it_is_brought_back_there(owner: Client, order: Order) -> None:
    (file,) = upload(owner, order, "contract.pdf")
    window = f"/orders/{order.pk}/"
    address = f"/customers/{order.customer_id}/files/{file.pk}"
    assert owner.post(f"{address}/remove", {"back": window})["Location"] == window
    file.refresh_from_db()
    assert file.removed_at is not None
    assert f"{address}/restore" in owner.get(window).content.decode()
    assert owner.post(f"{address}/restore", {"back": window})["Location"] == window
    file.refresh_from_db()
    assert file.removed_at is None


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", ""]
)
def test_one_is_never_led_elsewhere(owner: Client, order: Order, back: str) -> None:
    (file,) = upload(owner, order, "contract.pdf")
    answer = owner.post(f"/customers/{order.customer_id}/files/{file.pk}/remove", {"back": back})
    assert answer["Location"] == f"/customers/{order.customer_id}/files"


def test_nothing_is_added_to_an_order_that_one_may_not_see(order: Order) -> None:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("stranger", records=User.Records.OWN))
    answer = client.post(f"/orders/{order.pk}/files", {"files": [SimpleUploadedFile("a.pdf", b"%PDF-")]})
    assert (answer.status_code, CustomerFile.objects.count(), OrderFile.objects.count()) == (404, 0, 0)


def test_a_file_goes_with_its_order_when_customers_are_merged_and_taken_apart(owner: Client, order: Order) -> None:
    upload(owner, order, "before.pdf")
    mali, anna = order.customer, create_customer(name="Anna")
    merge = merge_customers(kept=anna, gone=[mali], by=None)
    upload(owner, order, "since.pdf")
    assert {file.customer_id for file in CustomerFile.objects.all()} == {anna.pk}
    undo_merge(merge=merge, by=None)
    assert {file.customer_id for file in CustomerFile.objects.all()} == {mali.pk}
