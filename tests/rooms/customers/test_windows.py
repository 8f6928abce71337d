"""The windows of customers, as a browser asks for them."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from callcard.calls.models import Call, Notice
from callcard.customers.models import Customer, OwnField
from callcard.customers.portraits import store_portrait
from callcard.customers.services import archive_customer, create_customer
from callcard.staff.models import User
from callcard.tasks.models import Task

pytestmark = pytest.mark.django_db


class Window(Client):
    """A browser's shell: asks for windows' contents only."""

    def __init__(self, user: User) -> None:
        super().__init__(headers={"X-Callcard-Window": "1"})
        self.force_login(user)
        self.user = user

    def text(self, url: str) -> str:
        response = self.get(url)
        assert response.status_code == 200, url
        return str(response.content.decode())


def phones(*numbers: str) -> dict[str, str]:
    """The rows of a customer's form with these numbers."""
    return {"phones-TOTAL_FORMS": str(len(numbers))} | {f"phones-{n}-raw": raw for n, raw in enumerate(numbers)}


@pytest.fixture
def everyone() -> Window:
    return Window(User.objects.create_user("owner", role="owner"))


@pytest.fixture
def limited() -> Window:
    return Window(User.objects.create_user("mali", first_name="Mali", records="own"))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("мар", ["Мария Петрова"]),
        ("ПЕТРОВА мария", ["Мария Петрова"]),
        ("ມາລີ", ["ມາລີ ວົງສາ"]),
        ("5551", ["Jörg Groß", "Мария Петрова"]),
        ("020 5551 2345", ["Мария Петрова"]),
        ("+8562055512345", ["Мария Петрова"]),
        ("55512345", ["Мария Петрова"]),
        ("gross", ["Jörg Groß"]),
        ("nobody", []),
        ("99999999", []),
        ("%", []),
        ("", ["Jörg Groß", "Мария Петрова", "ມາລີ ວົງສາ"]),
    ],
)
def test_search_by_name_in_any_script_or_part_of_a_number(everyone: Window, words: str, found: list[str]) -> None:
    create_customer(name="Мария Петрова", numbers=["020 5551 2345"])
    create_customer(name="ມາລີ ວົງສາ", numbers=["+49 30 123456"])
    create_customer(name="Jörg Groß", numbers=["+49 151 1555 1777"])
    archive_customer(customer=create_customer(name="Мария 5551 gone", numbers=["020 5551 0000"]))
    response = everyone.get("/customers/", {"q": words})
    assert sorted(customer.name for customer in response.context["page"].rows) == found


def test_the_list_goes_on_page_by_page_and_shows_everyone_once(everyone: Window) -> None:
    for index in range(120):
        create_customer(name=f"Same name {index // 60}")
    for sort in ("name", "-name", "created", "-created", "city", "-city"):
        forwards, backwards = pages(everyone, sort, "", "after"), pages(everyone, sort, "last=1", "before")
        assert (len(forwards), len(set(forwards))) == (120, 120)
        assert [pk for page in reversed(chunks(backwards)) for pk in page] == forwards


def pages(window: Window, sort: str, begin: str, way: str) -> list[int]:
    """Everybody's ids, page after page; "after" goes forwards, "before" backwards."""
    seen: list[int] = []
    query = begin or "q="
    while query:
        page = window.get(f"/customers/?sort={sort}&{query}").context["page"]
        seen += [customer.pk for customer in page.rows]
        cursor = page.next if way == "after" else page.previous
        query = f"{way}={cursor}" if cursor else ""
    return seen


def chunks(seen: list[int]) -> list[list[int]]:
    return [seen[start : start + 50] for start in range(0, len(seen), 50)]


def test_an_empty_list_says_so(everyone: Window) -> None:
    empty = everyone.text("/customers/")
    assert "There are no customers yet" in empty
    assert "Enter the first one" in empty
    assert "Bring them in from a file" in empty
    assert "Nobody is found" in everyone.text("/customers/?q=zz")


def test_found_customers_can_be_chosen(everyone: Window) -> None:
    customer = create_customer(name="<b>Mali</b>", numbers=["020 5551 2345"])
    text = everyone.text("/customers/find?q=mali")
    assert f'data-customer="{customer.pk}"' in text
    assert "<b>Mali</b>" not in text
    assert everyone.text("/customers/find?q=").strip() == ""


def test_a_customer_of_others_does_not_exist_for_who_may_not_see_it(limited: Window) -> None:
    hidden = create_customer(name="Hidden", numbers=["020 5551 2345"])
    phone = hidden.phones.get()
    task = Task.objects.create(title="secret", customer=hidden, assignee=User.objects.create_user("noy"))
    for url in (f"/customers/{hidden.pk}/", f"/customers/{hidden.pk}/edit"):
        assert limited.get(url).status_code == 404
    posts = {
        reverse("edit-customer", args=[hidden.pk]): {"name": "x", "kind": "person"},
        reverse("quick-note", args=[hidden.pk]): {"note": "x"},
        reverse("new-task", args=[hidden.pk]): {"title": "x"},
        reverse("task-done", args=[hidden.pk, task.pk]): {},
        reverse("card-row-add", args=[hidden.pk]): {"about": "phone", "raw": "020 5551 9999"},
        reverse("card-row-remove", args=[hidden.pk]): {"row": f"phone-{phone.pk}"},
        reverse("upload-portrait", args=[hidden.pk]): {"remove": "1"},
    }
    for url, data in posts.items():
        assert limited.post(url, data).status_code == 404, url
    fresh = Customer.objects.get()
    assert (fresh.name, fresh.note, fresh.phones.count(), fresh.contacts.count()) == ("Hidden", "", 1, 0)
    assert Task.objects.get().done_at is None
    assert "Hidden" not in limited.text("/customers/?q=hid") + limited.text("/customers/find?q=hid")


