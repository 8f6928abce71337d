"""The designs a user may choose from. Each is a block of values in static/ui/designs.css under its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Light = Literal["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Design:
    """`light`: which of Tabler's two sets of colours lies below; "auto" follows the device."""

    key: str
    name: str | Promise
    light: Light


DESIGNS = (
    Design("auto", _("As the device"), "auto"),
    Design("light", _("Light"), "light"),
    Design("dark", _("Dark"), "dark"),
    Design("contrast", _("High contrast"), "light"),
    Design("contrast-dark", _("High contrast, dark"), "dark"),
    Design("mekong", _("Mekong"), "light"),
    Design("steppe", _("Steppe"), "light"),
    Design("graphite", _("Graphite"), "dark"),
)
_BY_KEY = {design.key: design for design in DESIGNS}


def design_of(key: str) -> Design:
    """The design with this key; the first one when there is none."""
    return _BY_KEY.get(key, DESIGNS[0])
