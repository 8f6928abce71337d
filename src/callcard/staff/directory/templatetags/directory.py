"""Whether somebody has a password to type, and where an account of the directory is connected."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from callcard.staff.directory.settings_row import directory_in_use
from callcard.staff.models import User
from callcard.staff.single_sign_on.models import Identity

register = template.Library()


@register.filter
def types_a_password(user: User) -> bool:
    """Of Callcard, or of the directory that knows them."""
    return user.has_usable_password() or _is_connected(user)


@register.inclusion_tag("staff/directory_section.html")
def directory_section(request: HttpRequest) -> dict[str, Any]:
    user = request.user
    return {"directory": directory_in_use(), "is_connected": isinstance(user, User) and _is_connected(user)}


def _is_connected(user: User) -> bool:
    row = directory_in_use()
    return row is not None and Identity.objects.filter(user=user, issuer=row.issuer).exists()
