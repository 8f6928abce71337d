"""`callcard check --deploy` says in words what is unsafe, and nothing where all is well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage

from callcard.calls.recordings.models import RecordingSource
from callcard.config import unsafe
from callcard.config.acme.wish import Wish
from callcard.staff.certificate import certificate_standing
from callcard.staff.models import User
from callcard.switchboard.models import Pbx
from lab.certificate import write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def safe(settings: Any, tmp_path: Path) -> None:
    settings.ALLOWED_HOSTS = ["callcard.example.com"]
    settings.HTTPS, settings.DEBUG, settings.PUBLIC_ADDRESS = True, False, "https://callcard.example.com"
    settings.SECRET_KEY = "kH3-vN8_q2Lw7Rz4Tb6Yd9Xc1Mf5Gs0Pj-aEoUiQhWnB"
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir(mode=0o700)
    User.objects.create_user("anna", role="administrator")


def _ids() -> set[str]:
    # The tests' own database has a superuser, as tests need one.
    return {str(message.id) for message in unsafe.unsafe() if isinstance(message, CheckMessage)} - {"callcard.W010"}


def test_a_safe_installation_is_told_nothing() -> None:
    assert _ids() == set()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DEBUG", True, "callcard.E001"),
        ("ALLOWED_HOSTS", ["*"], "callcard.W002"),
        ("HTTPS", False, "callcard.E003"),
        ("PUBLIC_ADDRESS", "http://callcard.example.com", "callcard.W004"),
        ("SECRET_KEY", "secret", "callcard.E006"),
        ("SECRET_KEY", "a" * 60, "callcard.E006"),
        ("TRUSTED_PROXIES", ["0.0.0.0/0"], "callcard.E008"),
        ("TLS_CERTIFICATE", "/nowhere.pem", "callcard.E000"),
    ],
)
def test_each_unsafe_setting_is_told(settings: Any, name: str, value: object, told: str) -> None:
    setattr(settings, name, value)
    assert _ids() == {told}


@pytest.mark.parametrize("given", [{"BEHIND_PROXY": True}, {"TRUSTED_PROXIES": ["127.0.0.1", "10.0.0.7"]}, {}])
def test_a_certificate_got_by_itself_and_a_proxy_do_not_go_together(settings: Any, given: dict[str, Any]) -> None:
    settings.ACME = Wish(("callcard.example.com",), settings.DATA_DIR / "tls")
    settings.TLS_CERTIFICATE = str(settings.ACME.certificate)
    for name, value in given.items():
        setattr(settings, name, value)
    assert _ids() == {"callcard.E016", *(["callcard.E019"] if given else [])}


def test_http_is_safe_where_nobody_else_comes(settings: Any) -> None:
    settings.HTTPS, settings.ALLOWED_HOSTS, settings.PUBLIC_ADDRESS = False, ["127.0.0.1", "localhost", "[::1]"], ""
    assert _ids() == set()


def test_a_certificate_that_ends_soon_is_told(settings: Any, tmp_path: Path) -> None:
    settings.TLS_CERTIFICATE = str(write(tmp_path))  # for two days
    assert _ids() == {"callcard.E005"}
    on_the_page = certificate_standing()
    assert on_the_page is not None
    assert not on_the_page.is_well


def test_a_folder_that_others_read_is_told(settings: Any) -> None:
    settings.DATA_DIR.chmod(0o755)
    assert _ids() == {"callcard.W007"}


def test_passwords_that_travel_in_the_open_are_told() -> None:
    Pbx.objects.create(slug="a", name="Office", kind="asterisk", options={"host": "192.0.2.1", "secret": "x"})
    assert _ids() == {"callcard.W011"}
    Pbx.objects.update(options={"host": "192.0.2.1", "tls": True})
    assert _ids() == set()
    RecordingSource.objects.create(kind="provider", address="http://192.0.2.1/rec", username="a", secret="b")
    assert _ids() == {"callcard.W012"}


def test_that_nobody_can_give_roles_is_told() -> None:
    User.objects.update(is_active=False)
    assert _ids() == {"callcard.I013"}


def test_each_finding_says_what_to_do(settings: Any) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.HTTPS = True, ["*"], False
    found = unsafe.unsafe()
    assert len(found) >= 3
    assert [message.msg for message in found if not message.hint] == []
