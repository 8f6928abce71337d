"""What somebody types about a task."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.customers.models import Customer
from callcard.kit.ids import is_id
from callcard.staff.company import zone_of
from callcard.staff.models import User
from callcard.tasks.models import Task
from callcard.tasks.rules import LAST_YEAR, MOST_EVERY, RepeatNotValid, Unit, moment_of, read_repeat
from callcard.tasks.veil import words_for
from callcard.tasks.wording import reminder_choices, rule_for, weekday_names
from callcard.ui.forms import WindowForm

_UNITS = [
    ("", gettext_lazy("does not repeat")),
    (Unit.DAILY, gettext_lazy("by days")),
    (Unit.WEEKLY, gettext_lazy("by weeks")),
    (Unit.MONTHLY, gettext_lazy("by months")),
    (Unit.YEARLY, gettext_lazy("by years")),
]


class DayField(forms.DateField):
    """A day that a calendar can show."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not 1970 <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("The year is to be between 1970 and %(last)s.") % {"last": LAST_YEAR})
        return day


def time_field(**kwargs: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **kwargs)


class TaskFields(WindowForm):
    """What every task has, whomever it is for."""

    title = forms.CharField(label=gettext_lazy("Task"), max_length=200)
    due_on = DayField(label=gettext_lazy("Due"), required=False)
    due_time = time_field(
        label=gettext_lazy("Time"), required=False, help_text=gettext_lazy("Empty: some time that day")
    )
    assignee = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Who does it"), empty_label=None)
    remind = forms.ChoiceField(label=gettext_lazy("Reminder"), required=False)
    priority = forms.TypedChoiceField(label=gettext_lazy("Priority"), choices=Task.Priority.choices, coerce=int)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, user: User, task: Task | None = None, **kwargs: Any) -> None:
        initial = _initial(task, user) if task else {"assignee": user.pk, "priority": Task.Priority.NORMAL}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.user, self.task = user, task
        people = User.objects.filter(is_active=True)
        if task is not None:  # somebody who has left keeps their tasks until they are given to another
            people |= User.objects.filter(pk=task.assignee_id)
        self._models("assignee").queryset = people.order_by("first_name", "username")
        self._offer("remind", reminder_choices())
        self.fields["title"].widget.attrs["dir"] = self.fields["note"].widget.attrs["dir"] = "auto"

    def _models(self, name: str) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        needs_day = given.get("due_time") or given.get("unit") or given.get("remind")
        if needs_day and not given.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("On which day? A time, a repeat and a reminder need one."))
        return given

    def values(self) -> dict[str, Any]:
        """The columns of the task. The time is meant where whoever does it is."""
        given, on = self.cleaned_data, self.cleaned_data["due_on"]
        at, assignee = given["due_time"], given["assignee"]
        due = {"due_at": moment_of(on, at, zone_of(assignee))} if on and at else {"due_on": on, "due_at": None}
        return due | {
            "title": given["title"],
            "note": given["note"],
            "assignee": assignee,
            "priority": given["priority"],
            "remind_minutes": int(given["remind"]) if given["remind"] else None,
        }


class ManyTasksForm(TaskFields):
    """The same task for each of many customers."""

    to_responsible = forms.BooleanField(
        label=gettext_lazy("Where a customer has a responsible, they do it"), required=False
    )


class TaskForm(TaskFields):
    every = forms.IntegerField(label=gettext_lazy("Every how many"), min_value=1, max_value=MOST_EVERY, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Repeat"), choices=_UNITS, required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
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
    about = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, task: Task | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, task=task, **kwargs)
        if task is None and not self.is_bound:
            self.fields["title"].widget.attrs["autofocus"] = True
        seen = Customer.objects.visible_to(user)
        self._models("customer").queryset = seen
        self.chosen = _chosen(seen, self["customer"].value())
        self._name_customer()
        self._offer("weekdays", list(enumerate(weekday_names())))

    def _name_customer(self) -> None:
        typed = self.fields["customer_typed"]
        typed.initial = self.chosen.name if self.chosen else ""
        typed.widget.attrs["aria-controls"] = f"{self['customer_typed'].id_for_label}-found"

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("customer_typed") and not given.get("customer") and "customer" not in self.errors:
            self.add_error("customer_typed", _("Choose somebody of those who are found, or leave this empty."))
        return given

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        rule = rule_for(given["unit"], given["every"] or 1, given["weekdays"], given["due_on"], given["due_time"])
        customer = given["customer"] or self._hidden_customer()
        return super().values() | self._words_kept() | {"customer": customer, "repeat": rule}

    def _words_kept(self) -> dict[str, str]:
        """Of words in which numbers are veiled for this user: what stands behind them, unless they were changed."""
        words = {name: getattr(self.task, name) for name in ("title", "note")} if self.task is not None else {}
        return {name: text for name, text in words.items() if self.cleaned_data[name] == words_for(self.user, text)}

    def _hidden_customer(self) -> Customer | None:
        """Whom the task is for, when whoever changes it may not see them: they stay."""
        if self.task is None or self.task.customer_id is None:
            return None
        seen = Customer.objects.visible_to(self.user).filter(pk=self.task.customer_id)
        return None if seen.exists() else Customer.objects.filter(pk=self.task.customer_id).first()


def _chosen(seen: QuerySet[Customer], key: Any) -> Customer | None:
    key = str(key or "")
    return seen.filter(pk=key).first() if is_id(key) else None


def _initial(task: Task, user: User) -> dict[str, Any]:
    local: datetime | None = task.due_at.astimezone(zone_of(task.assignee)) if task.due_at else None
    try:
        repeat = read_repeat(task.repeat) if task.repeat else None
    except RepeatNotValid:
        repeat = None
    return {
        "title": words_for(user, task.title),
        "note": words_for(user, task.note),
        "due_on": task.due_on or (local.date() if local else None),
        "due_time": local.time() if local and not task.due_on else None,
        "assignee": task.assignee_id,
        "priority": task.priority,
        "remind": "" if task.remind_minutes is None else str(task.remind_minutes),
        "unit": repeat.unit if repeat else "",
        "every": repeat.every if repeat else None,
        "weekdays": list(repeat.weekdays) if repeat else [],
        "customer": task.customer_id,
    }


class SnoozeForm(forms.Form):
    until = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if until <= timezone.now() or until.year > LAST_YEAR:
            raise forms.ValidationError(_("That is over already."))
        return until


class ChoicesForm(WindowForm):
    time_zone = forms.CharField(
        label=gettext_lazy("Your time zone"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("Empty: the company's"),
        widget=forms.TextInput(attrs={"list": "time-zones", "dir": "ltr", "autocomplete": "off"}),
    )
    mails_reminders = forms.BooleanField(label=gettext_lazy("Send me reminders by e-mail too"), required=False)

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"].strip()
        if name and name not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("There is no such time zone. One is Europe/Berlin."))
        return name
