"""What roles let people do, and how the rights of several roles add up. Pure.

A right is written "module.action", such as "customers.merge". Whoever may not see a module may do nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from callcard.telephony.masked import masked, masked_within

SEE = "see"
WHOLE = "whole"
CHANGES_ROLES = "staff.roles"
"""Somebody active always has this right, or nobody could ever give one again."""

USUAL = (SEE, "add", "change", "delete", "export")
"""Actions of which most modules have some; the others are a module's own."""


class Scope(StrEnum):
    """Whose records, from the narrowest to the widest."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Module:
    key: str
    actions: tuple[str, ...]

    @property
    def rights(self) -> tuple[str, ...]:
        return tuple(f"{self.key}.{action}" for action in self.actions)


MODULES = (
    Module("customers", (*USUAL, "import", "all_imports", "merge", "mail", "others_notes")),
    Module("sales", USUAL),
    Module("goods", (SEE, "add", "change", "delete")),
    Module("tasks", (SEE, "add", "change", "delete")),
    Module("calls", (*USUAL, "dial", "block", "settings")),
    Module("recordings", (SEE, "all", "manage", "settings")),
    Module("costs", (SEE, "change")),
    Module("company", ("change", "lists", "history", "jobs")),
    Module("telephony", ("change",)),
    Module("staff", (SEE, "add", "change", "delete", "roles")),
)
FIELDS = (
    Module("phones", (SEE, WHOLE, "change")),
    Module("contacts", (SEE, "change")),
    Module("addresses", (SEE, "change")),
    Module("birthdays", (SEE, "change")),
    Module("notes", (SEE, "change")),
    Module("responsible", ("change",)),
)
"""Fields of customers, and of calls, that a role may see, or change where it may change customers at all. Without
"whole" a number is seen with most of its digits veiled."""
FIELD_ACTIONS = (SEE, WHOLE, "change")
_OF_FIELDS = frozenset(right for field in FIELDS for right in field.rights)
RIGHTS = frozenset(right for module in MODULES for right in module.rights) | _OF_FIELDS
_SETTINGS = ("company.", "telephony.", "staff.", "calls.block", "calls.settings", "recordings.settings")
_SETS_UP = frozenset(right for right in RIGHTS if right.startswith(_SETTINGS))
_HAVE_SEE = frozenset(module.key for module in (*MODULES, *FIELDS) if SEE in module.actions)
_VEILED = tuple(field.key for field in FIELDS if SEE in field.actions)
_SEE_ALL_FIELDS = frozenset({*(f"{key}.{SEE}" for key in _VEILED), f"phones.{WHOLE}"})
_SCOPES = {scope.value: scope for scope in Scope}
_WIDTH = {scope: width for width, scope in enumerate(Scope)}


@dataclass(frozen=True, slots=True)
class Given:
    """What one role gives. `kind`: the ready role it is or was made from; one made from nothing has its own word."""

    kind: str
    rights: frozenset[str]
    scope: Scope


@dataclass(frozen=True, slots=True)
class Veil:
    """What somebody does not see of the records that they see. `hidden`: keys of FIELDS."""

    hidden: frozenset[str]
    has_whole_numbers: bool

    def hides(self, field: str) -> bool:
        return field in self.hidden

    def number(self, number: str) -> str:
        """A telephone number as they read it; empty where they see none."""
        if self.has_whole_numbers:
            return number
        return "" if "phones" in self.hidden else masked(number)

    def words(self, text: str) -> str:
        """A text in which the program itself may have written a number."""
        return text if self.has_whole_numbers else masked_within(text)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What somebody may do. `kinds`: of their roles, for what is set for single roles."""

    rights: frozenset[str] = frozenset()
    scope: Scope = Scope.OWN
    kinds: frozenset[str] = frozenset()

    def may(self, right: str) -> bool:
        """`right`: one of RIGHTS; another one is a mistake of the program (AssertionError)."""
        assert right in RIGHTS, right
        return right in self.rights

    @property
    def veil(self) -> Veil | None:
        """What they see less of than others do; None for most people, who see all of what they see."""
        if self.rights >= _SEE_ALL_FIELDS:
            return None
        hidden = frozenset(key for key in _VEILED if f"{key}.{SEE}" not in self.rights)
        return Veil(hidden, has_whole_numbers=self.may("phones.whole"))

    @property
    def may_set_up(self) -> bool:
        """Whether any window of the settings opens for them."""
        return not self.rights.isdisjoint(_SETS_UP)

    def may_all_of(self, other: Permissions) -> bool:
        """Whether nothing can be done with the other's rights that these do not allow."""
        return self.rights >= other.rights and _WIDTH[self.scope] >= _WIDTH[other.scope]


def joined(roles: Iterable[Given]) -> Permissions:
    """The rights of all of them, the widest scope. No roles: nothing."""
    given = list(roles)
    rights = frozenset[str]().union(*(one.rights for one in given)) & RIGHTS
    return Permissions(
        frozenset(right for right in rights if _sees_module_of(right, rights)),
        max((one.scope for one in given), key=_WIDTH.__getitem__, default=Scope.OWN),
        frozenset(one.kind for one in given if one.kind),
    )


def _sees_module_of(right: str, rights: frozenset[str]) -> bool:
    """A number that is not seen whole cannot be changed: what is veiled would be written down as it is shown."""
    module = right.partition(".")[0]
    is_seen = module not in _HAVE_SEE or f"{module}.{SEE}" in rights
    return is_seen and (right != "phones.change" or f"phones.{WHOLE}" in rights)


def written(permissions: Permissions) -> str:
    """As it is kept with a user: words with a space before and after each, so that one can be looked for."""
    words = [f"scope:{permissions.scope}", *(f"is:{kind}" for kind in sorted(permissions.kinds))]
    return f" {' '.join([*words, *sorted(permissions.rights)])} "


@lru_cache(maxsize=1024)
def read(text: str) -> Permissions:
    """What `written` has written. Rights that this version does not know are passed over."""
    rights, kinds, scope = set[str](), set[str](), Scope.OWN
    for word in text.split():
        name, colon, value = word.partition(":")
        if not colon:
            rights.add(word)
        elif name == "is":
            kinds.add(value)
        else:
            scope = _SCOPES.get(value, scope)
    return Permissions(frozenset(rights & RIGHTS), scope, frozenset(kinds))
