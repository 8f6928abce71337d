"""Who gets which SIP secret, what administrators set up, and what a page may speak to."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from callcard.staff.models import Company, Extension, User
from callcard.staff.softphone.models import SecretGiven, SipAccount, SoftphoneServer
from callcard.staff.softphone.queries import forget_server_origin
from callcard.staff.softphone.rules import AddressNotValid, read_socket_address, read_stun, read_turn

pytestmark = pytest.mark.django_db

ADDRESS = "wss://pbx.example.com:8089/ws"
SECRET = "s3cret of 301"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    """What was remembered is of another test's database."""
    forget_server_origin()


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading")
    user = User.objects.create_user("anna", first_name="Anna", calls_with="soft")
    extension = Extension.objects.create(number="301", user=user)
    SipAccount.objects.create(extension=extension, secret=SECRET)
    return user


@pytest.fixture
def chief() -> User:
    return User.objects.create_user("chief", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def server() -> SoftphoneServer:
    return SoftphoneServer.objects.create(
        address=ADDRESS,
        stun="stun:stun.example.com:3478",
        turn="turn:t.example.com",
        turn_user_name="t",
        turn_secret="x",
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# -- the secret -------------------------------------------------------------------------------------------------------


def test_the_user_of_the_extension_is_told_how_to_register(anna: User, server: SoftphoneServer) -> None:
    bounmy = User.objects.create_user("bounmy", first_name="Bounmy")
    Extension.objects.create(number="302", user=bounmy)
    response = signed_in(anna).post("/me/softphone")
    assert response.json() == {
        "server": ADDRESS,
        "uri": "sip:301@pbx.example.com",
        "user": "301",
        "secret": SECRET,
        "extension": "301",
        "ice": [
            {"urls": ["stun:stun.example.com:3478"]},
            {"urls": ["turn:t.example.com"], "username": "t", "credential": "x"},
        ],
        "colleagues": [{"number": "302", "name": "Bounmy"}],
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_another_user_name_and_domain_are_told(anna: User, server: SoftphoneServer) -> None:
    SipAccount.objects.update(user_name="301-web")
    SoftphoneServer.objects.update(domain="sip.example.com")
    told = signed_in(anna).post("/me/softphone").json()
    assert (told["uri"], told["user"], told["extension"]) == ("sip:301-web@sip.example.com", "301-web", "301")


def test_each_giving_is_written_down_once_a_day_with_its_number(anna: User, server: SoftphoneServer) -> None:
    client = signed_in(anna)
    for _ in range(3):
        client.post("/me/softphone", REMOTE_ADDR="192.0.2.7")
    client.post("/me/softphone", REMOTE_ADDR="192.0.2.8")
    rows = SecretGiven.objects.order_by("address").values_list("extension", "user__username", "address", "times")
    assert list(rows) == [("301", "anna", "192.0.2.7", 3), ("301", "anna", "192.0.2.8", 1)]


def test_it_is_not_given_by_a_mere_address(anna: User, server: SoftphoneServer) -> None:
    response = signed_in(anna).get("/me/softphone")
    assert response.status_code == 405
    assert not SecretGiven.objects.exists()


def test_not_without_the_token_of_the_page(anna: User, server: SoftphoneServer) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    assert client.post("/me/softphone").status_code == 403
    assert not SecretGiven.objects.exists()


@pytest.mark.parametrize("role", [User.Role.MANAGER, User.Role.OWNER, User.Role.ADMINISTRATOR])
def test_nobody_is_given_a_colleagues_secret(anna: User, server: SoftphoneServer, role: str) -> None:
    other = User.objects.create_user("other", role=role, calls_with="soft")
    response = signed_in(other).post("/me/softphone")
    assert (response.status_code, response.json()) == (409, {"problem": "no-account"})
    assert not SecretGiven.objects.exists()


def test_not_to_who_calls_with_a_desk_phone(anna: User, server: SoftphoneServer) -> None:
    User.objects.update(calls_with="desk")
    response = signed_in(anna).post("/me/softphone")
    assert (response.status_code, response.json()) == (409, {"problem": "not-chosen"})
    assert not SecretGiven.objects.exists()


def test_without_a_server_nothing_is_given(anna: User) -> None:
    assert signed_in(anna).post("/me/softphone").json() == {"problem": "no-server"}
    assert not SecretGiven.objects.exists()


def test_it_goes_with_the_extension(anna: User) -> None:
    Extension.objects.all().delete()
    assert not SipAccount.objects.exists()


# -- the administrator's windows --------------------------------------------------------------------------------------


def test_a_secret_is_kept_and_never_shown(anna: User, chief: User) -> None:
    extension = Extension.objects.get()
    client = signed_in(chief)
    window = client.get(f"/settings/softphones/{extension.pk}").content.decode()
    assert SECRET not in window
    assert SECRET not in client.get("/settings/softphones").content.decode()
    client.post(f"/settings/softphones/{extension.pk}", {"user_name": "web", "secret": ""})
    assert SipAccount.objects.values_list("user_name", "secret").get() == ("web", SECRET)
    client.post(f"/settings/softphones/{extension.pk}", {"user_name": "web", "secret": " new one "})
    assert SipAccount.objects.get().secret == " new one "


def test_a_new_account_wants_a_secret(anna: User, chief: User) -> None:
    extension = Extension.objects.create(number="302")
    response = signed_in(chief).post(f"/settings/softphones/{extension.pk}", {"user_name": "", "secret": ""})
    assert response.status_code == 422
    assert "Type the secret" in response.content.decode()
    assert not SipAccount.objects.filter(extension=extension).exists()


@pytest.mark.parametrize("name", ["a b", "a@b", 'x"y', "<script>", "3\n1"])
def test_a_user_name_that_is_none_changes_nothing(anna: User, chief: User, name: str) -> None:
    extension = Extension.objects.get()
    data = {"user_name": name, "secret": "other"}
    response = signed_in(chief).post(f"/settings/softphones/{extension.pk}", data)
    assert response.status_code == 422
    assert SipAccount.objects.values_list("user_name", "secret").get() == ("", SECRET)


def test_an_account_is_taken_away(anna: User, chief: User) -> None:
    signed_in(chief).post(f"/settings/softphones/{Extension.objects.get().pk}/remove")
    assert not SipAccount.objects.exists()
    assert Extension.objects.count() == 1


def test_the_window_says_who_was_given_it(anna: User, chief: User, server: SoftphoneServer) -> None:
    signed_in(anna).post("/me/softphone", REMOTE_ADDR="192.0.2.7")
    window = signed_in(chief).get(f"/settings/softphones/{Extension.objects.get().pk}").content.decode()
    assert "192.0.2.7" in window
    assert "once that day" in window


def test_a_manager_changes_nothing(anna: User, server: SoftphoneServer) -> None:
    client, extension = signed_in(anna), Extension.objects.get()
    answers = [
        client.post("/settings/softphones", {"address": "wss://evil.example.com"}),
        client.post(f"/settings/softphones/{extension.pk}", {"secret": "mine"}),
        client.post(f"/settings/softphones/{extension.pk}/remove"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert SoftphoneServer.objects.get().address == ADDRESS
    assert SipAccount.objects.get().secret == SECRET


def test_the_server_is_kept_and_the_turn_secret_never_shown(chief: User, server: SoftphoneServer) -> None:
    Company.objects.create(name="Mekong Trading")
    SoftphoneServer.objects.update(turn_secret="very secret")
    client = signed_in(chief)
    assert "very secret" not in client.get("/settings/softphones").content.decode()
    data = {
        "address": " wss://new.example.com/ws ",
        "stun": "stun:a.example.com, stun:b.example.com:99",
        "turn": "turn:c",
    }
    assert client.post("/settings/softphones", data).status_code == 302
    row = SoftphoneServer.objects.get()
    assert (row.address, row.stun) == ("wss://new.example.com/ws", "stun:a.example.com stun:b.example.com:99")
    assert (row.turn, row.turn_secret) == ("turn:c", "very secret")
    client.post("/settings/softphones", {"address": ADDRESS})
    assert SoftphoneServer.objects.values_list("turn", "turn_secret").get() == ("", "")


BAD_ADDRESSES = [
    *("https://pbx.example.com", "wss://", "wss://a b", "pbx.example.com:8089", "wss://x; script-src *", "wss://x'y"),
    *(
        "wss://x/ws?a=1",
        "wss://x,y",
        "wss://*",
        "wss://x:port",
        "javascript:alert(1)",
        "wss://u@x",
        "ws://pbx.example.com",
    ),
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_that_is_none_is_refused(chief: User, server: SoftphoneServer, address: str) -> None:
    response = signed_in(chief).post("/settings/softphones", {"address": address})
    assert response.status_code == 422
    assert SoftphoneServer.objects.get().address == ADDRESS


@pytest.mark.parametrize(
    "address", ["ws://127.0.0.1:8088/ws", "ws://localhost:1/ws", "ws://[::1]/ws", "wss://[fd00::7]:8089/ws"]
)
def test_without_encryption_on_this_machine_only(address: str) -> None:
    found = read_socket_address(address)
    assert (found.address, found.origin) == (address, address.removesuffix("/ws"))


def test_servers_for_the_way_through_firewalls() -> None:
    assert read_stun("") == ()
    first = "turns:a.example.com:443?transport=tcp"
    assert read_turn(f"{first};turn:b") == (first, "turn:b")
    with pytest.raises(AddressNotValid, match="form: turn:b"):
        read_stun("stun:a turn:b")


# -- one's own choice, and the page -----------------------------------------------------------------------------------


def test_one_chooses_how_to_call(anna: User, server: SoftphoneServer) -> None:
    client = signed_in(anna)
    response = client.post("/me/calling", {"calls_with": "own"}, headers={"HX-Request": "true"})
    assert response.headers["HX-Refresh"] == "true"
    assert User.objects.get(pk=anna.pk).calls_with == "own"
    assert client.post("/me/calling", {"calls_with": "pigeon"}).status_code == 422
    assert User.objects.get(pk=anna.pk).calls_with == "own"


def test_the_page_may_speak_to_the_server_only_with_a_softphone(anna: User, server: SoftphoneServer) -> None:
    client = signed_in(anna)
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ")
    assert policy.endswith("; connect-src 'self' wss://pbx.example.com:8089")
    User.objects.update(calls_with="desk")
    assert "connect-src" not in client.get("/").headers["Content-Security-Policy"]


def test_only_those_with_a_softphone_get_one_in_their_page(anna: User, server: SoftphoneServer) -> None:
    client = signed_in(anna)
    page = client.get("/").content.decode()
    assert page.count("<soft-phone ") == 1
    assert SECRET not in page
    words = page.partition('id="softphone-words" type="application/json">')[2].partition("</script>")[0]
    assert json.loads(words)["ready"] == "Softphone ready"
    User.objects.update(calls_with="desk")
    page = client.get("/").content.decode()
    assert "<soft-phone " not in page
    assert "soft-phone.js" not in page
