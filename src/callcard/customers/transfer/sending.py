"""Files that are sent while they are written."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from callcard.customers.files import sent_apart


def sent(request: HttpRequest, chunks: Iterator[bytes], *, name: str, media_type: str) -> StreamingHttpResponse:
    """`name`: plain letters. Never opened as a page of ours."""
    content = sent_apart(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
