"""The administrator's window of recordings: their sources, who hears them, how long they stay, what went wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from callcard.calls.recordings.fetching import FETCH
from callcard.calls.recordings.forms import RuleForm, SettingsForm, SourceForm
from callcard.calls.recordings.models import Recording, RecordingSource, RetentionRule
from callcard.calls.recordings.pbxs import pbx_names
from callcard.calls.recordings.queries import latest_listenings, waiting, with_problems
from callcard.calls.recordings.retention import current_rules, number_too_old
from callcard.calls.recordings.rules import Rule
from callcard.calls.recordings.setting import decide, recording_settings
from callcard.calls.recordings.words import explain
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.requests import signed_in

_LOOKS_BACK_DAYS = 365


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    held = recording_settings()
    form = _settings_form(request.POST or None)
    if request.method != "POST":
        return _overview(request, form, RuleForm())
    if not form.is_valid():
        return _overview(request, form, RuleForm(), status=422)
    days = form.cleaned_data["days"]
    number = number_too_old(current_rules(), days, timezone.now())
    # A yes is for the days that were asked about; those typed since may take many more.
    if number and days != held.days and request.POST.get("sure") != str(days):
        return _overview(request, form, RuleForm(), status=422, would_go=number, sure=days)
    decide(**form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("recording-settings")


def _overview(
    request: HttpRequest, form: SettingsForm, rule_form: RuleForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    names = pbx_names()
    sources = [
        (source, names.get(source.pbx, source.pbx), _problem(source))
        for source in RecordingSource.objects.order_by("pk")
    ]
    context = {
        "form": form,
        "rule_form": rule_form,
        "sources": sources,
        "rules": RetentionRule.objects.order_by("line", "direction"),
        "waiting": waiting().count(),
        "problems": [(row, explain(row.problem, row.detail)) for row in with_problems()],
        "listenings": latest_listenings(),
        "job": Job.objects.filter(kind=FETCH, user_id=signed_in(request).pk).order_by("-pk").first(),
        "here": Recording.objects.filter(state=Recording.State.HERE).exists(),
        **more,
    }
    return render(request, "calls/recordings/settings.html", context, status=status)


def _problem(source: RecordingSource) -> str:
    return explain(source.problem, source.detail) if source.problem else ""


@require_POST
def look_now(request: HttpRequest) -> HttpResponse:
    """Look for recordings now, also of older calls (`days`)."""
    asked = request.POST.get("days", "")
    days = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    title = _("Look for recordings")
    enqueue(kind=FETCH, arguments={"days": min(days, _LOOKS_BACK_DAYS)}, user_id=signed_in(request).pk, title=title)
    return redirect("recording-settings")


# -- sources -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def source_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    source = get_object_or_404(RecordingSource, pk=pk) if pk is not None else None
    form = SourceForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        _save_source(source or RecordingSource(), form.cleaned_data)
        messages.success(request, _("Saved. Recordings are looked for within a few seconds."))
        return redirect("recording-settings")
    context = {"form": form, "source": source}
    return render(request, "calls/recordings/source.html", context, status=422 if form.errors else 200)


def _save_source(source: RecordingSource, values: dict[str, Any]) -> None:
    kept = values.pop("secret") or source.secret
    for name, value in values.items():
        setattr(source, name, value)
    source.secret, source.problem, source.detail, source.looked_at = kept, "", "", None
    source.save()


@require_POST
def source_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """What is here stays; what was still waited for there is not waited for any more."""
    source = get_object_or_404(RecordingSource, pk=pk)
    if "sure" not in request.POST:
        form = SourceForm(source=source)
        return render(request, "calls/recordings/source.html", {"form": form, "source": source, "asks": True})
    Recording.objects.filter(source=source, state=Recording.State.WAITING).delete()
    source.delete()
    messages.success(request, _("Removed. The recordings that are here stay."))
    return redirect("recording-settings")


# -- how long recordings stay ------------------------------------------------------------------------------------------


@require_POST
def rule_new(request: HttpRequest) -> HttpResponse:
    form, held = RuleForm(request.POST), recording_settings()
    if not form.is_valid():
        return _overview(request, _settings_form(), form, status=422)
    told = form.cleaned_data
    rule = Rule(told["direction"], told["line"], told["rule_days"])
    number = number_too_old([*_rules_beside(rule), rule], held.days, timezone.now())
    answer = f"{rule.days} {rule.direction} {rule.line}"
    if number and request.POST.get("sure") != answer:
        return _overview(request, _settings_form(), form, status=422, rule_would_take=number, sure=answer)
    RetentionRule.objects.update_or_create(direction=rule.direction, line=rule.line, defaults={"days": rule.days})
    messages.success(request, _("Saved."))
    return redirect("recording-settings")


@require_POST
def rule_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks when the general rule, which holds then, would take recordings away."""
    rule = get_object_or_404(RetentionRule, pk=pk)
    number = number_too_old(_rules_beside(rule), recording_settings().days, timezone.now())
    if number and "sure" not in request.POST:
        words = ngettext(
            "Without this rule, %(number)d recording would be erased. Press Remove again if that is meant.",
            "Without this rule, %(number)d recordings would be erased. Press Remove again if that is meant.",
            number,
        )
        messages.warning(request, words % {"number": number})
        return _overview(request, _settings_form(), RuleForm(), status=422, sure_of=pk)
    rule.delete()
    messages.success(request, _("Removed."))
    return redirect("recording-settings")


def _rules_beside(rule: Rule | RetentionRule) -> list[Rule]:
    return [one for one in current_rules() if (one.direction, one.line) != (rule.direction, rule.line)]


def _settings_form(data: QueryDict | None = None) -> SettingsForm:
    held = recording_settings()
    initial = {name: getattr(held, name) for name in SettingsForm.base_fields}
    return SettingsForm(data, initial=initial, auto_id="recording-settings-%s")
