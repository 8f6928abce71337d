"""What somebody types about a call that no telephone system told of."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.calls.hand import Written
from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.kit.ids import is_id
from callcard.staff.models import User
from callcard.tasks.forms import DayField, time_field
from callcard.ui.forms import WindowForm
from callcard.ui.writing import duration

_LASTED = re.compile(r"(?:(\d{1,2}):(?=[0-5]?\d:))?(\d{1,3}):([0-5]\d)|(\d{1,4})", re.ASCII)
_ROUNDED = timedelta(minutes=1)  # who writes down when a call began writes no seconds
_LONGEST_SECONDS = 24 * 3600
_DIRECTIONS = [
    (Call.Direction.OUTBOUND, gettext_lazy("I called")),
    (Call.Direction.INBOUND, gettext_lazy("They called")),
]
_OUTCOMES = [
    (Call.Outcome.ANSWERED, gettext_lazy("We talked")),
    (Call.Outcome.MISSED, gettext_lazy("Nobody answered")),
    (Call.Outcome.BUSY, gettext_lazy("Busy")),
]


class WhoForm(WindowForm):
    """A customer found by typing (customers/pick.html)."""

    customer = forms.ModelChoiceField(Customer.objects.none(), required=False, widget=forms.HiddenInput)
    customer_typed = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=200,
        required=False,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "role": "combobox",
                "aria-expanded": "false",
                "aria-autocomplete": "list",
                "autocomplete": "off",
                "dir": "auto",
                "placeholder": gettext_lazy("Name, number, order"),
            }
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["customer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.seen = Customer.objects.visible_to(user)
        key = str(self["customer"].value() or "")
        chosen = self.seen.filter(pk=key).first() if is_id(key) else None
        typed = self.fields["customer_typed"]
        typed.initial = chosen.name if chosen else ""
        typed.widget.attrs["aria-controls"] = f"{self['customer_typed'].id_for_label}-found"


class HandForm(WhoForm):
    number = forms.CharField(
        label=gettext_lazy("Number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel", "autocomplete": "off"}),
    )
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=_DIRECTIONS)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=_OUTCOMES)
    on = DayField(label=gettext_lazy("Day"))
    at = time_field(label=gettext_lazy("Time"))
    offered = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    lasted = forms.CharField(
        label=gettext_lazy("How long you talked"),
        required=False,
        max_length=10,
        help_text=gettext_lazy("Minutes, or minutes and seconds as 4:30"),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    is_another = forms.BooleanField(label=gettext_lazy("It is another call: write it down too"), required=False)

    def __init__(self, *args: Any, user: User, call: Call | None = None, **kwargs: Any) -> None:
        given = _told(call) if call else {"direction": "outbound", "outcome": "answered", **_offer(timezone.now())}
        super().__init__(*args, user=user, initial={**given, **kwargs.pop("initial", {})}, **kwargs)
        # A customer whom this user may not see any more stays.
        hidden = call is not None and call.customer_id and not self.seen.filter(pk=call.customer_id).exists()
        self.kept = call.customer if call is not None and hidden else None
        self.writer = user
        self.twin: Call | None = None
        if call is not None:
            del self.fields["note"], self.fields["is_another"], self.fields["offered"]
        else:
            self.fields["at"].help_text = _(
                "Has it just ended? Leave this: it is counted back from now by how long you talked."
            )

    def clean_lasted(self) -> float:
        """Seconds."""
        typed: str = self.cleaned_data["lasted"].strip()
        found = _LASTED.fullmatch(typed)
        if typed and found is None:
            raise forms.ValidationError(_("Write minutes, such as 5, or minutes and seconds, such as 4:30."))
        if found is None:
            return 0.0
        hours, minutes, seconds, only = (int(part or 0) for part in found.groups())
        lasted = float(hours * 3600 + (minutes or only) * 60 + seconds)
        if lasted > _LONGEST_SECONDS:
            raise forms.ValidationError(_("That is longer than a day."))
        return lasted

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].replace("\x00", "").strip()
        if number and not any(sign.isdigit() for sign in number):
            raise forms.ValidationError(_("A number has digits in it."))
        return number

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("customer_typed") and not given.get("customer") and "customer" not in self.errors:
            self.add_error("customer_typed", _("Choose somebody of those who are found, or leave this empty."))
        elif (
            not (given.get("customer") or self.kept or given.get("number"))
            and not {"customer", "number"} & self.errors.keys()
        ):
            self.add_error("customer_typed", _("Who was it? Choose a customer, or write the number."))
        if given.get("on") and given.get("at") and not self.is_as_offered:
            self._check_moment(given)
        if "lasted" in given and "outcome" in given:
            self._check_length(given)
        if "is_another" in given and not self.errors:
            self._check_twin(given)
        return given

    def _check_moment(self, given: dict[str, Any]) -> None:
        now, ends = timezone.now(), self.began + self._talked
        if self.began > now:
            self.add_error("at", _("That is yet to come."))
        elif ends > now + _ROUNDED:
            words = _("With that length it would end at %(time)s, which is yet to come. When did it begin?")
            self.add_error("at", words % {"time": f"{timezone.localtime(ends):%H:%M}"})

    def _check_length(self, given: dict[str, Any]) -> None:
        is_answered = given["outcome"] == Call.Outcome.ANSWERED
        if is_answered and not given["lasted"]:
            self.add_error("lasted", _("About how long did you talk?"))
        elif given["lasted"] and not is_answered:
            self.add_error("lasted", _("Nobody talked then: leave this empty, or choose “We talked”."))

    def _check_twin(self, given: dict[str, Any]) -> None:
        """The same person wrote down the same moment and the same party: mostly a form that was sent again."""
        same = Q(customer=given["customer"]) if given["customer"] else Q(number=given["number"])
        twins = Call.objects.filter(same, origin=Call.Origin.HAND, written_by=self.writer, direction=given["direction"])
        # Of a moment counted back from now, the form's first sending was counted from an earlier one.
        earliest = self._typed - self._talked if self.is_as_offered else self.began
        self.twin = twins.filter(started_at__range=(earliest, self.began)).first()
        if self.twin and not given["is_another"]:
            self.add_error("is_another", _("You have written this call down already."))

    @property
    def is_as_offered(self) -> bool:
        """Day and time were left as the form came: nobody said when it began."""
        on, at = self.cleaned_data.get("on"), self.cleaned_data.get("at")
        return on is not None and at is not None and self.cleaned_data.get("offered") == _written(on, at)

    @property
    def began(self) -> datetime:
        """Of a moment that was left as it was offered, as long before now as they talked, if it is not that anyway."""
        if self.is_as_offered:
            return min(self._typed, timezone.now().replace(second=0, microsecond=0) - self._talked)
        return self._typed

    @property
    def _typed(self) -> datetime:
        on, at = self.cleaned_data["on"], self.cleaned_data["at"]
        return timezone.make_aware(datetime.combine(on, at if isinstance(at, time) else time()))

    @property
    def _talked(self) -> timedelta:
        return timedelta(seconds=self.cleaned_data.get("lasted") or 0)

    def written(self) -> Written:
        given = self.cleaned_data
        return Written(
            direction=given["direction"],
            outcome=given["outcome"],
            number=given["number"],
            customer=given["customer"] or self.kept,
            started_at=self.began,
            talk_seconds=given["lasted"] if given["outcome"] == Call.Outcome.ANSWERED else 0.0,
        )


def _told(call: Call) -> dict[str, Any]:
    return {
        "customer": call.customer_id,
        "number": call.number,
        "direction": call.direction,
        "outcome": call.outcome,
        "lasted": duration(call.talk_seconds) if call.talk_seconds else "",
        **_moment(call.started_at),
    }


def _offer(now: datetime) -> dict[str, Any]:
    """The present moment, and what it is known by when it comes back untouched."""
    moment = _moment(now)
    return {**moment, "offered": _written(moment["on"], moment["at"])}


def _written(on: date, at: time) -> str:
    return f"{on:%Y-%m-%d} {at:%H:%M}"


def _moment(at: datetime) -> dict[str, Any]:
    local = timezone.localtime(at)
    return {"on": local.date(), "at": local.time().replace(second=0, microsecond=0)}
