"""Secrets of telephone systems, softphones and recordings lie encrypted in the database, and are read as before."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from callcard.calls.recordings.models import RecordingSource
from callcard.config import unsafe
from callcard.staff.models import Extension
from callcard.staff.softphone.models import SipAccount, SoftphoneServer
from callcard.switchboard.models import Pbx

pytestmark = pytest.mark.django_db
SECRET = "canary-of-the-office"


def _make() -> None:
    records = f"postgresql://asterisk:{SECRET}@192.0.2.1/cdr?table=cdr"
    options = {"host": "192.0.2.1", "port": 5038, "secret": SECRET, "records": records, "tls": True}
    Pbx.objects.create(slug="office", name="Office", kind="asterisk", options=options)
    SipAccount.objects.create(extension=Extension.objects.create(number="301"), secret=SECRET)
    SoftphoneServer.objects.create(address="wss://pbx.example/ws", turn="turn:x", turn_secret=SECRET)
    RecordingSource.objects.create(kind="web", address="https://pbx.example/", secret=SECRET)


_COLUMNS = (
    ("switchboard_pbx", "options"),
    ("softphone_sipaccount", "secret"),
    ("softphone_softphoneserver", "turn_secret"),
    ("recordings_recordingsource", "secret"),
)


def _raw() -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for table, column in _COLUMNS:
            cursor.execute(f"SELECT {column} FROM {table}")
            found += [str(value) for (value,) in cursor.fetchall()]
    return found


def test_no_secret_lies_in_the_open() -> None:
    _make()
    raw = _raw()
    assert len(raw) == 4
    assert [value for value in raw if SECRET in value or "sealed:" not in value] == []
    assert "192.0.2.1" in raw[0], "only what is secret is sealed"


def test_what_is_read_is_what_was_typed() -> None:
    _make()
    pbx = Pbx.objects.get()
    assert (pbx.options["secret"], pbx.options["port"], pbx.options["tls"]) == (SECRET, 5038, True)
    assert pbx.options["records"] == f"postgresql://asterisk:{SECRET}@192.0.2.1/cdr?table=cdr"
    assert list(Pbx.objects.values_list("options", flat=True)) == [pbx.options]
    assert SipAccount.objects.get().secret == SECRET
    assert SoftphoneServer.objects.get().turn_secret == SECRET
    assert RecordingSource.objects.exclude(secret="").get().secret == SECRET
    RecordingSource.objects.update(secret="")
    assert RecordingSource.objects.filter(secret="").count() == 1


def test_what_looks_sealed_is_a_secret_like_any_other() -> None:
    SoftphoneServer.objects.create(address="wss://x/ws", turn_secret="sealed:me")
    assert SoftphoneServer.objects.get().turn_secret == "sealed:me"


def test_what_was_in_the_open_is_sealed_by_the_update() -> None:
    _make()
    options = Pbx.objects.get().options
    with connection.cursor() as cursor:
        for table, column in _COLUMNS:
            value = json.dumps(options) if column == "options" else SECRET
            cursor.execute(f"UPDATE {table} SET {column} = %s", [value])
    assert all(SECRET in value for value in _raw())
    assert Pbx.objects.get().options == options, "until then it is read as it is"
    for module in (
        "callcard.switchboard.migrations.0002_sealed_options",
        "callcard.staff.softphone.migrations.0002_sealed_secrets",
        "callcard.calls.recordings.migrations.0002_sealed_secrets",
    ):
        importlib.import_module(module).seal(apps, None)
    assert not any(SECRET in value for value in _raw())
    assert Pbx.objects.get().options == options


def test_with_another_key_secrets_are_empty_and_it_is_told(settings: Any) -> None:
    _make()
    assert "callcard.E014" not in {message.id for message in unsafe.unsafe()}
    settings.SECRET_KEY = "another-key-of-another-place-0123456789-abcdef"
    options = Pbx.objects.get().options
    assert (options["secret"], options["host"]) == ("", "192.0.2.1")
    assert SipAccount.objects.get().secret == ""
    told = [message for message in unsafe.unsafe() if message.id == "callcard.E014"]
    assert len(told) == 3
