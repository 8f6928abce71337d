from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.staff.models import Company, Extension, Line, User
from callcard.switchboard.models import Pbx
from tests.stories.product import PASSWORD, Desk, Product


@pytest.fixture
def office_people(transactional_db: None) -> dict[str, User]:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Line.objects.create(number="+85621000100", e164="+85621000100", name="Sales")
    Pbx.objects.create(slug="simulator", name="Simulator", kind="simulator", options={"mean_interval": 0})
    users = {}
    for name, extension in (("anna", "301"), ("bounmy", "302"), ("chan", "303")):
        users[name] = User.objects.create_user(name, password=PASSWORD, first_name=name.capitalize())
        Extension.objects.create(number=extension, user=users[name])
    return users


@pytest.fixture
def mali(office_people: dict[str, User]) -> Customer:
    return create_customer(name="Mali Souk", by=office_people["anna"], numbers=["020 5551 2345"])


@pytest.fixture
def product(office_people: dict[str, User]) -> Iterator[Product]:
    product = Product()
    product.start()
    yield product
    product.stop()


@pytest.fixture
def desk(product: Product) -> Iterator[Callable[[str], Desk]]:
    desks: list[Desk] = []

    def sit_down(username: str) -> Desk:
        desks.append(Desk(product.port, username))
        return desks[-1]

    yield sit_down
    for each in desks:
        for stream in each.streams:
            stream.close()
