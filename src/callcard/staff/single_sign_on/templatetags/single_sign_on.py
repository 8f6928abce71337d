"""The provider's button, where one signs in, unlocks the screen or proves oneself; and what is connected."""

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


@register.inclusion_tag("staff/identities.html", takes_context=True)
def identities(context: template.Context, person: User) -> dict[str, Any]:
    """What is connected with somebody's account, also of providers that were set before."""
    rows = Identity.objects.filter(user=person).order_by("pk")
    is_own = person.pk == context["request"].user.pk
    return {"rows": rows, "person": person, "is_own": is_own, "csrf_token": context.get("csrf_token")}


def _of(request: HttpRequest) -> Any:
    provider = provider_in_use()
    user = request.user
    if provider is None or not isinstance(user, User):
        return None
    is_known = Identity.objects.filter(user=user, issuer=provider.issuer).exists()
    return provider if is_known else None
