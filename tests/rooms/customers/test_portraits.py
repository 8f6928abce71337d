from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from callcard.customers.demo_faces import demo_face
from callcard.customers.models import Customer
from callcard.customers.portraits import NotAPortrait, read_picture, store_portrait
from callcard.customers.services import create_customer, set_portrait


def picture(kind: str, size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind, **options)
    return buffer.getvalue()


def stored(path: str) -> Image.Image:
    return Image.open(Path(settings.MEDIA_ROOT) / path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_photos_are_stored_small_and_square_under_their_hash(kind: str) -> None:
    path = store_portrait(picture(kind))
    assert path.startswith("portraits/")
    assert path.endswith(".webp")
    with stored(path) as image:
        assert (image.format, image.size) == ("WEBP", (256, 256))
    assert store_portrait(picture(kind)) == path


def test_orientation_is_applied_and_nothing_else_of_the_metadata_kept() -> None:
    image = Image.new("RGB", (400, 200), "blue")
    image.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: what is left comes to the top
    exif[0x010E] = "secret description"
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, quality=95)
    path = store_portrait(buffer.getvalue())
    with stored(path) as upright:
        red, _green, blue = upright.convert("RGB").getpixel((128, 10))  # type: ignore[misc]
        assert (red > 200, blue < 60) == (True, True)
        assert (dict(upright.getexif()), "exif" in upright.info) == ({}, False)
    assert b"secret" not in (Path(settings.MEDIA_ROOT) / path).read_bytes()


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 50,000 x 50,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BAD = {
    "empty": b"",
    "text": b"hello, I am a photo",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html in gif's clothes": b"GIF89a<script>alert(1)</script>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "cut off": picture("PNG")[:60],
    "bomb": bomb(),
    "too many bytes": b"\xff\xd8" + b"0" * 15_000_001,
    "too small": picture("PNG", (4, 4)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_photo_is_refused_with_words_and_the_old_portrait_stays(name: str) -> None:
    customer = create_customer(name="Mali")
    set_portrait(customer=customer, upload=picture("PNG"))
    before = Customer.objects.get().portrait
    with pytest.raises(NotAPortrait, match=r"\w+ \w+"):
        set_portrait(customer=customer, upload=BAD[name])
    assert Customer.objects.get().portrait == before != ""


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF", b"II*\0"])
)
def test_any_bytes_give_a_picture_or_are_refused(data: bytes, head: bytes) -> None:
    try:
        read_picture(head + data)
    except NotAPortrait:
        return


def test_three_hundred_faces_are_all_different_and_always_the_same() -> None:
    faces = [demo_face(seed, is_woman=seed % 2 == 0) for seed in range(60)]
    assert len(set(faces)) == 60
    assert demo_face(7, is_woman=False) == faces[7]
    assert max(map(len, faces)) < 8_000
