"""The demo company's people, phones and lines."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from callcard.staff.models import Company, Extension, Line, Team, User
from callcard.staff.roles.giving import begin_roles

COMPANY = "Mekong Home & Garden"
REGION = "LA"
LINES = (("021 212 800", "+85621212800", "Sales"), ("021 212 801", "+85621212801", "Service"))
_PEOPLE = (
    ("manager", "Mali", "Vongsa", User.Role.MANAGER, ("301", "304")),
    ("owner", "Somchai", "Phommachan", User.Role.OWNER, ("302", "305")),
    ("admin", "Anna", "Petrova", User.Role.ADMINISTRATOR, ("303", "306")),
)


@dataclass(frozen=True, slots=True)
class DemoUser:
    user: User
    password: str
    extensions: tuple[str, ...]


def is_loaded() -> bool:
    """Whether somebody is at home already, in the demo company or in one of their own."""
    return Company.objects.exists() or User.objects.exists()


def load_staff(*, password: str = "") -> list[DemoUser]:
    """The company with its three users. Each gets a fresh password unless one is given."""
    Company.objects.create(name=COMPANY, region=REGION, currency="LAK", time_zone="Asia/Vientiane")
    Line.objects.bulk_create(Line(number=number, e164=e164, name=name) for number, e164, name in LINES)
    begin_roles()
    team = Team.objects.create(name="Sales")
    return [_load_user(person, team, password) for person in _PEOPLE]


def _load_user(person: tuple[str, str, str, User.Role, tuple[str, ...]], team: Team, password: str) -> DemoUser:
    username, first, last, role, numbers = person
    chosen = password or "-".join(secrets.token_hex(2) for _ in range(3))
    user = User.objects.create_user(
        username, f"{username}@example.com", chosen, first_name=first, last_name=last, role=role, team=team
    )
    Extension.objects.bulk_create(Extension(number=number, user=user) for number in numbers)
    return DemoUser(user, chosen, numbers)
