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
from callcard.staff.requests import signed_in
from callcard.staff.sign_in.settings_row import sign_in_settings
from callcard.staff.sign_in.standing import has_passkeys


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell`, read only where a template asks for it. `since`: the browser is told everything after this event."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "company_name": company().name,
        "version": __version__,
        "since": newest_event_id(),
        "says_recorded": recording_settings().says_recorded,
        "lock_after_minutes": sign_in_settings().lock_after_minutes,
        "has_passkeys": lambda: has_passkeys(signed_in(request)),
        "has_extensions": has_extensions,  # a function: asked for administrators only
    }
