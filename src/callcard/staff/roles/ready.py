"""The roles there are before an administrator has made any. Pure."""

from __future__ import annotations

from callcard.staff.roles.rules import FIELDS, MODULES, RIGHTS, Given, Scope

_ACTIONS = {module.key: module.actions for module in (*MODULES, *FIELDS)}


def _ticks(text: str) -> frozenset[str]:
    """ "customers: see add; tasks: *": the actions of each module, a star for all of them."""
    ticked = set[str]()
    for line in text.split(";"):
        module, _colon, actions = line.strip().partition(": ")
        chosen = _ACTIONS[module] if actions == "*" else actions.split()
        ticked.update(f"{module}.{action}" for action in chosen)
    return frozenset(ticked)


_MANAGER = """customers: see add change delete import merge mail; sales: see add change delete; goods: *; tasks: *;
 calls: see add change delete dial; recordings: see"""
# Without "see": beside another role, of what that one lets them see.
_EXPORTS = "customers: export; sales: export; calls: export"
_FIELDS = "; ".join(f"{field.key}: *" for field in FIELDS)
_OWNER = f"{_MANAGER}; {_EXPORTS}; recordings: all manage; costs: *"

READY = {
    "owner": Given("owner", _ticks(f"{_OWNER}; {_FIELDS}"), Scope.ALL),
    "administrator": Given("administrator", RIGHTS, Scope.ALL),
    "head": Given(
        "head", _ticks(f"{_MANAGER}; {_EXPORTS}; customers: others_notes all_imports; {_FIELDS}"), Scope.TEAM
    ),
    "manager": Given("manager", _ticks(f"{_MANAGER}; {_FIELDS}"), Scope.ALL),
    "operator": Given(
        "operator",
        _ticks(
            "customers: see add change; sales: see; goods: see; tasks: see add change; calls: see change dial; "
            f"{_FIELDS}"
        ),
        Scope.ALL,
    ),
    "accountant": Given(
        "accountant",
        _ticks(f"customers: see; sales: *; goods: *; tasks: see add change; costs: *; {_FIELDS}"),
        Scope.ALL,
    ),
    "listener": Given("listener", _ticks(f"customers: see; calls: see; recordings: see all; {_FIELDS}"), Scope.ALL),
    "exporter": Given("exporter", _ticks(_EXPORTS), Scope.OWN),
}
