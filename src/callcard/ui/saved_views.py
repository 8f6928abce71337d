"""Writes of saved views and layouts of lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from callcard.ui.models import ListLayout, SavedView

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

LONGEST_QUESTION = 4000


def views_for(user: AbstractBaseUser, *, list_key: str) -> QuerySet[SavedView]:
    """Their own ones and the shared ones."""
    mine_or_shared = Q(owner_id=user.pk) | Q(is_shared=True)
    return SavedView.objects.filter(mine_or_shared, list_key=list_key, removed_at=None)


def save_view(*, user: AbstractBaseUser, list_key: str, name: str, question: str, is_shared: bool) -> SavedView:
    """A view of the same name of the same user is written over."""
    view, _created = SavedView.objects.update_or_create(
        list_key=list_key,
        owner_id=user.pk,
        name=name.strip()[:80],
        defaults={"question": question[:LONGEST_QUESTION], "is_shared": is_shared, "removed_at": None},
    )
    return view


def change_view(*, view: SavedView, name: str = "", question: str | None = None, is_shared: bool | None = None) -> None:
    """What is not said stays as it is."""
    view.name = name.strip()[:80] or view.name
    view.question = view.question if question is None else question[:LONGEST_QUESTION]
    view.is_shared = view.is_shared if is_shared is None else is_shared
    view.save(update_fields=["name", "question", "is_shared"])


def remove_view(*, view: SavedView) -> None:
    """`bring_view_back` undoes it."""
    view.removed_at = timezone.now()
    view.save(update_fields=["removed_at"])


def bring_view_back(*, view: SavedView) -> None:
    view.removed_at = None
    view.save(update_fields=["removed_at"])


def layout_of(user: AbstractBaseUser, *, list_key: str) -> ListLayout:
    """What the user chose; an unsaved empty one when nothing was chosen yet."""
    found = ListLayout.objects.filter(list_key=list_key, user_id=user.pk).first()
    return found or ListLayout(list_key=list_key, user_id=user.pk)


def choose_columns(*, user: AbstractBaseUser, list_key: str, columns: Iterable[tuple[str, int]]) -> None:
    layout = [[key, width] for key, width in columns][:60]
    ListLayout.objects.update_or_create(list_key=list_key, user_id=user.pk, defaults={"columns": layout})


def open_with_view(*, user: AbstractBaseUser, list_key: str, view: SavedView | None) -> None:
    """The list opens with this view from now on; None: with everything."""
    ListLayout.objects.update_or_create(list_key=list_key, user_id=user.pk, defaults={"default_view": view})
