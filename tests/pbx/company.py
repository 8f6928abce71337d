"""The company whose phones the lab's Asterisk rings, and the rows that tell Callcard of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from callcard.customers.services import create_customer
from callcard.staff.models import Company, Extension, User
from callcard.switchboard.models import Pbx
from lab.asterisk.plan import LEAST, PHONES, Manager
from lab.exchange import CUSTOMER, OTHER_CUSTOMER
from tests.stories.product import PASSWORD

PBX = "office"
ADMINISTRATOR = "chief"
KNOWN = "Mali Souk"
OTHER_KNOWN = "Bounmy Trading"
DIAL_SECONDS = 2.0


def found_company(phones: Iterable[str] = PHONES) -> None:
    """A user for every phone, named by it; one administrator; two customers."""
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    for extension in phones:
        user = User.objects.create_user(user_of(extension), password=PASSWORD, first_name=f"Agent{extension}")
        Extension.objects.create(number=extension, user=user)
    User.objects.create_user(ADMINISTRATOR, password=PASSWORD, role=User.Role.ADMINISTRATOR)
    create_customer(name=KNOWN, by=None, numbers=[CUSTOMER])
    create_customer(name=OTHER_KNOWN, by=None, numbers=[OTHER_CUSTOMER])


def user_of(extension: str) -> str:
    return f"user{extension}"


def connect_pbx(slug: str, port: int, manager: Manager = LEAST, **options: Any) -> Pbx:
    """Callcard logs in as `manager`. Impatient, so that tests need not be patient."""
    given = {
        "port": port,
        "username": manager.name,
        "secret": manager.secret,
        "dial_context": "internal",
        "dial_timeout": DIAL_SECONDS,
        "ping_interval": 0.5,
        "answer_timeout": 3.0,
        **options,
    }
    return Pbx.objects.create(slug=slug, name=f"PBX {slug}", kind=Pbx.Kind.ASTERISK, options=given)
