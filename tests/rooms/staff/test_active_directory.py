"""What Active Directory has of its own, by its documented answers: chains of groups, ids, and codes of refusal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import SESSION_KEY

from callcard.staff.directory.models import GroupsBy
from callcard.staff.roles.giving import ready_role
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.settings_row import set_group
from lab.directory.run import Directory as Peer
from tests.rooms.staff import active_directory
from tests.rooms.staff.active_directory import Domain
from tests.rooms.staff.directory import come, details, listener, mali, nobody_is_in, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain(directory: Peer) -> Iterator[Domain]:
    made = Domain()
    with listener(made.answer) as port:
        columns = {"encryption": "plain", "allows_plain": True, "base": active_directory.BASE, "groups_base": ""}
        own = {"bind_name": active_directory.SERVICE, "bind_password": active_directory.PASSWORD}
        asked = {"name_attribute": "sAMAccountName", "person_filter": "(sAMAccountName={name})"}
        use(directory, servers=f"localhost:{port}", groups_by=GroupsBy.CHAIN, **columns, **own, **asked)
        yield made


def test_active_directory_names_groups_of_groups_and_an_id_that_stays(domain: Domain) -> None:
    user = mali()
    set_group("everywhere", [ready_role("accountant")])
    assert come(password=active_directory.PASSWORD)[0].session[SESSION_KEY] == str(user.pk)
    row = Identity.objects.get()
    assert (row.issuer, row.subject) == ("ldap:example.com", "03020100-0504-0706-0809-0a0b0c0d0e0f")
    assert {role.kind for role in user.roles.all()} == {"manager", "accountant"}
    assert len(domain.asked) == 2  # and nobody was asked elsewhere
    assert active_directory.PERSON.encode() in domain.asked[1]


@pytest.mark.parametrize(
    ("code", "control", "why"),
    [
        ("532", 512, "password-expired"),
        ("773", 512, "password-must-change"),
        ("533", 512, "closed-there"),
        ("701", 512, "closed-there"),
        ("775", 512, "locked-there"),
        ("", 514, "closed-there"),
    ],
)
def test_active_directory_says_why_a_right_password_does_not_let_in(
    domain: Domain, code: str, control: int, why: str
) -> None:
    mali()
    domain.refusal, domain.control = code, control
    assert "AcceptSecurityContext" not in nobody_is_in(come(password=active_directory.PASSWORD))
    assert [one.startswith(f"directory: {why}") for one in details()] == [True]
