"""Setting up a telephone system: what is kept, and what is wrong said in the reader's language."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcard.connectors.asterisk import options as asterisk_options
from callcard.staff.models import User
from callcard.switchboard import hook_kinds
from callcard.switchboard.forms import PbxForm
from callcard.switchboard.kinds import make_connector
from callcard.switchboard.models import Pbx
from callcard.switchboard.words import OPTION_PROBLEMS, explain_option

pytestmark = pytest.mark.django_db

FILLED = {
    "name": "Office",
    "kind": "asterisk",
    "host": "10.0.0.5",
    "port": "5038",
    "username": "callcard",
    "secret": "hush",
    "is_enabled": "on",
    "verify": "on",
}
KEPT = {"host": "10.0.0.5", "port": 5038, "username": "callcard", "secret": "hush"}


@pytest.fixture
def window() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(
        User.objects.create_user("anna", role="administrator"), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_what_plain_asterisk_needs_reaches_its_connector(window: Client) -> None:
    more = {
        "dial_channel": "SIP/{extension}",
        "dial_context": "outgoing",
        "trunk_contexts": "incoming, from-operator*",
        "extension_pattern": "[1-3][0-9]{2}",
    }
    response = window.post("/settings/pbx/new", FILLED | more)
    pbx = Pbx.objects.get()
    assert (response.status_code, pbx.options) == (302, KEPT | more)
    make_connector(pbx)
    read = asterisk_options.options_from(pbx.options)
    assert read.trunk_contexts == ("incoming", "from-operator*")
    assert (read.dial_channel, read.dial_context, read.verify) == ("SIP/{extension}", "outgoing", True)
    shown = text(window.get("/settings/pbx/office"))
    assert 'value="incoming, from-operator*"' in shown
    assert '<details class="form-more" open>' in shown
    assert "hush" not in shown


def test_what_is_left_empty_is_the_connectors_own_choice(window: Client) -> None:
    window.post("/settings/pbx/new", FILLED)
    assert Pbx.objects.get().options == KEPT
    window.post("/settings/pbx/office", FILLED | {"secret": ""})
    assert Pbx.objects.get().options == KEPT
    assert '<details class="form-more">' in text(window.get("/settings/pbx/office"))


def test_a_certificate_is_checked_unless_somebody_says_no(window: Client) -> None:
    window.post(
        "/settings/pbx/new", {name: value for name, value in FILLED.items() if name != "verify"} | {"tls": "on"}
    )
    pbx = Pbx.objects.get()
    assert (pbx.options["verify"], pbx.options["tls"]) == (False, True)
    checkbox = re.search(r'<input[^>]* name="verify"[^>]*>', text(window.get("/settings/pbx/office")))
    assert checkbox is not None
    assert " checked" not in checkbox[0]
    window.post("/settings/pbx/office", FILLED)
    assert Pbx.objects.get().options == KEPT


def test_options_given_as_lists_are_shown_as_one_types_them() -> None:
    pbx = Pbx(slug="a", name="A", kind="asterisk", options={"trunks": ["PJSIP/a", "PJSIP/b"]})
    assert PbxForm(pbx=pbx)["trunks"].value() == "PJSIP/a, PJSIP/b"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("dial_context", "out going", "This must be the name of a context"),
        ("dial_channel", "SIP/100", "This must look like PJSIP/{extension}"),
        ("extension_pattern", "[0-9", "This is not a regular expression: "),
        ("extension_pattern", "([0-9]+)+$", "This repeats what repeats itself"),
        ("trunks", "PJSIP/a, <script>", "These must be names of channels"),
        ("records_zone", "Mars/Base", "There is no such time zone."),
        ("ca_file", "/nowhere/ca.pem", "There is no such file on this machine."),
        ("secret", "", "This is needed."),
        ("port", "0", "Ensure this value is greater than or equal to 1."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(window: Client, name: str, value: str, said: str) -> None:
    response = window.post("/settings/pbx/new", FILLED | {name: value})
    shown = text(response)
    assert (response.status_code, Pbx.objects.count()) == (422, 0)
    assert re.search(rf'id="pbx-new-{name}_error"><p>{re.escape(said)}', shown)
    described = re.search(rf'name="{name}"[^>]* aria-describedby="([^"]+)"', shown)
    assert described is not None
    assert f"pbx-new-{name}_error" in described[1].split()
    assert ('class="form-more" open' in shown) == (name not in {"secret", "port"})


def _words_of(file: str) -> set[str]:
    """Every text that it gives as a problem of an option."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    given = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    given += [arg for node in ast.walk(tree) if isinstance(node, ast.Call) for arg in node.args]
    texts = {node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.match(r"(must|is|there is) ", text)}


