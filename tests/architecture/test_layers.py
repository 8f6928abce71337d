"""What the import contracts cannot see: foreign keys by string and templates that use each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model

from tests.architecture import source

_USED_TEMPLATE = re.compile(r"""\{%\s*(?:extends|include)\s+["']([^"'/]+)/""")


def _own_room(model: type[Model]) -> str:
    """The room of one of our models; empty for a library's."""
    package, _, rest = model.__module__.partition(".")
    return rest.split(".")[0] if package == "callcard" else ""


def _relations() -> Iterator[tuple[str, str, str]]:
    """(field, its room, the room it points at) for every relation between our models.

    Whoever signs in is Django's own notion (AUTH_USER_MODEL), so every room may point at that.
    """
    for model in apps.get_models(include_auto_created=False):
        for field in model._meta.get_fields(include_parents=False):
            points_out = field.is_relation and not field.auto_created
            target = field.related_model
            if points_out and isinstance(target, type) and target is not get_user_model() and _own_room(model):
                yield f"{model._meta.label}.{field.name}", _own_room(model), _own_room(target)


def test_tables_point_downwards_only() -> None:
    relations = list(_relations())
    assert relations
    assert [field for field, room, other in relations if other and not source.may_use(room, other)] == []


def _used_templates(path: Path) -> set[str]:
    return set(_USED_TEMPLATE.findall(path.read_text(encoding="utf-8")))


def test_templates_use_templates_of_rooms_further_down_only() -> None:
    upwards = [
        f"{source.name(path)} uses {room}/"
        for path in source.files(".html", under=source.PACKAGE)
        for room in _used_templates(path)
        if room in source.layers() and not source.may_use(source.room_of(path), room)
    ]
    assert upwards == []


def _top_of_templates(path: Path) -> str:
    return path.parts[path.parts.index("templates") + 1]


def test_templates_lie_in_a_folder_named_like_their_room() -> None:
    """Or two rooms' templates of one name would hide each other. Pages of an HTTP error have the names Django wants."""
    loose = [
        source.name(path)
        for path in source.files(".html", under=source.PACKAGE)
        if "templates" in path.parts and not re.match(r"[45]\d\d\D", path.name)
        if _top_of_templates(path) not in {source.room_of(path), "django"}
    ]
    assert loose == []
