"""Queries that are compiled once: the same rows as the ORM's, and for each user their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from callcard.customers.models import Category, Customer, Phone, Tag
from callcard.staff.kept_queries import MOST_AT_ONCE, KeptQuery, KeptQueryOfMany, KeptWhole
from callcard.staff.models import Team, User
from callcard.staff.visibility import scope_of

pytestmark = pytest.mark.django_db
Asked = Callable[[Customer, User], list[Customer]]


@pytest.fixture
def built() -> list[User]:
    """For whom the query was compiled."""
    return []


@pytest.fixture
def asked(built: list[User]) -> Asked:
    def build(pk: int, user: User) -> QuerySet[Customer]:
        built.append(user)
        return Customer.objects.visible_to(user).filter(pk=pk).select_related("category", "responsible__team")

    kept = KeptQuery(build)
    return lambda customer, user: kept.rows(customer.pk, user, scope=scope_of(user))


@pytest.fixture
def boss() -> User:
    return User.objects.create_user("boss", role=User.Role.OWNER)


def values(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_are_those_of_the_orm_with_what_is_selected_beside_them(
    asked: Asked, boss: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    category = Category.objects.create(name="Regular")
    mali = Customer.objects.create(name="Mali", category=category, responsible=boss, own_fields={"size": ["1"]})
    bare = Customer.objects.create(name="Bare")
    with django_assert_num_queries(2):
        [first], [second] = asked(mali, boss), asked(bare, boss)
        assert (first.category, first.responsible, second.category) == (category, boss, None)
    assert values(first) == values(Customer.objects.get(pk=mali.pk))
    assert values(second) == values(Customer.objects.get(pk=bare.pk))
    first.name = "Mali Souk"
    first.save()  # a row like any other
    assert Customer.objects.get(pk=mali.pk).name == "Mali Souk"


def test_a_query_is_compiled_once_for_those_who_see_the_same(asked: Asked, boss: User, built: list[User]) -> None:
    another = User.objects.create_user("another", role=User.Role.OWNER)
    customer = Customer.objects.create(name="Mali")
    assert [asked(customer, user) for user in (boss, another, boss)] == [[customer]] * 3
    assert built == [boss]


def test_nobody_gets_what_another_may_see(asked: Asked, boss: User, built: list[User]) -> None:
    anna, ben = (User.objects.create_user(name, records=User.Records.OWN) for name in ("anna", "ben"))
    customer = Customer.objects.create(name="Mali", responsible=anna)
    assert [asked(customer, user) for user in (boss, anna, ben)] == [[customer], [customer], []]
    assert built == [boss, anna, ben]


def test_whoever_joins_a_team_sees_what_it_sees(asked: Asked, boss: User) -> None:
    team = Team.objects.create(name="Sales")
    anna = User.objects.create_user("anna", records=User.Records.TEAM, team=team)
    ben = User.objects.create_user("ben", records=User.Records.TEAM)
    customer = Customer.objects.create(name="Mali", responsible=anna)
    assert asked(customer, ben) == []
    ben.team = team
    ben.save()
    assert asked(customer, ben) == [customer]


def test_whoever_was_shut_out_sees_nothing(asked: Asked) -> None:
    gone = User.objects.create_user("gone", is_active=False)
    assert asked(Customer.objects.create(name="Mali"), gone) == []


def test_rows_reached_through_another_table_and_a_slice() -> None:
    mali, souk = Customer.objects.create(name="Mali"), Customer.objects.create(name="Souk")
    vip, late = Tag.objects.create(name="VIP"), Tag.objects.create(name="Late")
    mali.tags.add(vip, late)
    souk.tags.add(late)
    tags = KeptQuery(lambda pk: Tag.objects.filter(customer_tags__customer_id=pk).order_by("name")[:1])
    assert (tags.rows(mali.pk), tags.rows(souk.pk), tags.rows(0)) == ([late], [late], [])


def test_a_query_that_does_not_ask_for_its_row_is_refused() -> None:
    with pytest.raises(AssertionError, match="does not ask"):
        KeptQuery(lambda pk: Phone.objects.all()).rows(1)


def test_rows_of_many_whatever_their_number(django_assert_num_queries: Callable[..., Any]) -> None:
    category = Category.objects.create(name="Regular")
    customers = [Customer.objects.create(name=f"Mali {place}", category=category) for place in range(4)]
    kept = KeptQueryOfMany(lambda pks: Customer.objects.filter(pk__in=pks).select_related("category").order_by("name"))
    with django_assert_num_queries(3):
        for asked in (customers[1:3], customers[2:], customers):
            found = kept.rows([one.pk for one in reversed(asked)])
            assert [(one, one.category) for one in found] == [(one, category) for one in asked]
    with django_assert_num_queries(0):
        assert kept.rows([]) == []


def test_more_ids_than_a_text_is_kept_for() -> None:
    numbers = [Phone(customer=Customer.objects.create(name="Mali"), raw=str(place)) for place in range(3)]
    Phone.objects.bulk_create(numbers)
    kept = KeptQueryOfMany(lambda pks: Phone.objects.filter(customer_id__in=pks).only("raw").order_by("pk"))
    missing = list(range(-MOST_AT_ONCE, 0))
    assert [one.raw for one in kept.rows([*missing, *(one.customer_id for one in numbers)])] == ["0", "1", "2"]


def test_a_whole_list_is_read_anew_each_time() -> None:
    kept = KeptWhole(lambda: Category.objects.only("name").order_by("name"))
    assert kept.rows() == []
    Category.objects.create(name="Regular")
    assert [one.name for one in kept.rows()] == ["Regular"]
    Category.objects.update(name="Rare")
    assert [one.name for one in kept.rows()] == ["Rare"]
