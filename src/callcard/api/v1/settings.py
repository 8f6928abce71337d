"""/settings: what the administrator decides about calls and missed calls; and the address of one's calendar."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from callcard.api.v1.answers import answered, done, refuse_if_other
from callcard.api.v1.described import IF_MATCH
from callcard.api.v1.formed import refuse_unless_valid, typed
from callcard.api.v1.types import Flag, Given, Text, Told
from callcard.calls import setting as of_calls
from callcard.calls.missed import setting as of_missed
from callcard.calls.missed.setting_views import MissedSettingsForm
from callcard.staff.requests import signed_in
from callcard.tasks.feed import close_feed, renew_feed_key
from callcard.tasks.reminder_views import feed_address

router = Router(tags=["company"])
calendar = Router(tags=["tasks"])


class CallSettingsTold(Told):
    """`needs_result`: every talk needs one, but for those shorter than `needs_result_seconds`."""

    needs_result: bool
    needs_result_seconds: int
    may_write_by_hand: bool


class CallSettingsChange(Given):
    """What is not sent stays as it is."""

    needs_result: Flag = False
    needs_result_seconds: Annotated[int, Field(strict=True, ge=0, le=3600)] = 0
    may_write_by_hand: Flag = True


class MissedSettingsTold(Told):
    """`minutes`: within which one calls back, 0 without a limit. `told_roles`: who is told when nobody has."""

    minutes: int
    told_roles: list[str]
    makes_tasks: bool


class MissedSettingsChange(Given):
    """What is not sent stays as it is."""

    minutes: Annotated[int, Field(strict=True, ge=0, le=10_080)] = 0
    told_roles: Annotated[list[Annotated[Text, Field(max_length=100)]], Field(max_length=100)] = []
    makes_tasks: Flag = False


class CalendarTold(Told):
    """`address`: whoever has it reads the tasks of the user (ICS)."""

    address: str


@router.get("/calls", response=CallSettingsTold, url_name="api-call-settings")
def read_call_settings(request: HttpRequest) -> HttpResponse:
    return answered(request, _of_calls())


@router.patch("/calls", response=CallSettingsTold, url_name="api-call-settings", openapi_extra=IF_MATCH)
def change_call_settings(request: HttpRequest, said: CallSettingsChange) -> HttpResponse:
    with transaction.atomic():
        refuse_if_other(request, _of_calls())
        of_calls.decide(**said.model_dump(exclude_unset=True))
        return answered(request, _of_calls())


@router.get("/missed-calls", response=MissedSettingsTold, url_name="api-missed-settings")
def read_missed_settings(request: HttpRequest) -> HttpResponse:
    return answered(request, _of_missed())


@router.patch("/missed-calls", response=MissedSettingsTold, url_name="api-missed-settings", openapi_extra=IF_MATCH)
def change_missed_settings(request: HttpRequest, said: MissedSettingsChange) -> HttpResponse:
    with transaction.atomic():
        refuse_if_other(request, _of_missed())
        wanted = {**_of_missed(), **said.model_dump(exclude_unset=True)}
        form = MissedSettingsForm(typed(wanted), held=of_missed.missed_settings())
        refuse_unless_valid(form)
        of_missed.decide(**form.cleaned_data)
        return answered(request, _of_missed())


@calendar.post("", response={201: CalendarTold}, url_name="api-calendar")
def open_calendar(request: HttpRequest) -> HttpResponse:
    """A new address of the user's tasks for calendars; older ones end."""
    key = renew_feed_key(user=signed_in(request))
    return answered(request, {"address": feed_address(request, key)}, status=201)


@calendar.delete("", response={204: None}, url_name="api-calendar")
def close_calendar(request: HttpRequest) -> HttpResponse:
    """Nobody can read the calendar from outside any more."""
    close_feed(user=signed_in(request))
    return done()


def _of_calls() -> dict[str, Any]:
    held = of_calls.call_settings()
    return {name: getattr(held, name) for name in CallSettingsTold.model_fields}


def _of_missed() -> dict[str, Any]:
    held = of_missed.missed_settings()
    return {name: getattr(held, name) for name in MissedSettingsTold.model_fields}
