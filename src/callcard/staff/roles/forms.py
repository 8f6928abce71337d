"""A role as it is ticked together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from callcard.staff.roles.models import Role, Scope
from callcard.staff.roles.rules import FIELD_ACTIONS, FIELDS, MODULES, RIGHTS, USUAL, Module
from callcard.staff.roles.services import RoleValues
from callcard.staff.roles.words import HELP, NAMES, name_of, own_rights
from callcard.ui.forms import WindowForm


@dataclass(frozen=True, slots=True)
class Tick:
    """`id`: of the box on the page. None in place of a tick: the module does not know the action."""

    right: str
    name: str
    help: str
    is_on: bool
    id: str


@dataclass(frozen=True, slots=True)
class Line:
    """One module: the usual actions in their columns, then its own."""

    name: str
    usual: list[Tick | None]
    own: list[Tick]


class RoleForm(WindowForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Whose records"),
        choices=Scope.choices,
        help_text=gettext_lazy("Of a team: those of the teams below it, too. Records of nobody are seen with all."),
    )
    rights = forms.MultipleChoiceField(choices=[(right, right) for right in sorted(RIGHTS)], required=False)

    def __init__(self, data: Any = None, *, role: Role | None = None) -> None:
        super().__init__(data, initial=_initial(role), auto_id=f"role-{role.pk if role else 'new'}-%s")

    def typed(self) -> list[forms.BoundField]:
        """What is not ticked in the table."""
        return [self["name"], self["description"], self["scope"]]

    def lines(self) -> list[Line]:
        return [
            Line(
                str(NAMES[module.key]), self._ticks(module, USUAL), [self._tick(right) for right in own_rights(module)]
            )
            for module in MODULES
        ]

    def field_lines(self) -> list[Line]:
        """Of the fields of customers, in the columns of FIELD_ACTIONS."""
        return [Line(str(NAMES[field.key]), self._ticks(field, FIELD_ACTIONS), []) for field in FIELDS]

    def _ticks(self, module: Module, actions: Iterable[str]) -> list[Tick | None]:
        return [self._tick(f"{module.key}.{action}") if action in module.actions else None for action in actions]

    def _tick(self, right: str) -> Tick:
        is_on = right in (self["rights"].value() or ())
        box = f"{self['rights'].id_for_label}-{right.replace('.', '-')}"
        return Tick(right, name_of(right), str(HELP.get(right, "")), is_on, box)

    def value(self) -> RoleValues:
        """What was typed into a valid form."""
        said = self.cleaned_data
        return RoleValues(said["name"], said["description"], frozenset(said["rights"]), said["scope"])


def _initial(role: Role | None) -> dict[str, Any]:
    if role is None:
        return {"scope": Scope.OWN, "rights": [right for field in FIELDS for right in field.rights]}
    return {"name": role.shown_name, "description": role.description, "scope": role.scope, "rights": role.rights}
