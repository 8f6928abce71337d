"""Where the keys are made with which telephone systems ask who calls."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.api.forms import PbxKeyForm
from callcard.api.models import PbxKey
from callcard.api.services import new_token, renew_pbx_key


@require_GET
def pbx_keys(request: HttpRequest) -> HttpResponse:
    return render(request, "api/pbx_keys.html", {"keys": PbxKey.objects.order_by("name", "pk")})


@never_cache
@require_http_methods(["GET", "POST"])
def pbx_key(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Change a key, or make one when there is no `pk`."""
    key = get_object_or_404(PbxKey, pk=pk) if pk is not None else None
    form = PbxKeyForm(request.POST or None, instance=key)
    if form.is_valid():
        form.instance.token = form.instance.token or new_token()
        made = form.save()
        messages.success(request, _("Saved.") if key else _("Copy the address into your dial plan."))
        return redirect("pbx-key", pk=made.pk)
    context = {"form": form, "key": key, "addresses": _addresses(request, key) if key else []}
    return render(request, "api/pbx_key.html", context, status=422 if form.errors else 200)


@require_POST
def pbx_key_renew(request: HttpRequest, pk: int) -> HttpResponse:
    renew_pbx_key(key=get_object_or_404(PbxKey, pk=pk))
    messages.success(request, _("The key is new. Whoever asks with the old one gets nothing any more."))
    return redirect("pbx-key", pk=pk)


@require_POST
def pbx_key_remove(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(PbxKey, pk=pk).delete()
    messages.success(request, _("Removed."))
    return redirect("pbx-keys")


def _addresses(request: HttpRequest, key: PbxKey) -> list[tuple[str, str]]:
    base = str(settings.PUBLIC_ADDRESS or request.build_absolute_uri("/").rstrip("/"))
    return [
        (_("Address"), f"{base}/pbx/{key.pk}-{key.token}/lookup?number="),
        (_("Or with a header"), f"{base}/pbx/lookup?number="),
        (_("The header"), f"Authorization: Bearer {key.pk}-{key.token}"),
    ]
