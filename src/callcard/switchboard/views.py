"""The administrator's windows about PBXs."""

from __future__ import annotations

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.staff.requests import signed_in
from callcard.switchboard.diagnosis import diagnose_recent_calls, refused_calls
from callcard.switchboard.forms import PbxForm
from callcard.switchboard.hook_kinds import hook_of, is_hook
from callcard.switchboard.models import Pbx, WireLine
from callcard.switchboard.queries import link_of, links
from callcard.switchboard.reconciling import reconcile_now
from callcard.switchboard.services import remove_pbx, set_pbx
from callcard.switchboard.trial import try_pbx, try_record
from callcard.switchboard.words import explain

WIRE_LINES_SHOWN = 200


@require_GET
def why(request: HttpRequest) -> HttpResponse:
    context = {
        "links": links(),
        "calls": diagnose_recent_calls(),
        "refused": refused_calls(),
        "wire_lines": WireLine.objects.order_by("-id")[:WIRE_LINES_SHOWN],
    }
    return render(request, "switchboard/why.html", context)


@require_GET
def pbx_list(request: HttpRequest) -> HttpResponse:
    return render(request, "switchboard/pbx_list.html", {"links": links()})


@require_http_methods(["GET", "POST"])
def pbx_edit(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Change a PBX, or add one when there is no slug."""
    pbx = get_object_or_404(Pbx, slug=slug) if slug else None
    form = PbxForm(request.POST if request.method == "POST" else None, pbx=pbx)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {
            "form": form,
            "pbx": pbx,
            "link": link_of(pbx) if pbx else None,
            "hook": hook_of(pbx, request.build_absolute_uri("/")) if pbx else None,
        }
        return render(request, "switchboard/pbx_form.html", context, status=status)
    kept = form.cleaned_data
    neighbour = form.neighbour() if kept["kind"] == Pbx.Kind.ASTERISK else None
    saved = set_pbx(
        slug=form.slug(), name=kept["name"], kind=kept["kind"], options=form.options(), is_enabled=kept["is_enabled"]
    )
    messages.success(request, _("Saved. The link is made anew within a few seconds."))
    if neighbour:
        words = _("%(name)s is on the same machine. If it is the same telephone system, every call comes twice.")
        messages.warning(request, words % {"name": neighbour.name})
    if is_hook(kept["kind"]) and pbx is None:
        return redirect("pbx-edit", saved.slug)  # where its address stands
    return redirect("pbx-list")


@require_POST
def pbx_test(request: HttpRequest) -> HttpResponse:
    """Try what is in the form, saved or not; a stored secret is used when the field is empty."""
    pbx = Pbx.objects.filter(slug=request.POST.get("slug", "")).first()
    form = PbxForm(request.POST, pbx=pbx)
    if not form.is_valid():
        return render(request, "switchboard/pbx_test.html", {"form": form}, status=422)
    trial = Pbx(slug="trial", kind=form.cleaned_data["kind"], options=form.options())
    report = async_to_sync(try_pbx)(trial)
    context = {
        "report": report,
        "problem": explain(report.problem, is_trial=True),
        "record": try_record(trial),
        "waits": is_hook(trial.kind),
    }
    return render(request, "switchboard/pbx_test.html", context)


@require_POST
def pbx_records(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the PBX's own records now; its progress is shown. With `confirmed`, also if nothing in it is known here."""
    pbx = get_object_or_404(Pbx, slug=slug)
    job = reconcile_now(pbx, user_id=signed_in(request).pk, is_confirmed="confirmed" in request.POST)
    return render(request, "switchboard/records_read.html", {"pbx": pbx, "job": job})


@require_POST
def pbx_remove(request: HttpRequest, slug: str) -> HttpResponse:
    remove_pbx(pbx=get_object_or_404(Pbx, slug=slug))
    messages.success(request, _("Removed. Its calls stay in the log."))
    return redirect("pbx-list")
