"""The company's clock: times are read and shown in its time zone, and in the language that the user chose."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from callcard.staff.company import company_zone
from callcard.staff.models import User


class CompanyClock:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(company_zone()):
            if isinstance(request.user, User) and request.user.language:
                with translation.override(request.user.language):
                    return self.get_response(request)
            return self.get_response(request)
