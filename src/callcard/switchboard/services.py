"""Setting up PBXs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.calls.queries import calls_going_on
from callcard.calls.services import give_up_call
from callcard.switchboard.journal import tell_links
from callcard.switchboard.models import Pbx


def set_pbx(*, slug: str, name: str, kind: str, options: dict[str, Any], is_enabled: bool = True) -> Pbx:
    """Add the PBX or change it. A running switchboard notices within a few seconds."""
    defaults = {"name": name, "kind": kind, "options": options, "is_enabled": is_enabled}
    with transaction.atomic():
        pbx, _ = Pbx.objects.update_or_create(slug=slug, defaults=defaults)
        tell_links()
    return pbx


def remove_pbx(*, pbx: Pbx) -> None:
    """Its calls stay in the log; those that went on are closed, for nobody will tell of their end."""
    with transaction.atomic():
        for call in calls_going_on(pbx.slug):
            give_up_call(call=call)
        pbx.delete()
        tell_links()


def note_heard(slugs: Collection[str]) -> None:
    """The links to these PBXs are up. Should the program be killed, calls that end meanwhile end at this moment."""
    if slugs:
        Pbx.objects.filter(slug__in=slugs).update(heard_at=timezone.now())
