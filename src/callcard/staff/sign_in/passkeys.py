"""Passkeys: keys in a telephone, a computer or a stick, of which we know the public half (WebAuthn, by fido2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from callcard.staff.models import User
from callcard.staff.sign_in.models import SecondStep
from callcard.staff.sign_in.standing import forget_standing

_STATE = "passkey_asked"


class NoPasskey(Exception):
    """What the browser sent proves nothing: made for another page, another question, or by nobody we know."""


def _server(request: HttpRequest) -> Fido2Server:
    host = request.get_host()
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    origin = f"{request.scheme}://{host}"
    return Fido2Server(PublicKeyCredentialRpEntity(id=name, name="Callcard"), verify_origin=lambda said: said == origin)


def ask_to_make(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make one, as JSON. It must unlock its keys by a finger, a face or a PIN: so a passkey
    is two steps in one."""
    there = [_data(step) for step in SecondStep.objects.filter(user=user, kind=SecondStep.Kind.PASSKEY)]
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(id=_handle(user), name=user.username, display_name=user.shown_name),
        there,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[_STATE] = state
    return dict(options)


def keep_passkey(request: HttpRequest, user: User, answer: Mapping[str, Any], *, name: str) -> SecondStep:
    """Raises NoPasskey."""
    try:
        made = _server(request).register_complete(_state(request), answer).credential_data
        assert made is not None
        with transaction.atomic():
            step = SecondStep.objects.create(
                user=user,
                kind=SecondStep.Kind.PASSKEY,
                name=name[:100],
                secret=bytes(made),
                credential_id=_short(made.credential_id),
            )
    except (ValueError, TypeError, KeyError, AttributeError, IntegrityError) as error:
        raise NoPasskey from error
    forget_standing()
    return step


def ask_to_sign(request: HttpRequest, user: User | None = None) -> dict[str, Any]:
    """What the browser needs to sign with one, as JSON. Without a user it offers all that it has for this place."""
    there = SecondStep.objects.filter(user=user, kind=SecondStep.Kind.PASSKEY) if user else []
    options, state = _server(request).authenticate_begin(
        [_data(step) for step in there] or None, user_verification=UserVerificationRequirement.REQUIRED
    )
    request.session[_STATE] = state
    return dict(options)


def who_signed(request: HttpRequest, answer: Mapping[str, Any]) -> User:
    """Whose passkey it is that signed. Raises NoPasskey."""
    try:
        step = _step_with(websafe_decode(str(answer["rawId"])))
        _server(request).authenticate_complete(_state(request), [_data(step)], answer)
        handle = answer["response"].get("userHandle")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NoPasskey from error
    if not step.user.is_active or (handle and websafe_decode(str(handle)) != _handle(step.user)):
        raise NoPasskey
    SecondStep.objects.filter(pk=step.pk).update(used_at=timezone.now())
    return step.user


def _step_with(credential_id: bytes) -> SecondStep:
    step = SecondStep.objects.select_related("user").filter(credential_id=_short(credential_id)).first()
    if step is None:
        raise NoPasskey
    return step


def _state(request: HttpRequest) -> dict[str, Any]:
    """Each question is answered once."""
    return cast(dict[str, Any], request.session.pop(_STATE, None) or {})


def _data(step: SecondStep) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(step.secret))


def _short(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _handle(user: User) -> bytes:
    """By which an authenticator knows the user; it says nothing about them."""
    return salted_hmac("callcard.staff.sign_in.passkey", str(user.pk), algorithm="sha256").digest()
