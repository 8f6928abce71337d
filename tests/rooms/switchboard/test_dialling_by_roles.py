"""The rules of each role, and whose rules hold for somebody with several."""

from __future__ import annotations

import pytest
from django.test import Client

from callcard.staff.models import Change, Company, Extension, User
from callcard.staff.roles.giving import roles_for
from callcard.staff.roles.models import Role
from callcard.switchboard.dial_rules import Rules
from callcard.switchboard.dial_settings import DEFAULTS, ROLES, rules_for, rules_of, set_rules
from callcard.switchboard.dialling import dial
from callcard.switchboard.models import Pbx
from callcard.switchboard.refusals import NotDialled
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    user = User.objects.create_user("anna", first_name="Anna")
    Extension.objects.create(number="301", user=user)
    return user


def test_what_each_of_several_roles_refuses_is_refused(pbx: FakePbx, anna: User) -> None:
    anna.take_roles([*roles_for("manager", "", False), *roles_for("owner", "", False)])
    set_rules(role=User.Role.MANAGER, rules=Rules(denied=("+882",)), by=anna)
    set_rules(role=User.Role.OWNER, rules=Rules(denied=("+8821",)), by=anna)
    with pytest.raises(NotDialled, match="does not allow calls to this number"):
        dial(user=anna, raw="+88213300001", command_id="press-0001", is_sure=True)
    assert pbx.sent == []
    dial(user=anna, raw="+88223300001", command_id="press-0002", is_sure=True)
    assert len(pbx.sent) == 1


def test_a_role_made_from_nothing_has_the_rules_of_managers_until_it_has_its_own(
    pbx: FakePbx, anna: User, client: Client
) -> None:
    role = Role.objects.create(name="Night desk", rights=["calls.dial", "calls.see", "customers.see"], scope="all")
    anna.take_roles([role])
    set_rules(role="manager", rules=Rules(denied=("+882",)), by=anna)
    assert rules_for(anna) == (rules_of("manager"),)
    client.force_login(User.objects.create_user("admin", role="administrator"))
    assert "Night desk" in client.get("/settings/dialling").content.decode()
    limits = {"calls_a_day": "0", "abroad_a_day": "0", "countries_a_day": "0"}
    form = {"role": role.word, "abroad": "on", "may_dare": "on", "denied": "+8821"}
    assert client.post("/settings/dialling", form | limits).status_code == 302
    (mine,) = rules_for(anna)
    assert (mine.denied, mine.national) == (("+8821",), False)
    with pytest.raises(NotDialled, match="does not allow calls to this number"):
        dial(user=anna, raw="+88213300001", command_id="press-0001", is_sure=True)
    assert pbx.sent == []
    dial(user=anna, raw="+88223300001", command_id="press-0002", is_sure=True)
    assert len(pbx.sent) == 1


def test_a_role_without_rules_takes_nothing_from_a_ready_one(anna: User) -> None:
    role = Role.objects.create(name="Night desk", rights=["calls.dial", "calls.see"], scope="own")
    anna.take_roles([role, *roles_for("operator", "", False)])
    assert rules_for(anna) == (rules_of("operator"),)


def test_the_administrator_sets_the_rules_of_a_role(anna: User, client: Client) -> None:
    anna.take_roles(roles_for("administrator", "", False))
    client.force_login(anna, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/settings/dialling").content.decode().count("0: no limit") == 3 * len(ROLES)
    form = {"role": "manager", "customers": "on", "denied": "+882, 00 881\n+(44) 9-09", "allowed": ""}
    limits = {"calls_a_day": "5", "abroad_a_day": "0", "countries_a_day": "1"}
    assert client.post("/settings/dialling", form | limits).status_code == 302
    assert rules_of("manager") == Rules(
        national=False,
        abroad=False,
        may_dare=False,
        denied=("+882", "+881", "+44909"),
        calls_a_day=5,
        countries_a_day=1,
    )
    assert rules_of("owner") == DEFAULTS[User.Role.OWNER]
    assert Change.objects.get(about="dial-rules").after["denied"] == ["+882", "+881", "+44909"]
    wrong = client.post("/settings/dialling", form | limits | {"denied": "+44x", "calls_a_day": "-1"})
    assert wrong.status_code == 422
    assert "This is not the beginning of a number: +44x" in wrong.content.decode()
    assert rules_of("manager").calls_a_day == 5
    assert client.post("/settings/dialling", form | limits | {"role": "king"}).status_code == 404
