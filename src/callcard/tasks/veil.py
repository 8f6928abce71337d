"""Draws over tasks the numbers that stand in their words: the program itself writes "Call +856 …" there."""

from __future__ import annotations

from collections.abc import Iterable

from callcard.staff.models import User
from callcard.tasks.models import Task

WORDS = ("title", "note", "about_words")


def veiled_tasks(tasks: Iterable[Task], user: User) -> list[Task]:
    """As this user reads them. They are changed in place and must not be saved."""
    rows, veil = list(tasks), user.veil
    if veil is None or veil.has_whole_numbers:
        return rows
    for task in rows:
        for name in WORDS:
            setattr(task, name, veil.words(getattr(task, name)))
        task.is_veiled = True
    return rows


def words_for(user: User, text: str) -> str:
    """A task's words as this user reads them."""
    return text if user.veil is None else user.veil.words(text)
