"""What every template may rely on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info

from callcard.ui.designs import DESIGNS, design_of

SECTION = "ui/section.html"
SHELL = "desk/shell.html"


def page(request: HttpRequest) -> dict[str, Any]:
    """`window_base`: what ui/window.html extends; the rest is for the head and the user menu."""
    user = getattr(request, "user", None)
    return {
        "window_base": SECTION if wants_section(request) else SHELL,
        "design": design_of(getattr(user, "theme", "")),
        "designs": DESIGNS,
        "languages": [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
    }


def wants_section(request: HttpRequest) -> bool:
    """Whether the shell asks for the contents of a window, not a browser for a whole page."""
    return "HX-Request" in request.headers or "X-Callcard-Window" in request.headers
