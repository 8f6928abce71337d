"""What modules and their rights are called."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.roles.rules import FIELDS, MODULES, USUAL, Module

NAMES = {
    "customers": gettext_lazy("Customers"),
    "sales": gettext_lazy("Orders, payments and debts"),
    "goods": gettext_lazy("Products"),
    "tasks": gettext_lazy("Tasks"),
    "calls": gettext_lazy("Calls"),
    "recordings": gettext_lazy("Recordings"),
    "costs": gettext_lazy("Tariffs and budgets"),
    "company": gettext_lazy("Company"),
    "telephony": gettext_lazy("Telephone system"),
    "staff": gettext_lazy("People"),
    "phones": gettext_lazy("Telephone numbers"),
    "contacts": gettext_lazy("E-mails and messengers"),
    "addresses": gettext_lazy("Addresses"),
    "birthdays": gettext_lazy("Birthdays"),
    "notes": gettext_lazy("Notes on customers"),
    "responsible": gettext_lazy("Who looks after a customer"),
}
ACTIONS = {
    "see": gettext_lazy("see"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
    "export": gettext_lazy("export"),
}
# What a module's own actions are called, and usual ones where they mean something of their own.
OWN = {
    "customers.import": gettext_lazy("import files"),
    "customers.all_imports": gettext_lazy("see and undo everybody's imports"),
    "customers.merge": gettext_lazy("merge"),
    "customers.mail": gettext_lazy("write to many"),
    "customers.others_notes": gettext_lazy("change notes of others"),
    "calls.dial": gettext_lazy("call with a button"),
    "calls.block": gettext_lazy("block numbers"),
    "calls.settings": gettext_lazy("settings of calls"),
    "recordings.see": gettext_lazy("listen"),
    "recordings.all": gettext_lazy("listen to every call they see, whatever the settings say"),
    "recordings.manage": gettext_lazy("listen to everything, add, keep, remove and erase"),
    "recordings.settings": gettext_lazy("settings of recordings"),
    "company.lists": gettext_lazy("lists and own fields"),
    "company.history": gettext_lazy("everybody's changes, personal data as a whole"),
    "company.jobs": gettext_lazy("everybody's background work"),
    "staff.roles": gettext_lazy("make and give roles"),
    "phones.whole": gettext_lazy("see them whole"),
}
HELP = {
    "customers.delete": gettext_lazy("Archive them and bring them back"),
    "sales.delete": gettext_lazy("Cancel orders and payments, and bring them back"),
    "goods.delete": gettext_lazy("Take them off sale and put them on sale again"),
    "recordings.see": gettext_lazy("Listen as the settings of recordings say"),
    "staff.delete": gettext_lazy("Deactivate people and let them in again"),
    "company.change": gettext_lazy("Name, lines, documents, pop-up and phone books"),
    "telephony.change": gettext_lazy("Telephone systems, softphones and rules for calls"),
}


def name_of(right: str) -> str:
    """As it stands beside its module: "export"."""
    return str(OWN.get(right) or ACTIONS[right.partition(".")[2]])


def in_words(right: str) -> str:
    """With its module: "Customers: export"."""
    return _("%(module)s: %(action)s") % {"module": NAMES[right.partition(".")[0]], "action": name_of(right)}


def own_rights(module: Module) -> list[str]:
    """Those beyond what most modules have."""
    return [f"{module.key}.{action}" for action in module.actions if action not in USUAL]


def summary(rights: Iterable[str]) -> list[tuple[str, str]]:
    """(module, what may be done in it) for each module of which there is something."""
    given = set(rights)
    told = ((module, [name_of(right) for right in module.rights if right in given]) for module in MODULES)
    lines = [(str(NAMES[module.key]), ", ".join(words)) for module, words in told if words]
    if _SHOW_FIELDS.isdisjoint(given):
        return lines
    return [*lines, *((str(NAMES[field.key]), words) for field in FIELDS if (words := _limits(field, given)))]


def _limits(field: Module, given: set[str]) -> str:
    """What a role lacks in a field; empty where it lacks nothing."""
    seen, changed = f"{field.key}.see", f"{field.key}.change"
    if seen in field.rights and seen not in given:
        return _("hidden")
    if field.key == "phones" and "phones.whole" not in given:
        return _("veiled: only the last digits are read; called by button")
    if changed not in given and "customers.change" in given:
        return _("not to be changed")
    return ""


_SHOW_FIELDS = frozenset({"customers.see", "calls.see"})
