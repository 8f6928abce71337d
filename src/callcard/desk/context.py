"""What the shell itself needs, on whichever window's address it was asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from callcard import __version__
from callcard.calls.recordings.setting import recording_settings
from callcard.live.queries import newest_event_id
from callcard.staff.company import company
from callcard.staff.queries import has_extensions


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell`, read only where a template asks for it. `since`: the browser is told everything after this event."""
    return {"shell": SimpleLazyObject(_shell)}


def _shell() -> dict[str, Any]:
    return {
        "company_name": company().name,
        "version": __version__,
        "since": newest_event_id(),
        "says_recorded": recording_settings().says_recorded,
        "has_extensions": has_extensions,  # a function: asked for administrators only
    }
