"""Setting up PBXs."""

from __future__ import annotations

from typing import Any

from callcard.switchboard.models import Pbx


def set_pbx(*, slug: str, name: str, kind: str, options: dict[str, Any], is_enabled: bool = True) -> Pbx:
    """Add the PBX or change it. A running switchboard notices within a few seconds."""
    defaults = {"name": name, "kind": kind, "options": options, "is_enabled": is_enabled}
    return Pbx.objects.update_or_create(slug=slug, defaults=defaults)[0]