def test_every_problem_of_an_option_has_translatable_words() -> None:
    said = _words_of(asterisk_options.__file__) | _words_of(hook_kinds.__file__)
    assert len(said) == len(OPTION_PROBLEMS)
    assert said == set(OPTION_PROBLEMS)
    assert explain_option("is not a regular expression: bad") == "This is not a regular expression: bad"


def test_a_telephone_system_does_not_take_the_address_of_a_page(window: Client) -> None:
    for name in ("New", "test"):
        window.post("/settings/pbx/new", FILLED | {"name": name, "host": f"{name}.example"})
    assert sorted(Pbx.objects.values_list("slug", flat=True)) == ["new-2", "test-2"]


@pytest.mark.parametrize("role", ["manager", "owner"])
def test_others_change_no_telephone_system(role: str) -> None:
    pbx = Pbx.objects.create(slug="office", name="Office", kind="asterisk", options=KEPT)
    client = Client()
    client.force_login(User.objects.create_user("other", role=role), "django.contrib.auth.backends.ModelBackend")
    for page in ("new", "test", "office", "office/remove"):
        assert client.post(f"/settings/pbx/{page}", FILLED | {"host": "evil"}).status_code == 403
    assert list(Pbx.objects.values_list("slug", "options")) == [(pbx.slug, KEPT)]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([*PbxForm.base_fields]), st.text(max_size=120)))
def test_whatever_is_typed_is_usable_or_answered_with_words(window: Client, typed: dict[str, str]) -> None:
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in typed.items()}
    response = window.post("/settings/pbx/new", FILLED | clean)
    assert response.status_code == (302 if Pbx.objects.exists() else 422)
    for pbx in Pbx.objects.all():
        make_connector(pbx)
    Pbx.objects.all().delete()


@pytest.mark.parametrize("changed", [{}, {"host": " 10.0.0.5. "}, {"port": ""}, {"secret": "other", "username": "x"}])
def test_the_same_asterisk_twice_is_refused(window: Client, changed: dict[str, str]) -> None:
    window.post("/settings/pbx/new", FILLED)
    response = window.post("/settings/pbx/new", FILLED | {"name": "Again"} | changed)
    assert response.status_code == 422
    assert "Office is this telephone system already: every call would come twice." in text(response)
    assert Pbx.objects.count() == 1
    assert window.post("/settings/pbx/office", FILLED | {"name": "Renamed"}).status_code == 302


def test_this_machine_has_many_names(window: Client) -> None:
    window.post("/settings/pbx/new", FILLED | {"host": ""})
    for host in ("localhost", "127.0.0.1", "::1", "LOCALHOST"):
        assert window.post("/settings/pbx/new", FILLED | {"host": host, "port": "5038"}).status_code == 422


def test_another_port_of_the_same_machine_is_taken_with_a_warning(window: Client) -> None:
    window.post("/settings/pbx/new", FILLED)
    response = window.post("/settings/pbx/new", FILLED | {"name": "Second", "port": "5039", "tls": "on"}, follow=True)
    assert "Office is on the same machine." in text(response)
    assert Pbx.objects.count() == 2
    other = window.post("/settings/pbx/new", FILLED | {"name": "Third", "host": "10.0.0.6"}, follow=True)
    assert "on the same machine" not in text(other)
