"""The company's logo: whatever picture is uploaded becomes a PNG of our own making."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from callcard.staff.company import company
from callcard.staff.models import Company

LONGEST_BYTES = 5_000_000
_MOST_PIXELS = 40_000_000
_BOX = (1200, 400)
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


class NotALogo(ValueError):
    """The text says why, for the person who chose the file."""


@transaction.atomic
def set_logo(*, upload: bytes) -> Company:
    """Raises NotALogo; then the old one stays."""
    picture = _remade(upload)
    name = f"company/{hashlib.sha256(picture).hexdigest()[:32]}.png"
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    kept = company()
    kept.logo = name
    kept.save()
    return kept


def remove_logo() -> None:
    kept = company()
    kept.logo = ""
    kept.save()


def logo_bytes(office: Company) -> bytes:
    """The PNG; empty when there is none."""
    if not office.logo:
        return b""
    try:
        return (Path(settings.MEDIA_ROOT) / office.logo).read_bytes()
    except OSError:
        return b""


def _remade(upload: bytes) -> bytes:
    if len(upload) > LONGEST_BYTES:
        raise NotALogo(_("The file is larger than 5 MB."))
    try:
        with Image.open(io.BytesIO(upload), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise NotALogo(_("The picture is too large."))
            made = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotALogo(_("This file is not a picture that can be read.")) from error
    made.thumbnail(_BOX)
    written = io.BytesIO()
    made.save(written, "PNG", optimize=True)
    return written.getvalue()
