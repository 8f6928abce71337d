from __future__ import annotations

from decimal import Decimal

import pytest

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales.models import Order, OrderState, Payment
from callcard.sales.payment_services import record_payment
from callcard.sales.services import record_order
from callcard.staff.models import Team, User
from callcard.staff.visibility import visible_to
from callcard.tasks.models import Task
from callcard.tasks.services import add_task

pytestmark = pytest.mark.django_db


def person(name: str, *, role: str = "manager", records: str = "own", team: Team | None = None) -> User:
    return User.objects.create_user(name, role=role, records=records, team=team)


@pytest.fixture
def staff() -> dict[str, User]:
    """A firm of two branches; the south has a team below it, which is also made its parent's parent by mistake."""
    north, south = Team.objects.create(name="north"), Team.objects.create(name="south")
    below = Team.objects.create(name="below the south", parent=south)
    Team.objects.filter(pk=south.pk).update(parent=below)
    return {
        "north": person("north", records="team", team=north),
        "south": person("south", records="team", team=south),
        "below": person("below", records="own", team=below),
        "alone": person("alone", records="team"),
        "all": person("all", records="all"),
        "owner": person("owner", role="owner"),
        "admin": person("admin", role="administrator"),
    }


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("north", {"north"}),
        ("south", {"south", "below"}),
        ("below", {"below"}),
        ("alone", {"alone"}),
        ("all", {"north", "south", "below", "alone", "nobody"}),
        ("owner", {"north", "south", "below", "alone", "nobody"}),
        ("admin", {"north", "south", "below", "alone", "nobody"}),
    ],
)
def test_whose_records_one_sees(staff: dict[str, User], who: str, sees: set[str]) -> None:
    state = OrderState.objects.create(name="new")
    for name in ("north", "south", "below", "alone", "nobody"):
        customer = create_customer(name=f"customer of {name}", responsible=staff.get(name))
        order = record_order(customer=customer, number=name, total=Decimal(1), currency="USD", state=state)
        record_payment(customer=customer, amount=order.total, currency="USD")
        add_task(title=name, assignee=staff["admin"], customer=customer)
    user = staff[who]
    wanted = {f"customer of {name}" for name in sees}
    assert set(Customer.objects.visible_to(user).values_list("name", flat=True)) == wanted
    assert set(Order.objects.visible_to(user).values_list("customer__name", flat=True)) == wanted
    assert set(Payment.objects.visible_to(user).values_list("customer__name", flat=True)) == wanted
    if who != "admin":
        assert set(Task.objects.visible_to(user).values_list("customer__name", flat=True)) == wanted
    seen = visible_to(user)
    assert {
        name
        for name in sees | {"north", "alone", "nobody"}
        if seen.allows(staff[name].pk if name != "nobody" else None)
    } == sees


def test_one_sees_ones_own_tasks_whoever_they_are_about(staff: dict[str, User]) -> None:
    customer = create_customer(name="of the south", responsible=staff["south"])
    about_other = add_task(title="for me", assignee=staff["north"], customer=customer)
    about_nobody = add_task(title="buy coffee", assignee=staff["north"])
    add_task(title="for the south", assignee=staff["south"])
    assert set(Task.objects.visible_to(staff["north"])) == {about_other, about_nobody}


def test_who_has_left_sees_nothing(staff: dict[str, User]) -> None:
    create_customer(name="anybody")
    staff["owner"].is_active = False
    assert not visible_to(staff["owner"]).everything
    assert list(Customer.objects.visible_to(staff["owner"])) == []
