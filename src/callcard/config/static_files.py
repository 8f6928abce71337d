"""Styles, scripts, pictures and fonts, straight from where they are installed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.utils import get_app_template_dirs
from servestatic import ServeStaticASGI

from callcard.ui.middleware import ALONE


def with_static_files(pages: Any) -> Any:
    """An ASGI application that serves the static files of every room and gives all else to `pages`."""
    server = ServeStaticASGI(
        pages,
        autorefresh=settings.DEBUG,
        allow_all_origins=False,
        add_headers_function=_as_what_they_are,
    )
    for folder in get_app_template_dirs("static"):
        server.add_files(folder, prefix=settings.STATIC_URL)
    return server


def _as_what_they_are(headers: Any, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    for name, value in ALONE.items():  # a worker's script is refused unless it says the same as its page
        headers[name] = value
