"""The lamp in the shell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from callcard.switchboard.queries import links


def pbx_links(request: HttpRequest) -> dict[str, Any]:
    """`pbx_links`: the links that are switched on and how they are, read only where a template asks for it."""
    return {"pbx_links": SimpleLazyObject(lambda: [link for link in links() if link.pbx.is_enabled])}
