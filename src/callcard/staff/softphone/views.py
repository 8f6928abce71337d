"""The administrator's windows about softphones, how each user calls, and what a softphone is told."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from callcard.staff.models import Extension, User
from callcard.staff.requests import address_of, signed_in
from callcard.staff.softphone.forms import AccountForm, CallingForm, ServerForm
from callcard.staff.softphone.models import SipAccount, SoftphoneServer
from callcard.staff.softphone.queries import account_of, colleagues_of, given, ice_servers, server
from callcard.staff.softphone.rules import read_socket_address
from callcard.staff.softphone.services import (
    choose_way_of_calling,
    note_given,
    remove_account,
    set_account,
    set_server,
)

EXTENSIONS_SHOWN = 50


@never_cache
@sensitive_post_parameters("turn_secret")
@require_http_methods(["GET", "POST"])
def softphones(request: HttpRequest) -> HttpResponse:
    form = ServerForm(request.POST if request.method == "POST" else None, server=server())
    if form.is_bound and form.is_valid():
        set_server(**form.cleaned_data)
        messages.success(request, _("Saved. Softphones take it up when their page is loaded anew."))
        return redirect("softphones")
    extensions = Extension.objects.select_related("user").prefetch_related("sip_account").order_by("number")
    page = Paginator(extensions, EXTENSIONS_SHOWN).get_page(request.GET.get("page"))
    return render(request, "staff/softphones.html", {"form": form, "page": page}, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def sip_account(request: HttpRequest, pk: int) -> HttpResponse:
    extension = get_object_or_404(Extension.objects.select_related("user"), pk=pk)
    account = SipAccount.objects.filter(extension=extension).first()
    data = request.POST if request.method == "POST" else None
    form = AccountForm(data, account=account, auto_id=f"sip-{pk}-%s")
    if form.is_bound and form.is_valid():
        set_account(extension=extension, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("softphones")
    context = {"form": form, "extension": extension, "account": account, "given": given(extension.number)}
    return render(request, "staff/sip_account.html", context, status=422 if form.is_bound else 200)


@require_POST
def sip_account_remove(request: HttpRequest, pk: int) -> HttpResponse:
    remove_account(extension=get_object_or_404(Extension, pk=pk))
    messages.success(request, _("Removed. The telephone system still knows the secret."))
    return redirect("softphones")


@require_http_methods(["GET", "POST"])
def calling(request: HttpRequest) -> HttpResponse:
    """The page is loaded anew after a change, for the softphone lives in the shell."""
    user = signed_in(request)
    form = CallingForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        choose_way_of_calling(user=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return HttpResponse(headers={"HX-Refresh": "true"}) if "HX-Request" in request.headers else redirect("calling")
    context = {"form": form, "account": account_of(user), "server": server()}
    return render(request, "staff/calling.html", context, status=422 if form.is_bound else 200)


@sensitive_variables()
@require_POST
def softphone_account(request: HttpRequest) -> HttpResponse:
    """The secret of the user's own extension, for the softphone in their page. Kept by no cache, and written down."""
    user, at = signed_in(request), server()
    account = account_of(user) if user.calls_with == User.CallsWith.SOFT else None
    if account is None or at is None:
        answer = JsonResponse({"problem": _problem(user, at)}, status=409)
    else:
        note_given(account=account, user=user, address=address_of(request))
        answer = JsonResponse(_told(user, account, at))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _problem(user: User, at: SoftphoneServer | None) -> str:
    if user.calls_with != User.CallsWith.SOFT:
        return "not-chosen"
    return "no-account" if at else "no-server"


def _told(user: User, account: SipAccount, at: SoftphoneServer) -> dict[str, object]:
    name = account.shown_user_name
    domain = at.domain or read_socket_address(at.address).host
    return {
        "server": at.address,
        "uri": f"sip:{name}@{domain}",
        "user": name,
        "secret": account.secret,
        "extension": account.extension.number,
        "ice": ice_servers(at),
        "colleagues": [{"number": each.number, "name": each.name} for each in colleagues_of(user)],
    }
