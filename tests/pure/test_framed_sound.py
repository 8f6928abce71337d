"""A file is sound by what it holds, not by how it begins."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.calls.recordings.framed import holds_sound
from tests.rooms.calls.recorded_calls import mp3, ogg_opus

NOISE = random.Random(7).randbytes(4000).replace(b"\xff", b"\0")
TAG = b"ID3\x04\0\0\0\0\x01\x00" + bytes(128)  # 128 bytes long, seven bits in a byte
ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)  # a frame of 16 bytes
MPEG2 = b"\xff\xf3\x48\xc4" + bytes(140)  # layer III of MPEG-2: 32 kbit/s, 16 kHz
FLAC = b"fLaC\x80\0\0\x22" + bytes(34)


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("audio/mpeg", mp3(0.1)),
        ("audio/mpeg", TAG + mp3(0.1)),
        ("audio/mpeg", mp3(0.1) + b"torn"),
        ("audio/mpeg", mp3(0.02)),  # a frame alone
        ("audio/mpeg", b"\0" * 100 + mp3(0.1)),
        ("audio/mpeg", MPEG2 * 3),
        ("audio/aac", ADTS * 3),
        ("audio/ogg", ogg_opus(0.1)),
        ("audio/flac", FLAC + b"\xff\xf8"),
        ("audio/wav", NOISE),  # looked at elsewhere
    ],
)
def test_sound_is_known(media_type: str, data: bytes) -> None:
    assert holds_sound(io.BytesIO(data), media_type)


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("audio/mpeg", b"ID3" + NOISE),
        ("audio/mpeg", TAG),
        ("audio/mpeg", TAG + NOISE),
        ("audio/mpeg", TAG + NOISE + mp3(0.02)),  # in noise, such a frame is soon found
        ("audio/mpeg", b"\xff\xfb\x90\xc4" + NOISE),
        ("audio/mpeg", mp3(0.02) + b"\xff\xf3\x40\xc4" + NOISE),  # another kind follows
        ("audio/aac", ADTS + NOISE),
        ("audio/ogg", b"OggS" + NOISE),
        ("audio/ogg", ogg_opus(0.1)[:47]),  # nothing behind the head
        ("audio/ogg", ogg_opus(0.1).replace(b"OpusHead", b"OpusBead")),
        ("audio/flac", b"fLaC" + NOISE),
        ("audio/flac", FLAC),
    ],
)
def test_what_only_begins_as_sound_is_none(media_type: str, data: bytes) -> None:
    assert not holds_sound(io.BytesIO(data), media_type)


@given(st.binary(max_size=200), st.sampled_from(["audio/mpeg", "audio/aac", "audio/ogg", "audio/flac"]))
def test_any_bytes_are_looked_at_without_an_error(data: bytes, media_type: str) -> None:
    for begin in (b"", b"ID3", b"OggS\0\2", b"fLaC", b"\xff\xfb"):
        holds_sound(io.BytesIO(begin + data), media_type)
