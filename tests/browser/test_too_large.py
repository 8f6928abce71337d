"""A file that is larger than what may be sent, as a person meets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, expect

from callcard.customers.models import Customer, CustomerSettings
from tests.browser.conftest import OpenPage

SignIn = Callable[..., BrowserContext]


def test_a_file_that_is_too_large_is_refused_in_words_and_what_was_typed_stays(
    signed_in: SignIn, open_page: OpenPage, mali: Customer, tmp_path: Path, settings: Any
) -> None:
    settings.IMPORT_LARGEST_MB = 1
    CustomerSettings.objects.create(largest_file_mb=1)
    with (tmp_path / "film").open("wb") as film:
        film.truncate(30_000_000)
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/files")
    page.set_input_files(".file-drop input[type=file]", tmp_path / "film")
    page.locator(".window:visible").get_by_role("button", name="Add").click()
    expect(page.locator("#toast")).to_contain_text("This is larger than 1 MB")
    expect(page.locator(".file-drop input[type=file]")).to_have_value("C:\\fakepath\\film")
