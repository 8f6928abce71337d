"""Single sign-on by a real browser at a provider of others (oidc-provider-mock, of Authlib and Flask)."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from callcard.staff.models import User
from callcard.staff.roles.giving import ready_role
from callcard.staff.single_sign_on.models import Identity, Provider
from callcard.staff.single_sign_on.settings_row import forget_provider, set_group, set_provider
from lab.ports import free_port
from tests.browser.conftest import PATIENCE_MS
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def issuer() -> Iterator[str]:
    port = free_port()
    address = f"http://localhost:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(address))
        _tell(address, "mali", {"email": "mali@example.com", "groups": ["sales"], "preferred_username": "mali"})
        yield address
    finally:
        running.terminate()
        running.wait(10)
        forget_provider()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _tell(address: str, subject: str, claims: dict[str, object]) -> None:
    headers = {"Content-Type": "application/json"}
    body = json.dumps(claims).encode()
    asked = urllib.request.Request(f"{address}/users/{subject}", body, headers, method="PUT")
    with urllib.request.urlopen(asked, timeout=5) as answer:
        assert answer.status == 204


@pytest.fixture
def page(browser: Browser, product: Product, office_people: dict[str, User]) -> Iterator[Page]:
    context = browser.new_context(base_url=f"http://localhost:{product.port}")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_somebody_comes_in_is_locked_and_leaves(page: Page, issuer: str) -> None:
    row = {"is_on": True, "issuer": issuer, "client_id": "callcard", "client_secret": "secret", "lets_in_unknown": True}
    set_provider(Provider(**row, name="Sign in with Example"), only_by_provider=False)
    set_group("sales", [ready_role("manager")])
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with Example").click()
    page.locator("input[name=sub]").fill("mali")
    page.locator("button[type=submit]").first.click()
    expect(page.locator("body.shell")).to_be_attached()
    user = User.objects.get(username="mali")
    assert [role.kind for role in user.roles.all()] == ["manager"]
    assert Identity.objects.get().subject == "mali"
    expect(page.locator("lock-screen:defined")).to_be_attached()
    page.keyboard.press("Alt+l")
    expect(page.get_by_role("link", name="Sign in with Example")).to_be_visible()
    page.locator("dialog.lock").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign out there, too")).to_be_visible()
