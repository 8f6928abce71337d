"""Pictures that only repeat what the words beside them say."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString


@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """An element that shows one picture of vendor/icons.css. Names: ui/icons.txt."""
    return format_html('<i class="icon icon-{}" aria-hidden="true"></i>', name)
