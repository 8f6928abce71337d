"""Columns whose secrets lie in the database encrypted: a stolen backup opens no telephone system.

What was written before there were such columns is read as it is, and sealed when it is written again. What another
secret key has sealed is read as empty: it must be typed anew, and `callcard check --deploy` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models

from callcard.staff.sealing import OtherKey, opened, sealed

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
    _Json = models.JSONField[Any, Any]
else:
    _Text, _Json = models.TextField, models.JSONField

_MARK = "sealed:"
# Of a telephone system's options, whatever its kind. The address of a record has a password within it.
_SECRET_OPTIONS = frozenset({"secret", "password", "token", "records"})


class SealedText(_Text):
    def get_prep_value(self, value: Any) -> Any:
        return _seal(super().get_prep_value(value))

    def from_db_value(self, value: Any, *_where: object) -> Any:
        return _open(value)


class SealedOptions(_Json):
    """A dict; of its values only the secret ones are sealed."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(_each(value, _seal), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return _each(super().from_db_value(value, expression, connection), _open)


def cannot_be_opened(value: object) -> bool:
    """Whether a raw column, or a value of raw options, was sealed with another secret key."""
    if isinstance(value, Mapping):
        return any(cannot_be_opened(each) for each in value.values())
    return isinstance(value, str) and value.startswith(_MARK) and _open(value) == ""


def _each(options: Any, change: Callable[[Any], Any]) -> Any:
    if not isinstance(options, Mapping):
        return options
    return {name: change(value) if name in _SECRET_OPTIONS else value for name, value in options.items()}


def _seal(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    return _MARK + sealed(value.encode()).decode()


def _open(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(_MARK):
        return value
    try:
        return opened(value.removeprefix(_MARK).encode()).decode()
    except OtherKey:
        return ""
