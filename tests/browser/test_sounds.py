"""Every kind of recording that is said to play does so in a real browser, also those that the page itself decodes."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callcard.calls.models import Call
from callcard.calls.recordings.models import Listening
from callcard.calls.recordings.services import add_recording
from callcard.staff.models import User
from tests.browser.conftest import OpenPage, wait_until
from tests.rooms.calls.recorded_calls import mp3, ogg_opus, recorded, tone

pytestmark = pytest.mark.browser

SOUNDS = Path(__file__).parent / "sounds"
GSM, G722 = (SOUNDS / "talk.gsm").read_bytes(), (SOUNDS / "talk.g722").read_bytes()
DECODED = {
    "gsm": "70328221454306efa0dffdbeabea389e1fe15caff217f4a63f6e3fafcea6d057",
    "g722": "229309afde7a082dd01b883b910356c1869ea37358be47f2fa312445a4409879",
}
_GSM_FIELDS = (6, 6, 5, 5, 4, 4, 3, 3, *(7, 2, 2, 6, *(3,) * 13) * 4)
_DECODE = """async ([module, name, data]) => {
  const decode = (await import(`/static/recordings/${module}.js`))[name];
  const samples = decode(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
  return Array.from(samples);
}"""


def wav49(gsm: bytes) -> bytes:
    """The same frames as Microsoft packs them into WAV: pairs, the lowest bit first, no mark before each."""
    bits: list[int] = []
    for frame in range(len(gsm) // 33):
        whole, left = int.from_bytes(gsm[frame * 33 : frame * 33 + 33]), 260
        for size in _GSM_FIELDS:
            left -= size
            field = whole >> left & (1 << size) - 1
            bits += [field >> bit & 1 for bit in range(size)]
    data = bytes(sum(bit << place for place, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8))
    described = struct.pack("<HHIIHHHH", 0x31, 1, 8000, 1625, 65, 0, 2, 320)
    chunks = b"fmt " + struct.pack("<I", len(described)) + described + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


FILES = {
    "a.mp3": (mp3(1.0), 1.0),
    "b.ogg": (ogg_opus(1.0), 1.0),
    "c.gsm": (GSM * 10, 2.0),
    "d.WAV": (wav49(GSM * 10), 2.0),
    "e.g722": (G722 * 5, 1.0),
    "f.wav": (tone(1.0), 1.0),
}


@pytest.fixture
def call(office_people: dict[str, User]) -> Call:
    made = recorded(office_people["anna"], minutes=5)
    for name, (data, _seconds) in FILES.items():
        add_recording(call=made, name=name, chunks=[data], by=None)
    return made


def test_each_kind_plays_and_has_its_length(
    call: Call, signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/calls/{call.pk}/")
    players = page.locator("call-recording")
    expect(players).to_have_count(len(FILES))
    for name, (_data, seconds) in FILES.items():
        player = page.locator(".recording-one", has_text=name).locator("call-recording")
        player.evaluate("player => (player.dataset.here = '1')")
        player.get_by_role("button", name="Play").click()
        wait_until(page, "document.querySelector('[data-here]').sound.audio.currentTime > 0.05")
        assert player.evaluate("player => player.sound.audio.duration") == pytest.approx(seconds, abs=0.1), name
        expect(player.locator(".recording-words")).to_have_text("")
        player.evaluate("player => delete player.dataset.here")
    assert Listening.objects.count() == len(FILES)
    page.goto(page.url.split("/calls/")[0] + "/calls/")
    small = page.locator("call-recording.recording-small")
    small.get_by_role("button").click()
    expect(small).to_have_class("recording-small is-playing")


def decoded(page: Page, module: str, name: str, data: bytes) -> bytes:
    samples: list[int] = page.evaluate(_DECODE, [module, name, base64.b64encode(data).decode()])
    return struct.pack(f"<{len(samples)}h", *samples)


def test_what_the_page_decodes_is_bit_for_bit_what_asterisk_makes_of_it(
    call: Call, signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    gsm, g722 = decoded(page, "gsm", "decodeGsm", GSM), decoded(page, "g722", "decodeG722", G722)
    assert hashlib.sha256(gsm).hexdigest() == DECODED["gsm"]
    assert hashlib.sha256(g722).hexdigest() == DECODED["g722"]
    assert decoded(page, "gsm", "decodeWav49", wav49(GSM)[48:]) == gsm
