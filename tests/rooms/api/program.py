"""A program that asks the API with a token."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone

from callcard.api.tokens.services import make_token
from callcard.staff.models import User

API = "/api/v1"


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests through WSGI itself stay within the test's transaction, as those of Django's test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


class Program:
    """`scopes`: None for all that its user may."""

    def __init__(self, user: User, scopes: Iterable[str] | None = None) -> None:
        wanted = user.permissions.rights if scopes is None else scopes
        in_a_day = timezone.now() + timedelta(days=1)
        self.user = user
        self.row, self.token = make_token(user=user, name="Test", scopes=wanted, expires_at=in_a_day)
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, said: Any = None, **headers: str) -> Any:
        body = b"" if said is None else said if isinstance(said, bytes) else json.dumps(said).encode()
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return Client(raise_request_exception=False).generic(
            method, API + path, body, content_type="application/json", headers=given
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, said: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, said, **headers)

    def patch(self, path: str, said: Any, **headers: str) -> Any:
        return self.ask("PATCH", path, said, **headers)

    def change(self, path: str, said: Any) -> Any:
        """With the ETag of a moment ago."""
        return self.patch(path, said, If_Match=self.get(path).headers["ETag"])


def told(response: Any) -> Any:
    return json.loads(response.content)
