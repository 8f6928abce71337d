"""The page runs our own files only, so text from outside can never become a program, and shares its process with no
other site, so that none can read its memory. Browsers give such a page exact clocks too."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",  # data: the style sheet's own arrows and ticks; blob: a portrait before upload
        "media-src 'self' blob:",  # recordings of a kind that the page decodes itself
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
ALONE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        for name, value in ALONE.items():
            response.headers.setdefault(name, value)
        # Neither a proxy keeps a page, nor the Back button for whoever sits down next.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
