"""Files of sound as telephone systems leave them: what they are, how long, how loud, and which part is asked for."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.calls.recordings.byte_ranges import NotSatisfiable, read_range
from callcard.calls.recordings.formats import format_of, has_sound_ending
from callcard.calls.recordings.peaks import PEAKS, peaks_of
from callcard.calls.recordings.wave import A_LAW, FLOAT, GSM, MU_LAW, PCM, header, mend, read_wave


def wave(data: bytes, *, encoding: int = PCM, bits: int = 16, rate: int = 8000, tracks: int = 1) -> io.BytesIO:
    head = header(encoding=encoding, rate=rate, bits=bits, data_bytes=len(data), tracks=tracks)
    return io.BytesIO(head + data)


def loud(file: io.BytesIO) -> bytes:
    read = read_wave(file)
    assert read
    return peaks_of(file, read)


def test_length_and_loudness_of_usual_files() -> None:
    half = struct.pack("<h", 16384)
    file = wave(b"\0\0" * 8000 + half * 8000)
    read = read_wave(file)
    assert read
    assert (read.seconds, read.rate, read.is_torn) == (2.0, 8000, False)
    assert peaks_of(file, read) == bytes([0] * (PEAKS // 2) + [127] * (PEAKS // 2))


@pytest.mark.parametrize(
    ("encoding", "bits", "silence", "loudest"),
    [
        (MU_LAW, 8, b"\xff", b"\x80"),
        (A_LAW, 8, b"\xd5", b"\x2a"),
        (PCM, 8, b"\x80", b"\x00"),
        (PCM, 16, b"\0\0", b"\x00\x80"),
        (PCM, 24, b"\0\0\0", b"\x00\x00\x80"),
        (PCM, 32, b"\0\0\0\0", b"\0\0\0\x80"),
        (FLOAT, 32, b"\0\0\0\0", struct.pack("<f", -1.0)),
    ],
)
def test_every_encoding_of_telephones_is_read(encoding: int, bits: int, silence: bytes, loudest: bytes) -> None:
    assert set(loud(wave(silence * 4000, encoding=encoding, bits=bits))) == {0}
    peaks = loud(wave(silence * 2000 + loudest * 2000, encoding=encoding, bits=bits))
    assert (peaks[0], peaks[-1], len(peaks)) == (0, 255, PEAKS)


def test_no_number_is_no_loudness() -> None:
    strange = struct.pack("<fff", float("nan"), float("inf"), 0.5) * 400
    assert set(loud(wave(strange, encoding=FLOAT, bits=32))) == {127}


def test_a_recording_shorter_than_its_waveform() -> None:
    assert loud(wave(struct.pack("<hh", 0, 32767))) == bytes([0] * (PEAKS - 1) + [255])


def test_what_is_not_decoded_has_a_length_but_no_waveform() -> None:
    head = b"RIFF\0\0\0\0WAVEfmt \x14\0\0\0" + struct.pack("<HHIIHHHH", GSM, 1, 8000, 1625, 65, 0, 2, 320)
    file = io.BytesIO(head + b"data" + (650).to_bytes(4, "little") + b"\1" * 650)
    read = read_wave(file)
    assert read
    assert (read.seconds, peaks_of(file, read)) == (0.4, b"")


@pytest.mark.parametrize("declared", [0, 0xFFFFFFFF, 999_999])
def test_a_writer_that_was_killed_leaves_wrong_lengths(declared: int) -> None:
    file = wave(b"\1\1" * 8000)
    data = bytearray(file.getvalue())
    data[4:8] = data[40:44] = declared.to_bytes(4, "little")
    torn = io.BytesIO(bytes(data))
    read = read_wave(torn)
    assert read
    assert (read.seconds, read.is_torn) == (1.0, True)
    mend(torn, read)
    assert torn.getvalue() == file.getvalue()


def test_other_chunks_are_passed_over() -> None:
    whole = wave(b"\1\1" * 800).getvalue()
    file = io.BytesIO(whole[:12] + b"LIST\x03\0\0\0abc\0" + whole[12:])
    read = read_wave(file)
    assert read
    assert read.seconds == 0.1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_end(data: bytes) -> None:
    for file in (
        io.BytesIO(data),
        io.BytesIO(b"RIFF\0\0\0\0WAVE" + data),
        io.BytesIO(wave(b"").getvalue()[:36] + data),
    ):
        read = read_wave(file)
        if read:
            assert len(peaks_of(file, read)) in (0, PEAKS)


@pytest.mark.parametrize(
    ("head", "name", "media_type", "is_played"),
    [
        (b"RIFF\x24\0\0\0WAVEfmt ", "a.WAV", "audio/wav", True),
        (b"ID3\x04\0", "a.mp3", "audio/mpeg", True),
        (b"\xff\xfb\x90\x64", "noname", "audio/mpeg", True),
        (b"OggS\0\x02", "a.opus", "audio/ogg", True),
        (b"fLaC\0", "a.flac", "audio/flac", True),
        (b"\0\0\0\x20ftypM4A ", "a.m4a", "audio/mp4", True),
        (b"\x1aE\xdf\xa3", "a.webm", "audio/webm", True),
        (b"\xd2\x11\x22", "a.gsm", "audio/x-gsm", False),
        (b"\x7f\xff\x7f", "a.ulaw", "audio/wav", True),
        (b"\xff" * 64, "silent-first.ulaw", "audio/wav", True),
        (b"\xff\xff\x01\0", "a.sln", "audio/wav", True),
        (b"ID3\x04\0", "misnamed.ulaw", "audio/mpeg", True),
        (b"\x55\xd5", "a.alaw", "audio/wav", True),
    ],
)
def test_kinds_are_known_by_content(head: bytes, name: str, media_type: str, is_played: bool) -> None:
    found = format_of(head, name)
    assert found
    assert (found.media_type, found.is_played) == (media_type, is_played)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<!doctype html><title>Sign in", "a.ulaw"),
        (b'{"error": "no"}', "a.gsm"),
        (b"MZ\x90\0", "a.wav"),
        (b"RIFF\0\0\0\0AVI ", "a.wav"),
        (b"PK\x03\x04", "a.mp3"),
        (b"", "a.mp3"),
    ],
)
def test_what_is_no_sound_is_nothing(head: bytes, name: str) -> None:
    assert format_of(head, name) is None


def test_endings_of_sound() -> None:
    assert [has_sound_ending(name) for name in ("a.WAV", "a.b.mp3", "a.sln16", "a.txt", "wav", "a.wav.partial")] == [
        *(True, True, True),
        *(False, True, False),
    ]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-99", (0, 99)),
        ("bytes=10-", (10, 999)),
        ("bytes=-5", (995, 999)),
        ("bytes=-5000", (0, 999)),
        ("bytes=990-5000", (990, 999)),
        ("bytes=0-0", (0, 0)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-1", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-", None),
    ],
)
def test_ranges(asked: str, part: tuple[int, int] | None) -> None:
    assert read_range(asked, 1000) == part


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_ranges_beyond_the_end(asked: str) -> None:
    with pytest.raises(NotSatisfiable):
        read_range(asked, 1000)


@given(st.text(max_size=40), st.integers(0, 10**6))
def test_any_range_is_a_part_or_nothing(text: str, size: int) -> None:
    for asked in (text, f"bytes={text}"):
        try:
            part = read_range(asked, size)
        except NotSatisfiable:
            continue
        assert part is None or 0 <= part[0] <= part[1] < size
