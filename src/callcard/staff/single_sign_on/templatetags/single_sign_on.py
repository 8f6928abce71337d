"""The provider's button, where one signs in, unlocks the screen, or proves oneself."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from callcard.staff.models import User
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.settings_row import provider_in_use

register = template.Library()


@register.inclusion_tag("staff/provider_button.html")
def provider_button(wanted: str = "") -> dict[str, Any]:
    return {"provider": provider_in_use(), "wanted": wanted}


@register.inclusion_tag("staff/provider_again.html")
def provider_again(request: HttpRequest, wanted: str = "", *, opens_tab: bool = False) -> dict[str, Any]:
    """Nothing for those who never came in by it."""
    return {"provider": _of(request), "wanted": wanted, "opens_tab": opens_tab}


@register.inclusion_tag("staff/provider_connect.html")
def provider_connect(request: HttpRequest) -> dict[str, Any]:
    return {"provider": provider_in_use(), "is_connected": _of(request) is not None}


def _of(request: HttpRequest) -> Any:
    provider = provider_in_use()
    user = request.user
    if provider is None or not isinstance(user, User):
        return None
    is_known = Identity.objects.filter(user=user, issuer=provider.issuer).exists()
    return provider if is_known else None
