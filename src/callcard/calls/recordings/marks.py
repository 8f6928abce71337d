"""The play button of a call in lines that are written in Python."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from callcard.calls.models import Call


def recording_mark(call: Call) -> SafeString:
    """As mark.html, read as a template only where there is something to hear. `call.played`: see parts.mark_rows."""
    button = render_to_string("calls/recordings/button.html", {"call": call}).strip() if call.played else ""
    place = reverse("call-recording-mark", args=[call.pk])
    return mark_safe(f'<span class="recording-mark" data-recordings-of="{call.pk}" data-from="{place}">{button}</span>')
