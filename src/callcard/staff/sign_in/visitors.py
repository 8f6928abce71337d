"""What is known of a browser: its address, its name, and for whom it has been in before."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from callcard.staff.rules import folded

_SALT = "callcard.staff.sign_in.known"
_KEPT_SECONDS = 400 * 24 * 3600  # the longest that browsers keep anything
_MOST_NAMES = 8


def agent_of(request: HttpRequest) -> str:
    return "".join(mark for mark in request.headers.get("User-Agent", "")[:300] if mark.isprintable())


def known_device(request: HttpRequest, username: str) -> str:
    """A word of its own for this browser if this user has been in with it, else nothing."""
    return _known(request).get(folded(username), "")


def _known(request: HttpRequest) -> dict[str, str]:
    """User name -> word, the latest last. What somebody else wrote has no signature of ours."""
    try:
        said = signing.loads(request.COOKIES.get(_cookie(), ""), salt=_SALT, max_age=_KEPT_SECONDS)
    except signing.BadSignature:
        return {}
    return {str(name): str(word) for name, word in said.items()} if isinstance(said, dict) else {}


def _cookie() -> str:
    """Its name: over https one that browsers keep to this very host."""
    return "__Host-known" if settings.SESSION_COOKIE_SECURE else "callcard_known"


def remember_device(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """This user has just been in with this browser."""
    known = _known(request)
    word = known.pop(folded(username), "") or secrets.token_urlsafe(12)
    known = dict(list(known.items())[1 - _MOST_NAMES :]) | {folded(username): word}
    response.set_cookie(
        _cookie(),
        signing.dumps(known, salt=_SALT, compress=True),
        max_age=_KEPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def browser_of(agent: str) -> str:
    """ "Firefox, Windows": what matters of a User-Agent header. Empty when it says nothing known."""
    browsers = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"))
    others = (("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))
    browser = next((name for mark, name in browsers if mark in agent), "Safari" if "Safari/" in agent else "")
    system = next((name for mark, name in (*systems, *others) if mark in agent), "")
    return ", ".join(filter(None, (browser, system)))
