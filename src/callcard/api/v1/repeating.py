"""A request with an Idempotency-Key does what it asks for once, however often it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from callcard.api.problems import Problem
from callcard.api.sign_in import token_of
from callcard.api.tokens.models import KeptAnswer

_KEY = re.compile("[!-~]{1,64}")
_KEPT_HEADERS = ("Location", "ETag", "Content-Type")


def once(request: HttpRequest, do: Callable[[], HttpResponse]) -> HttpResponse:
    """What `do` answers; or what it answered when the same request was sent with the same key before.

    Both are one transaction: there is no answer to what was not done. A refusal is not kept. Raises Problem.
    """
    if request.headers.get("Idempotency-Key") is None:
        with transaction.atomic():
            return do()
    key, print_of = _key(request), _print_of(request)
    try:
        with transaction.atomic():
            row, is_new = KeptAnswer.objects.get_or_create(
                token=token_of(request), key=key, defaults={"request": print_of}
            )
            return _kept(row, do()) if is_new else _repeated(row, print_of)
    except IntegrityError:
        raise Problem(409, "The same key is being used at this moment.", kind="key-in-use") from None


def once_in_steps(request: HttpRequest, do: Callable[[], HttpResponse]) -> HttpResponse:
    """As `once`, for what writes in many short transactions of its own, so that a ringing call gets in between.

    What was cut off in the middle keeps its key: nobody knows how much of it was done. Raises Problem.
    """
    if request.headers.get("Idempotency-Key") is None:
        return do()
    row = _begun(request)
    if isinstance(row, HttpResponse):
        return row
    try:
        return _kept(row, do())
    except Problem:
        row.delete()  # refused before anything was written
        raise


def _begun(request: HttpRequest) -> KeptAnswer | HttpResponse:
    """The row of a request that is new, else the answer that it had. Raises Problem."""
    print_of = _print_of(request)
    row, is_new = KeptAnswer.objects.get_or_create(
        token=token_of(request), key=_key(request), defaults={"request": print_of}
    )
    if is_new:
        return row
    if row.status == 0 and row.request == print_of:
        raise Problem(409, "The same key is being used at this moment.", kind="key-in-use")
    return _repeated(row, print_of)


def _key(request: HttpRequest) -> str:
    """Raises Problem for a key that is none."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Problem(400, errors=[("Idempotency-Key", "Up to 64 visible ASCII characters, without blanks.")])
    return key


def _print_of(request: HttpRequest) -> str:
    found = sha256(b"\0".join((str(request.method).encode(), request.get_full_path().encode(), b"")))
    if request.content_type == "multipart/form-data":  # its boundaries are others each time, and it is read already
        found.update(request.POST.urlencode().encode())
        for name, upload in request.FILES.items():
            assert isinstance(upload, UploadedFile)
            found.update(json.dumps([name, upload.name, upload.size]).encode())
            for chunk in upload.chunks():
                found.update(chunk)
            upload.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()


def _kept(row: KeptAnswer, response: HttpResponse) -> HttpResponse:
    row.status, row.body = response.status_code, response.content.decode()
    row.headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    row.save()
    return response


def _repeated(row: KeptAnswer, print_of: str) -> HttpResponse:
    if row.request != print_of:
        raise Problem(422, "This key was used for another request.", kind="key-of-another-request")
    headers = {**row.headers, "Idempotency-Replayed": "true", "Cache-Control": "private, no-cache"}
    return HttpResponse(row.body.encode(), status=row.status, headers=headers)
