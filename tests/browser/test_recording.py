"""The player in a real browser: plays, is steered by keys, one at a time, and each listening is one row."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from callcard.calls.models import Call
from callcard.calls.recordings.models import Listening
from callcard.calls.recordings.services import add_recording
from callcard.calls.recordings.setting import decide
from callcard.staff.models import User
from tests.browser.conftest import OpenPage, wait_until
from tests.rooms.calls.recorded_calls import recorded, tone
from tests.stories.product import wait_for

pytestmark = pytest.mark.browser

SECONDS = 40.0


@pytest.fixture
def call(office_people: dict[str, User]) -> Call:
    made = recorded(office_people["anna"], minutes=5)
    add_recording(call=made, name="talk.wav", chunks=[tone(SECONDS)], by=None)
    return made


def is_drawn(page: Page) -> bool:
    """Whether the right half of the waveform, which is loud, has more ink than the left, which is silent."""
    return bool(
        page.evaluate(
            """() => {
              const canvas = document.querySelector("call-recording canvas");
              const pen = canvas.getContext("2d");
              const ink = (from) => pen.getImageData(from, 0, canvas.width / 2, canvas.height).data
                .reduce((all, value, at) => all + (at % 4 === 3 ? value : 0), 0);
              return ink(canvas.width / 2) > 4 * ink(0);
            }"""
        )
    )


def test_it_plays_and_is_steered_by_keys_and_is_one_listening(
    call: Call, signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    context = signed_in("anna")
    page = open_page(context, f"/calls/{call.pk}/")
    player = page.locator("call-recording")
    slider = player.get_by_role("slider", name="Place in the recording")
    expect(slider).to_have_attribute("aria-valuetext", "0:00 of 0:40")
    wait_for(lambda: is_drawn(page))
    assert not Listening.objects.exists()

    player.get_by_label("Speed").select_option("1.5")
    player.get_by_role("button", name="Play").click()
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    wait_until(page, "document.querySelector('call-recording').sound.audio.currentTime > 0.2")
    assert page.evaluate("document.querySelector('call-recording').sound.audio.playbackRate") == 1.5
    player.get_by_role("button", name="Pause").click()
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "0:20 of 0:40")
    page.keyboard.press("PageDown")
    expect(slider).to_have_attribute("aria-valuetext", "0:00 of 0:40")
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "0:40 of 0:40")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    player.get_by_label("Speed").select_option("2")
    assert page.evaluate("document.querySelector('call-recording').sound.audio.playbackRate") == 2
    wait_until(page, "document.querySelector('call-recording').sound.audio.currentTime > 1")
    (listening,) = Listening.objects.all()
    assert (listening.user.username if listening.user else "", listening.is_download) == ("anna", False)


def test_one_at_a_time_and_the_log_has_a_button(
    call: Call, signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    add_recording(call=call, name="other.wav", chunks=[tone(30.0)], by=None)
    page = open_page(signed_in("anna"), "/calls/")
    small = page.locator("call-recording.recording-small")
    small.get_by_role("button").click()
    expect(small).to_have_class("recording-small is-playing")
    page.goto(urljoin(page.url, f"/calls/{call.pk}/"))
    one, other = page.locator("call-recording").all()
    one.get_by_role("button", name="Play").click()
    expect(one).to_have_class("recording is-playing")
    other.get_by_role("button", name="Play").click()
    expect(other).to_have_class("recording is-playing")
    expect(one).to_have_class("recording")
    assert Listening.objects.count() == 3


def test_what_one_may_not_hear_any_more_is_said(
    call: Call, signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"), f"/calls/{call.pk}/")
    decide(hears="nobody")
    page.locator("call-recording").get_by_role("button", name="Play").click()
    expect(page.locator(".recording-words")).to_contain_text("cannot be played")
    assert not Listening.objects.exists()


def test_it_comes_into_open_windows_by_itself_and_disturbs_nobody_who_listens(
    office_people: dict[str, User], signed_in: Callable[..., BrowserContext], open_page: OpenPage
) -> None:
    call = recorded(office_people["anna"], minutes=5)
    context = signed_in("anna")
    log, page = open_page(context, "/calls/"), open_page(context, f"/calls/{call.pk}/")
    players = page.locator("call-recording")
    expect(page.locator("[data-recordings-of]")).to_contain_text("has recorded this call")
    add_recording(call=call, name="first.wav", chunks=[tone(SECONDS)], by=None)
    expect(players).to_have_count(1)
    expect(log.locator(".call-list call-recording")).to_have_count(1)
    players.get_by_role("button", name="Play").click()
    expect(players.get_by_role("button", name="Pause")).to_be_visible()
    with page.expect_event("console", lambda message: message.text == "told"):
        page.evaluate("document.addEventListener('live:recordings', () => console.log('told'))")
        add_recording(call=call, name="second.wav", chunks=[tone(3.0)], by=None)
    expect(players).to_have_class("recording is-playing")  # one only, and on it goes
    players.get_by_role("button", name="Pause").click()
    page.locator("#windows").evaluate("main => document.activeElement.blur()")
    expect(players).to_have_count(2)
