"""Loaded by Schemathesis: each request with a good Idempotency-Key gets one of its own, or it would be answered with
what an equal one made before, which may be removed again by now. That keys repeat is tested in tests/rooms/api."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import schemathesis

_KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    given = (case.headers or {}).get(_KEY)
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if isinstance(given, str) and re.fullmatch("[!-~]{1,64}", given):
        case.headers[_KEY] = (uuid4().hex + given)[:64]
