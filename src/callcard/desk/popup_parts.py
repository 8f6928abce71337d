"""The parts of the pop-up, and which of them the administrator shows in which order."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import OwnField
from callcard.customers.own_field_services import show_on_popup
from callcard.customers.own_fields import current_fields, is_seen_by
from callcard.desk.models import PopupPart
from callcard.kit.remembered import Remembered
from callcard.plugins.installed import popup_parts
from callcard.staff.models import User

# In the order of a new installation. Name and portrait are the head of the pop-up and always there.
PARTS: dict[str, str | Promise] = {
    "debts": _("Amount owed"),
    "orders": _("Current orders"),
    "tasks": _("Open tasks"),
    "last_contact": _("Last contact"),
    "contacts": _("Contacts"),
    "responsible": _("Responsible manager"),
    "line": _("Line that was called"),
    "note": _("Note"),
    "category": _("Category"),
    "city": _("City and country"),
    "address": _("Address"),
    "birthday": _("Birthday"),
    "language": _("Language"),
}
_HIDDEN_AT_FIRST = {"address", "birthday", "language"}
_OWN = "own:"
# Parts that tell of another module's records.
_NEEDS = {"debts": "sales.see", "orders": "sales.see", "tasks": "tasks.see", "last_contact": "calls.see"}


def all_parts() -> list[tuple[PopupPart, str]]:
    """Every part with its name in the user's language, in the administrator's order; new ones come last."""
    names: dict[str, str] = {key: str(name) for key, name in PARTS.items()}
    own = {f"{_OWN}{field.key}": field for field in current_fields()}
    names |= {key: field.name for key, field in own.items()}
    added = popup_parts()
    names |= {key: part.name for key, part in added.items()}
    chosen = {part.key: part for part in PopupPart.objects.all()}
    parts = [part for part in chosen.values() if part.key in names]
    for key in names.keys() - chosen.keys():
        position = 1000 + list(names).index(key)
        is_shown = key in added or (key in PARTS and key not in _HIDDEN_AT_FIRST)
        parts.append(PopupPart(key=key, position=position, is_shown=is_shown))
    for part in parts:
        if part.key in own:
            part.is_shown = own[part.key].on_popup  # said in the field's own settings too, and kept there
    parts.sort(key=lambda part: part.position)
    return [(part, names[part.key]) for part in parts]


def shown_parts() -> tuple[str, ...]:
    """Keys of the parts to show, in order."""
    return _shown.get()


def remember_parts() -> None:
    """Before a pop-up asks for them."""
    _shown.get()
    _own.get()


def shown_parts_for(user: User) -> tuple[str, ...]:
    """Without those that tell of what no role of this user lets them see."""
    needs = _NEEDS | {key: part.needs for key, part in popup_parts().items() if part.needs}
    may = user.permissions.rights  # a plug-in may name a right that there is not
    return tuple(key for key in _shown.get() if key not in needs or needs[key] in may)


def shown_own_fields(user: User) -> dict[str, OwnField]:
    """Part key -> field, for the own fields that are shown and that this user sees."""
    return {key: field for key, field in _own.get().items() if is_seen_by(field, user)}


def arrange_parts(*, order: Sequence[str], shown: set[str]) -> None:
    """Keep the administrator's choice. Keys that are not parts are passed over."""
    known = [part.key for part, _name in all_parts()]
    ordered = [key for key in dict.fromkeys(order) if key in known]
    ordered += [key for key in known if key not in ordered]
    with transaction.atomic():
        PopupPart.objects.all().delete()
        PopupPart.objects.bulk_create(
            PopupPart(key=key, position=position, is_shown=key in shown) for position, key in enumerate(ordered)
        )
        show_on_popup(keys=[key.removeprefix(_OWN) for key in shown if key.startswith(_OWN)])
    _shown.forget()
    _own.forget()


_shown = Remembered(lambda: tuple(part.key for part, _name in all_parts() if part.is_shown))  # read on every ring
_own = Remembered(lambda: {f"{_OWN}{field.key}": field for field in current_fields() if field.on_popup})
