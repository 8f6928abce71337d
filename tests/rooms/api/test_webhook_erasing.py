"""Who is erased is told to nobody any more."""

from __future__ import annotations

import pytest

from callcard.api.webhooks.events import EVENTS
from callcard.api.webhooks.following import collect
from callcard.api.webhooks.services import make_endpoint
from callcard.customers.erasing import erase_person
from callcard.customers.services import create_customer
from callcard.staff.models import User
from tests.rooms.staff.windows import person

pytestmark = pytest.mark.django_db


def test_messages_about_a_person_who_is_erased_go_and_others_stay() -> None:
    mali = person("mali", role=User.Role.ADMINISTRATOR)
    endpoint = make_endpoint(name="Shop", address="https://shop.example.com/", events=EVENTS, by=mali)
    erased, other = (create_customer(name=name, responsible=mali) for name in ("Boun", "Other"))
    collect()
    erase_person(customer=erased, with_recordings=False, by=mali)
    assert list(endpoint.deliveries.values_list("customer_id", flat=True)) == [other.pk]
    collect()
    (said,) = endpoint.deliveries.filter(customer_id=erased.pk)
    assert said.event == "customer.removed"
    assert "Boun" not in said.body