def test_a_phone_of_another_customer_is_not_removed_through_ones_own(limited: Window) -> None:
    own = create_customer(name="Own", responsible=limited.user)
    other = create_customer(name="Other", numbers=["020 5551 2345"])
    limited.post(reverse("card-row-remove", args=[own.pk]), {"row": f"phone-{other.phones.get().pk}"})
    assert other.phones.count() == 1


def test_a_portrait_is_served_to_those_who_may_see_its_customer(everyone: Window, limited: Window) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    path = store_portrait(buffer.getvalue())
    create_customer(name="Hidden")
    Customer.objects.update(portrait=path)
    response = everyone.get(f"/media/{path}")
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert b"".join(response).startswith(b"RIFF")
    assert limited.get(f"/media/{path}").status_code == 404
    assert everyone.get("/media/portraits/00/nothing.webp").status_code == 404
    assert Client().get(f"/media/{path}").status_code == 302


def test_an_upload_that_is_no_photo_is_answered_with_words(everyone: Window) -> None:
    customer = create_customer(name="Mali")
    upload = io.BytesIO(b"<svg onload=alert(1)>")
    upload.name = "face.png"
    response = everyone.post(reverse("upload-portrait", args=[customer.pk]), {"portrait": upload}, follow=True)
    assert "This file is not a photo that can be read." in response.content.decode()
    assert Customer.objects.get().portrait == ""


def test_an_unknown_number_becomes_a_customer_and_the_calls(limited: Window) -> None:
    call = Call.objects.create(pbx="p", key="1", direction="inbound", started_at="2026-11-21T08:00Z", number="x")
    Notice.objects.create(call=call, user=limited.user, rang_at=call.started_at)
    url = f"/customers/new?number=%2B8562055512345&call={call.pk}"
    assert 'value="+8562055512345"' in limited.text(url)
    typed = {"name": "Mali", "kind": "person", "call": call.pk} | phones("+8562055512345")
    response = limited.post("/customers/new", typed | {"responsible": limited.user.pk})
    customer = Customer.objects.get()
    assert response["Location"] == f"/customers/{customer.pk}/"
    assert (customer.created_by, customer.responsible) == (limited.user, limited.user)
    assert customer.phones.get().e164 == "+8562055512345"
    call.refresh_from_db()
    assert (call.customer, call.match) == (customer, "chosen")


def test_a_call_that_was_not_ones_own_is_not_taken(limited: Window) -> None:
    call = Call.objects.create(pbx="p", key="1", direction="inbound", started_at="2026-11-21T08:00Z")
    limited.post("/customers/new", {"name": "M", "kind": "person", "call": call.pk, "responsible": limited.user.pk})
    call.refresh_from_db()
    assert (Customer.objects.count(), call.customer) == (1, None)


def test_own_fields_are_typed_in_and_others_kept(everyone: Window) -> None:
    OwnField.objects.create(key="discount", name="Discount")
    customer = create_customer(name="Mali", own_fields={"older": "kept"})
    everyone.post(f"/customers/{customer.pk}/edit", {"name": "Mali", "kind": "person", "own_discount": "5 %"})
    assert Customer.objects.get().own_fields == {"older": "kept", "discount": "5 %"}
    assert "5 %" in everyone.text(f"/customers/{customer.pk}/")


def test_the_card_shows_nothing_unescaped(everyone: Window) -> None:
    evil = "<script>alert(1)</script>"
    customer = create_customer(name=evil, note=evil, address=evil, city=evil, numbers=[evil])
    everyone.post(reverse("new-task", args=[customer.pk]), {"entry": evil})
    everyone.post(reverse("quick-note", args=[customer.pk]), {"note": evil})
    everyone.post(reverse("card-row-add", args=[customer.pk]), {"about": "contact", "kind": "other", "value": evil})
    for url in (
        f"/customers/{customer.pk}/",
        f"/customers/{customer.pk}/edit",
        "/customers/",
        "/customers/find?q=script",
    ):
        text = everyone.text(url)
        assert "alert(1)" in text
        assert "<script>alert" not in text


anything = st.one_of(st.text(max_size=80), st.text(alphabet="0123456789+-() ", max_size=80), st.just("9" * 400))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=anything, after=anything, sort=anything, number=anything, call=anything)
def test_no_question_breaks_the_windows(
    everyone: Window, q: str, after: str, sort: str, number: str, call: str
) -> None:
    for url, asked in (
        ("/customers/", {"q": q, "after": after, "sort": sort}),
        ("/customers/find", {"q": q}),
        ("/customers/new", {"number": number, "call": call}),
    ):
        assert (
            everyone.get(url, {k: v.encode("utf-8", "replace").decode() for k, v in asked.items()}).status_code == 200
        )


_TYPED = (
    *(
        "name",
        "phones-TOTAL_FORMS",
        "phones-0-raw",
        "phones-0-id",
        "phones-0-seen",
        "tags",
        "city",
        "country",
        "address",
        "language",
        "birthday",
        "note",
        "responsible",
        "category",
    ),
    "call",
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["person", "company", "x"])}, optional=dict.fromkeys(_TYPED, anything)
    )
)
def test_whatever_is_typed_is_saved_or_answered_with_words(everyone: Window, typed: dict[str, str]) -> None:
    before = Customer.objects.count()
    typed = {name: value.encode("utf-8", "replace").decode() for name, value in typed.items()}
    response = everyone.post("/customers/new", typed)
    assert response.status_code in (302, 422)
    assert Customer.objects.count() - before == (response.status_code == 302)
