"""What is kept with users who were not made by the program itself."""

from __future__ import annotations

from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import Given, Scope, joined, written


def managers_rights(scope: Scope) -> str:
    """For the column staff_user.rights."""
    return written(joined([Given("manager", READY["manager"].rights, scope)]))
