"""Whose clock it is: times are read and shown in the user's time zone or the company's, in the language they chose."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from callcard.staff.company import company_zone, zone_of
from callcard.staff.models import User


class CompanyClock:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user if isinstance(request.user, User) else None
        with timezone.override(zone_of(user) if user else company_zone()):
            if user and user.language:
                with translation.override(user.language):
                    return self.get_response(request)
            return self.get_response(request)
