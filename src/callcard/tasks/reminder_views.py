"""Reminders in the page, and what a user chooses about them."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.staff.preferences import choose_preferences
from callcard.staff.requests import signed_in
from callcard.staff.setting import in_setting_of
from callcard.tasks.feed import close_feed, feed_text, renew_feed_key, user_of_feed
from callcard.tasks.forms import ChoicesForm, SnoozeForm
from callcard.tasks.models import Reminder, TaskChoices
from callcard.tasks.queries import shown_reminders
from callcard.tasks.reminder_services import choose_reminder_mails, see_reminder, snooze
from callcard.tasks.rules import Snooze, snoozed_until
from callcard.tasks.services import complete_task
from callcard.tasks.views import own_task


@never_cache
@require_GET
def reminders(request: HttpRequest) -> HttpResponse:
    """Those that wait to be seen, as a part of the shell."""
    shown = shown_reminders(signed_in(request))
    return render(request, "tasks/reminders.html", {"reminders": shown, "now": timezone.now()})


def _own_reminder(request: HttpRequest, pk: int) -> Reminder:
    mine = Reminder.objects.filter(task__assignee=signed_in(request), told_at__isnull=False)
    return get_object_or_404(mine.select_related("task"), pk=pk)


@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    see_reminder(reminder=_own_reminder(request, pk))
    return HttpResponse(status=204)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    complete_task(task=_own_reminder(request, pk).task, by=signed_in(request))
    return HttpResponse(status=204)


@require_POST
def snooze_task(request: HttpRequest, pk: int) -> HttpResponse:
    """`for`: 10m, 1h or tomorrow; or `until`: a moment of the user's clock."""
    task = own_task(request, pk)
    try:
        until = snoozed_until(Snooze(request.POST.get("for", "")), timezone.now(), timezone.get_current_timezone())
    except ValueError:
        form = SnoozeForm(request.POST)
        if not form.is_valid():
            return HttpResponse(_("When? Choose a moment that is still to come."), status=422)
        until = form.cleaned_data["until"]
    snooze(task=task, until=until)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
def task_settings(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    chosen = TaskChoices.objects.filter(user=user).first() or TaskChoices(user=user)
    initial = {"time_zone": user.time_zone, "mails_reminders": chosen.mails_reminders}
    form = ChoicesForm(request.POST or None, initial=initial, auto_id="task-settings-%s")
    if request.method == "POST" and form.is_valid():
        choose_preferences(user=user, time_zone=form.cleaned_data["time_zone"])
        choose_reminder_mails(user=user, wanted=form.cleaned_data["mails_reminders"])
        messages.success(request, _("Saved."))
        return redirect("task-settings")
    context = {
        "form": form,
        "feed": feed_address(request, chosen.feed_key) if chosen.feed_key else "",
        "sends_mail": bool(settings.EMAIL_FROM),
        "zones": sorted(zoneinfo.available_timezones()),
    }
    return render(request, "tasks/settings.html", context, status=422 if form.errors else 200)


def feed_address(request: HttpRequest, key: str) -> str:
    path = reverse("task-feed", args=[key])
    return f"{settings.PUBLIC_ADDRESS}{path}" if settings.PUBLIC_ADDRESS else request.build_absolute_uri(path)


@require_POST
def feed_settings(request: HttpRequest) -> HttpResponse:
    """A new address, or none."""
    if request.POST.get("do") == "close":
        close_feed(user=signed_in(request))
        messages.success(request, _("Nobody can read the calendar from outside any more."))
    else:
        renew_feed_key(user=signed_in(request))
        messages.success(request, _("This is the new address. Older ones no longer work."))
    return redirect("task-settings")


@login_not_required
@require_GET
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """The secret in the address says whose it is."""
    user = user_of_feed(key)
    if user is None:
        raise Http404
    with in_setting_of(user.pk):
        text = feed_text(user)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    response["Referrer-Policy"] = "no-referrer"
    return response
