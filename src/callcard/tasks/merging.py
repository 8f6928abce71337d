"""Tasks go with a customer who is merged into another."""

from __future__ import annotations

from callcard.customers.merging import moves
from callcard.tasks.models import Task


def name_tables() -> None:
    moves(Task)
