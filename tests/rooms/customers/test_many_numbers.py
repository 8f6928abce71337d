"""Many numbers at once are known as each of them alone is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callcard.customers.many_numbers import match_numbers
from callcard.customers.queries import match_number
from callcard.customers.services import add_phone, archive_customer, create_customer
from callcard.staff.models import Extension, Line

pytestmark = pytest.mark.django_db
RAWS = [
    *("+8562055512345", "8562055512345", "020 5551-2345", "555 0123", "+12125550123", "301", "2055599999"),
    *("021 212 800", "+85621212800", "85621212801", "anonymous", "", " ", "\x00", "x" * 300, "02055577777"),
]


def test_each_is_matched_as_alone() -> None:
    one = create_customer(name="Mali", numbers=["020 5551 2345"])
    create_customer(name="Noy", numbers=["+856 20 5551 2345"])
    create_customer(name="John", numbers=["+1 212 555 0123"])
    add_phone(customer=one, raw="+8562055512345")
    archive_customer(customer=create_customer(name="Gone", numbers=["020 5557 7777"]))
    Line.objects.create(number="021 212 800", e164="+85621212800")
    Line.objects.create(number="85621212801")
    Extension.objects.create(number="301")
    Extension.objects.create(number="2055599999")
    for region in ("LA", "US"):
        found = match_numbers(RAWS, region=region)
        assert found == {raw: match_number(raw, region=region) for raw in RAWS}
    kinds = [found.kind for found in match_numbers(RAWS, region="LA").values()]
    assert kinds[:3] == ["several"] * 3
    assert kinds[5:10] == ["own"] * 5
    assert kinds[10:] == ["withheld", *["none"] * 5]


def test_one_query_tells_all_that_somebody_has() -> None:
    numbers = [f"+85620555100{place:02}" for place in range(30)]
    ids = [create_customer(name=number, numbers=[number]).pk for number in numbers]
    with CaptureQueriesContext(connection) as asked:
        found = match_numbers(numbers, region="LA")
    assert [found[number].customer_ids for number in numbers] == [(pk,) for pk in ids]
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert match_numbers([], region="LA") == {}
    assert len(asked) == 0
