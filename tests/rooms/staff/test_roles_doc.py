"""The administrator's page of roles has the ready ones as they are."""

from __future__ import annotations

from pathlib import Path

from callcard.staff.roles.models import Kind, Scope
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import MODULES
from callcard.staff.roles.words import NAMES, name_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "admin" / "roles.md"


def table() -> list[str]:
    """A line for each module, a column for each ready role."""
    head = ["", *(f"{Kind(kind).label}" for kind in Kind.values)]
    seen = ["sees", *(str(Scope(READY[kind].scope.value).label).lower() for kind in Kind.values)]
    lines = [
        [str(NAMES[module.key]), *(_cell(module.rights, READY[kind].rights) for kind in Kind.values)]
        for module in MODULES
    ]
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), seen, *lines)]


def _cell(rights: tuple[str, ...], ticked: frozenset[str]) -> str:
    given = [name_of(right) for right in rights if right in ticked]
    return "everything" if len(given) == len(rights) else ", ".join(given) or "–"


def test_the_table_of_ready_roles_is_true() -> None:
    written = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert written == table()
