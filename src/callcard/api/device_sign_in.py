"""Who asks over CardDAV: HTTP Basic (RFC 7617) with a user's name and a password made for one device."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from callcard.api.limits import has_failed_too_often, is_too_often
from callcard.api.models import DevicePassword
from callcard.staff.requests import address_of

_SLUG_SIGNS = 8
_FAILURES_A_MINUTE = 10
_ASKED_A_MINUTE = 600
_NOTED_EVERY = timedelta(minutes=1)
# A phone asks a dozen times in a row, and each argon2 takes a tenth of a second.
_KNOWN_SECONDS = 300


def for_devices(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the device instead of a session's user; 401 for everybody else, 429 for who tries too often."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponse:
        who = address_of(request)
        if has_failed_too_often("device-failures", who, most=_FAILURES_A_MINUTE):
            return HttpResponse(status=429, headers={"Retry-After": "60"})
        given = request.headers.get("Authorization", "")
        device = _device(given)
        if device is None:
            if given:
                is_too_often("device-failures", who, most=0)
            return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="Callcard", charset="UTF-8"'})
        if is_too_often("device", str(device.pk), most=_ASKED_A_MINUTE):
            return HttpResponse(status=429, headers={"Retry-After": "60"})
        return view(request, device, *args, **kwargs)

    return csrf_exempt(login_not_required(checked))  # no cookie is looked at, so there is nothing to forge


def _device(given: str) -> DevicePassword | None:
    name, secret = _read(given)
    plain = secret.replace("-", "").replace(" ", "").lower()
    slug, rest = plain[:_SLUG_SIGNS], plain[_SLUG_SIGNS:]
    rest = "-".join(rest[start : start + 4] for start in range(0, len(rest), 4))
    found = DevicePassword.objects.select_related("user").filter(slug=slug, revoked_at=None).first() if slug else None
    if found is None or found.user.username.casefold() != name.casefold() or not found.user.is_active:
        if slug:
            make_password(rest)  # as slow as with a known name
        return None
    known = f"callcard-device:{found.pk}:{sha256((found.hash + rest).encode()).hexdigest()}"
    if not cache.get(known):
        if not check_password(rest, found.hash):
            return None
        cache.set(known, True, _KNOWN_SECONDS)
    _note(found)
    return found


def _read(given: str) -> tuple[str, str]:
    scheme, _space, encoded = given.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > 2000:
        return "", ""
    try:
        name, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return ("", "") if "\x00" in name + secret else (name, secret)


def _note(device: DevicePassword) -> None:
    now = timezone.now()
    old = Q(used_at=None) | Q(used_at__lt=now - _NOTED_EVERY)
    DevicePassword.objects.filter(old, pk=device.pk).update(used_at=now)
