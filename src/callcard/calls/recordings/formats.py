"""What a file of sound is, by its first bytes; sound without any head goes by the ending of its name."""

from __future__ import annotations

from dataclasses import dataclass

from callcard.calls.recordings.wave import A_LAW, MU_LAW, PCM

HEAD_BYTES = 64
# Of what browsers do not play: how the page decodes it (static/recordings/decoding.js), by its media type.
DECODED = {"audio/wav": "wav49", "audio/x-gsm": "gsm", "audio/G722": "g722"}


@dataclass(frozen=True, slots=True)
class Format:
    """`is_played`: browsers play it. `raw`: (encoding, samples a second, bits) of sound to which a head is added.
    `bytes_a_second` where it is always the same.
    """

    media_type: str
    ending: str
    is_played: bool = True
    raw: tuple[int, int, int] | None = None
    bytes_a_second: int = 0


WAV = Format("audio/wav", "wav")
GSM_WAV = Format("audio/wav", "wav", is_played=False)
_MP3 = Format("audio/mpeg", "mp3")
_BEGINNINGS = (
    (b"RIFF", WAV),
    (b"ID3", _MP3),
    (b"OggS", Format("audio/ogg", "ogg")),
    (b"fLaC", Format("audio/flac", "flac")),
    (b"\x1aE\xdf\xa3", Format("audio/webm", "webm")),
    (b"FORM", Format("audio/aiff", "aiff", is_played=False)),
    (b"#!AMR", Format("audio/amr", "amr", is_played=False)),
    (b".snd", Format("audio/basic", "au", is_played=False)),
)
_MP4 = Format("audio/mp4", "m4a")
# Without a head: samples only.
_RAW = {
    **dict.fromkeys(("ulaw", "ul", "mulaw", "pcm"), Format("audio/wav", "wav", raw=(MU_LAW, 8000, 8))),
    **dict.fromkeys(("alaw", "al"), Format("audio/wav", "wav", raw=(A_LAW, 8000, 8))),
    **dict.fromkeys(("sln", "sln8"), Format("audio/wav", "wav", raw=(PCM, 8000, 16))),
    "sln16": Format("audio/wav", "wav", raw=(PCM, 16000, 16)),
    "gsm": Format("audio/x-gsm", "gsm", is_played=False, bytes_a_second=1650),
    "g722": Format("audio/G722", "g722", is_played=False, bytes_a_second=8000),
    "g729": Format("audio/G729", "g729", is_played=False, bytes_a_second=1000),
}
_ENDINGS = frozenset({"wav", "wav49", "mp3", "ogg", "oga", "opus", "flac", "webm", "m4a", "mp4", "amr", "au", *_RAW})


def format_of(head: bytes, name: str) -> Format | None:
    """None: this is no sound. `head`: its first bytes, HEAD_BYTES if there are as many."""
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            is_other = found is WAV and head[8:12] != b"WAVE"
            return None if is_other else found
    if head[4:8] == b"ftyp":
        return _MP4
    if raw := _RAW.get(ending_of(name)):  # its silence is 0xFF, as the two bytes with which a frame of MPEG begins
        return None if _is_text(head) else raw
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6):  # MPEG, layer 1 to 3
        return _MP3
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return Format("audio/aac", "aac")
    return None


def has_sound_ending(name: str) -> bool:
    return ending_of(name) in _ENDINGS


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _is_text(head: bytes) -> bool:
    """Such as the page of an error, or of signing in."""
    start = head.lstrip()[:HEAD_BYTES]
    return start[:1] in (b"<", b"{") and all(32 <= byte < 127 or byte in (9, 10, 13) or byte > 127 for byte in start)
