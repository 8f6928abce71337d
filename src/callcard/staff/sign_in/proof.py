"""Before something that matters, whoever is there shows once more that it is they: a screen left open is not enough."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from callcard.staff.requests import only_looks
from callcard.staff.sign_in.sessions import has_proved_lately

P = ParamSpec("P")
_LONGEST_ADDRESS = 2000


def proved_lately(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view is called only within a quarter of an hour after a sign-in or a proof; else one is asked for."""

    @wraps(view)
    def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if has_proved_lately(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path()[:_LONGEST_ADDRESS] if only_looks(request) else reverse("own-sign-in")
        return redirect(f"{reverse('prove')}?{urlencode({'next': back})}")

    return asked
