"""The lamp in the shell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from callcard.switchboard.queries import lamp


def pbx_links(request: HttpRequest) -> dict[str, Any]:
    """`pbx_links`: the states of the links that are switched on, read only where a template asks for it."""
    return {"pbx_links": SimpleLazyObject(lambda: lamp()["links"])}
