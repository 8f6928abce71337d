"""`{% load roles %}`: what the user may do."""

from __future__ import annotations

from django import template

from callcard.staff.models import User

register = template.Library()


@register.filter
def may(user: object, right: str) -> bool:
    """`{% if request.user|may:"customers.merge" %}`; nobody who is not signed in may anything."""
    return isinstance(user, User) and user.may(right)


@register.filter
def may_change(user: object, field: str) -> bool:
    """`{% if request.user|may_change:"phones" %}`: this field of a customer who is there already."""
    return may(user, "customers.change") and may(user, f"{field}.change")
