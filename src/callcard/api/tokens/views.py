"""Where users make tokens for programs and take them away, and where those in charge see all of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.api.tokens.forms import TokenForm
from callcard.api.tokens.models import AccessToken
from callcard.api.tokens.queries import all_tokens, tokens_of
from callcard.api.tokens.services import make_token, revoke_token
from callcard.staff.requests import signed_in
from callcard.staff.roles.words import summary


@never_cache
@require_http_methods(["GET", "POST"])
def own_tokens(request: HttpRequest) -> HttpResponse:
    """One's own. A new token is in the answer to the form, and never again."""
    user, made = signed_in(request), ""
    form = TokenForm(request.POST or None, user=user)
    if form.is_valid():
        said = form.cleaned_data
        _row, made = make_token(user=user, name=said["name"], scopes=said["scopes"], expires_at=form.expires_at())
        form = TokenForm(user=user)
    context = {"form": form, "tokens": _shown(tokens_of(user)), "token": made, **_addresses(request)}
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def own_token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    revoke_token(token=get_object_or_404(AccessToken, pk=pk, user=user), by=user)
    messages.success(request, _("The program with this token does nothing any more."))
    return redirect("tokens")


@require_GET
def everybodys_tokens(request: HttpRequest) -> HttpResponse:
    return render(request, "api/all_tokens.html", {"tokens": _shown(all_tokens())})


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    revoke_token(token=get_object_or_404(AccessToken, pk=pk), by=signed_in(request))
    messages.success(request, _("The program with this token does nothing any more."))
    return redirect("all-tokens")


def _shown(tokens: Iterable[AccessToken]) -> list[dict[str, object]]:
    now = timezone.now()
    return [{"row": row, "is_over": row.is_over(now), "may": summary(row.scopes)} for row in tokens]


def _addresses(request: HttpRequest) -> dict[str, str]:
    address = f"{settings.PUBLIC_ADDRESS or request.build_absolute_uri('/').rstrip('/')}/api/v1/"
    return {"address": address, "document": f"{address}openapi.json"}
