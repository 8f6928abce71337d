"""What an administrator types about a field of the company's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.customers.models import OwnField, folded
from callcard.customers.own_fields import read_value, typed_again
from callcard.staff.models import User
from callcard.staff.roles.queries import own_words
from callcard.ui.forms import WindowForm

_WITH_OPTIONS = {OwnField.Kind.CHOICE, OwnField.Kind.CHOICES}
_MOST_OPTIONS = 200
_LONGEST_OPTION = 100


class OwnFieldForm(WindowForm):
    """`options` are rows of the page: what is stored (hidden; empty for a new one) and what people see."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=OwnField.Kind.choices,
        help_text=gettext_lazy("It cannot be changed later."),
    )
    default = forms.CharField(
        label=gettext_lazy("Filled in at first"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What a new customer has when nobody says anything."),
    )
    is_required = forms.BooleanField(label=gettext_lazy("Has to be filled in"), required=False)
    on_card = forms.BooleanField(label=gettext_lazy("On the customer's card"), required=False, initial=True)
    on_list = forms.BooleanField(label=gettext_lazy("A column in lists"), required=False)
    on_popup = forms.BooleanField(label=gettext_lazy("On the pop-up"), required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Seen only by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose none and everybody sees it. Administrators always do."),
    )

    def __init__(self, data: Any = None, *, field: OwnField | None = None) -> None:
        super().__init__(data, initial=_initial(field), auto_id=f"own-field-{field.pk if field else 'new'}-%s")
        self.field = field
        roles = self.fields["roles"]
        assert isinstance(roles, forms.MultipleChoiceField)
        roles.choices = _roles_to_choose(field)
        self.options = _typed_options(data) if data is not None else list(field.options) if field else []
        if field is not None:
            del self.fields["kind"]

    @property
    def kind_now(self) -> str:
        return self.field.kind if self.field else str(self.data.get("kind", OwnField.Kind.TEXT))

    def clean_name(self) -> str:
        """Two of one name could not be told apart on cards, in lists and among the columns of an import."""
        name = str(self.cleaned_data["name"])
        others = OwnField.objects.exclude(pk=self.field.pk) if self.field else OwnField.objects.all()
        same = next((other for other in others if folded(other.name) == folded(name)), None)
        if same is not None and same.archived_at is not None:
            raise forms.ValidationError(_("A removed field has this name: bring it back, or choose another name."))
        if same is not None:
            raise forms.ValidationError(_("Another field has this name."))
        return name

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        has_options = self.kind_now in _WITH_OPTIONS
        if has_options and not self.options:
            raise forms.ValidationError(_("Write down at least one thing to choose."), code="options")
        if len(self.options) > _MOST_OPTIONS:
            raise forms.ValidationError(_("At most %(limit)d things to choose.") % {"limit": _MOST_OPTIONS})
        values["options"] = self.options if has_options else []
        if "default" in values and "kind" not in self.errors:
            values["default"] = self._default(values)
        return values

    def _default(self, values: dict[str, Any]) -> Any:
        field = OwnField(name=values.get("name", ""), kind=self.kind_now, options=values["options"])
        try:
            return read_value(field, values["default"])
        except forms.ValidationError as error:
            self.add_error("default", error)
            return None


def _initial(field: OwnField | None) -> dict[str, Any] | None:
    if field is None:
        return None
    plain = {name: getattr(field, name) for name in ("name", "is_required", "on_card", "on_list", "on_popup", "roles")}
    return plain | {"default": typed_again(field, field.default)}


def _roles_to_choose(field: OwnField | None) -> list[tuple[str, Any]]:
    """The ready ones, which stand for their copies too, and those that were made from nothing. Also a removed one whose
    field this is: were it left out, a field of that role alone would be everybody's as soon as it is saved."""
    ready = [(role.value, role.label) for role in User.Role if role != User.Role.ADMINISTRATOR]
    return [*ready, *own_words(also=field.roles if field else ())]


def _typed_options(data: Any) -> list[dict[str, str]]:
    """Rows of the page; a new one is stored under the name it has now, and none is there twice."""
    options: dict[str, dict[str, str]] = {}
    names, values = data.getlist("option_name"), data.getlist("option_value")
    for index, typed in enumerate(names):
        name = typed.replace("\x00", "").strip()[:_LONGEST_OPTION]
        value = (values[index] if index < len(values) else "").replace("\x00", "")[:_LONGEST_OPTION] or name
        if name and folded(name) not in options:
            options[folded(name)] = {"value": value, "name": name}
    return list(options.values())


class LargestFileForm(WindowForm):
    largest_file_mb = forms.IntegerField(label=gettext_lazy("Largest file, in megabytes"), min_value=1, max_value=2000)
