"""The company's own lists in the settings, with categories and tags of customers as examples."""

from __future__ import annotations

import pytest
from django.test import Client

from callcard.customers.models import Category, Customer, CustomerStage, CustomerTag, Tag
from callcard.customers.services import create_customer
from callcard.staff.models import Change, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("anna", role="administrator"))
    return client


def categories() -> list[tuple[str, str, int]]:
    return list(Category.objects.values_list("name", "colour", "position"))


def test_an_entry_is_added_at_the_end(anna: Client) -> None:
    Category.objects.create(name="Old", position=4)
    typed = {"name": " VIP ", "colour": "orange", "icon": "wallet"}
    assert anna.post("/settings/lists/categories", typed)["Location"] == "/settings/lists/categories"
    assert categories() == [("Old", "blue", 4), ("VIP", "orange", 5)]
    assert Category.objects.get(name="VIP").icon == "wallet"
    change = Change.objects.get()
    assert (change.about, change.action, change.after["name"]) == ("categories", "created", "VIP")


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "", "colour": "red"},
        {"name": "vip", "colour": "red"},
        {"name": "New", "colour": "url(x)"},
        {"name": "New", "colour": "red", "icon": '"><script>'},
        {"name": "x" * 101, "colour": "red"},
    ],
)
def test_what_cannot_be_an_entry_is_answered_with_words(anna: Client, typed: dict[str, str]) -> None:
    Category.objects.create(name="VIP")
    assert anna.post("/settings/lists/categories", typed).status_code == 422
    assert Category.objects.count() == 1


def test_entries_are_put_in_order(anna: Client) -> None:
    keys = [Category.objects.create(name=name, position=n).pk for n, name in enumerate("abc")]
    anna.post("/settings/lists/categories/order", {"order": [keys[2], keys[0], keys[2], "x", 9**9]})
    assert [name for name, _colour, _position in categories()] == ["c", "a", "b"]


def test_an_entry_is_renamed_and_those_who_have_it_keep_it(anna: Client) -> None:
    stage = CustomerStage.objects.create(name="Old")
    customer = create_customer(name="Mali", stage=stage)
    anna.post(f"/settings/lists/stages/{stage.pk}", {"name": "New", "colour": "green", "is_customer": "on"})
    fresh = Customer.objects.select_related("stage").get(pk=customer.pk)
    assert fresh.stage is not None
    assert (fresh.stage.name, fresh.stage.colour, fresh.stage.is_customer) == ("New", "green", True)


def test_an_entry_in_use_is_not_erased_without_a_word(anna: Client) -> None:
    category = Category.objects.create(name="VIP")
    create_customer(name="Mali", category=category)
    assert "It is used in 1 place." in anna.get(f"/settings/lists/categories/{category.pk}").content.decode()
    response = anna.post(f"/settings/lists/categories/{category.pk}/remove", follow=True)
    assert "Say what to put instead" in response.content.decode()
    assert Customer.objects.get().category == category


def test_another_entry_takes_its_place(anna: Client) -> None:
    gone, kept = Category.objects.create(name="VIP"), Category.objects.create(name="Regular")
    create_customer(name="Mali", category=gone)
    anna.post(f"/settings/lists/categories/{gone.pk}/remove", {"instead": kept.pk})
    assert (Customer.objects.get().category, list(Category.objects.all())) == (kept, [kept])


def test_a_tag_that_is_replaced_stands_once_at_each_customer(anna: Client) -> None:
    gone, kept = Tag.objects.create(name="Fair"), Tag.objects.create(name="Fairs")
    create_customer(name="Both", tags=[gone, kept])
    create_customer(name="One", tags=[gone])
    anna.post(f"/settings/lists/tags/{gone.pk}/remove", {"instead": kept.pk})
    assert list(CustomerTag.objects.order_by("pk").values_list("customer__name", "tag")) == [
        ("Both", kept.pk),
        ("One", kept.pk),
    ]


def test_an_archived_entry_is_not_offered_and_comes_back(anna: Client) -> None:
    category = Category.objects.create(name="VIP")
    customer = create_customer(name="Mali", category=category)
    anna.post(f"/settings/lists/categories/{category.pk}/remove", {"instead": "archive"})
    assert Customer.objects.get().category == category
    anna.get("/settings/lists")  # the words about it
    assert "VIP" not in anna.get("/customers/new").content.decode()
    assert "VIP" in anna.get(f"/customers/{customer.pk}/edit").content.decode()
    anna.post(f"/settings/lists/categories/{category.pk}/restore")
    assert "VIP" in anna.get("/customers/new").content.decode()


def test_an_unused_entry_is_removed(anna: Client) -> None:
    category = Category.objects.create(name="VIP")
    anna.post(f"/settings/lists/categories/{category.pk}/remove")
    assert categories() == []


def test_names_are_never_html_and_unknown_lists_do_not_exist(anna: Client) -> None:
    category = Category.objects.create(name="<script>alert(1)</script>")
    for url in ("/settings/lists", "/settings/lists/categories", f"/settings/lists/categories/{category.pk}"):
        text = anna.get(url).content.decode()
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert(1)" not in text
    assert anna.get("/settings/lists/nothing").status_code == 404
    assert anna.get("/settings/lists/tags/77").status_code == 404


def test_nobody_else_changes_lists() -> None:
    category = Category.objects.create(name="VIP")
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("owner", role="owner"))
    for url in ("", "/order", f"/{category.pk}", f"/{category.pk}/remove", f"/{category.pk}/restore"):
        assert client.post(f"/settings/lists/categories{url}", {"name": "x"}).status_code == 403
    assert categories() == [("VIP", "blue", 0)]
