"""Files that are sent while they are written."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation

from callcard.customers.files import sent_apart


def sent(request: HttpRequest, chunks: Iterator[bytes], *, name: str, media_type: str) -> StreamingHttpResponse:
    """`name`: plain letters. Never opened as a page of ours."""
    written = _by_same_clock(chunks)
    content = sent_apart(written) if isinstance(request, ASGIRequest) else written
    response = StreamingHttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _by_same_clock(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """In the zone and language of now: they are written when the request is over, and its clock is put away."""
    zone, language = timezone.get_current_timezone(), translation.get_language()

    def following() -> bytes | None:
        with timezone.override(zone), translation.override(language):
            return next(chunks, None)

    return iter(following, None)
