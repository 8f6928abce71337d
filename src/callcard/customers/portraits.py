"""Portraits: whatever is uploaded becomes a small square picture of our own making, or is refused."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

SIDE_PIXELS = 256
LONGEST_BYTES = 15_000_000
MOST_PIXELS = 60_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")  # none that can carry a script


class NotAPortrait(ValueError):
    """The upload cannot be made a portrait; the message is for the person who uploaded it."""


def store_portrait(upload: bytes) -> str:
    """Verify, shrink, store. Returns the path below MEDIA_ROOT; the same picture always has the same."""
    return store_picture(read_picture(upload))


def read_picture(upload: bytes) -> Image.Image:
    """The upload as upright RGB pixels of at most twice the stored side. Raises NotAPortrait."""
    if len(upload) > LONGEST_BYTES:
        raise NotAPortrait(_("This file is too large: at most %(size)d MB.") % {"size": LONGEST_BYTES // 1_000_000})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decoded(upload)
    except NotAPortrait:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on bad bytes
        raise NotAPortrait(_("This file is not a photo that can be read.")) from error


def store_picture(picture: Image.Image) -> str:
    """Write the picture, cut square, as WebP without any of its metadata."""
    square = ImageOps.fit(picture, (SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    buffer = io.BytesIO()
    square.save(buffer, "WEBP", quality=82, method=4)
    return store_bytes(buffer.getvalue())


def store_bytes(webp: bytes) -> str:
    """Write a ready picture under its hash, so that nobody ever reads half of one."""
    name = hashlib.blake2b(webp, digest_size=16).hexdigest()
    relative = f"portraits/{name[:2]}/{name}.webp"
    path = Path(settings.MEDIA_ROOT) / relative
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(webp)
        partial.replace(path)
    return relative


def as_jpeg(path: str) -> bytes | None:
    """A stored portrait for devices that know no WebP; None when it is not there any more."""
    try:
        with Image.open(Path(settings.MEDIA_ROOT) / path, formats=("WEBP",)) as picture:
            buffer = io.BytesIO()
            picture.convert("RGB").save(buffer, "JPEG", quality=80)
    except OSError:
        return None
    return buffer.getvalue()


def _decoded(upload: bytes) -> Image.Image:
    with Image.open(io.BytesIO(upload), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise NotAPortrait(_("This picture has too many pixels. Make it smaller first."))
        if min(image.size) < 16:
            raise NotAPortrait(_("This picture is too small to show a face."))
        image.draft("RGB", (SIDE_PIXELS * 2, SIDE_PIXELS * 2))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((SIDE_PIXELS * 4, SIDE_PIXELS * 4))
        return _on_white(upright)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "P", "PA"):
        layered = image.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return image.convert("RGB")
