from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lab.asterisk import config, dialplan, pjsip
from lab.asterisk.install import Installed
from lab.asterisk.plan import LEAST, Plan
from lab.debs import PeerMissing, mirror
from lab.phones.message import NotSip
from lab.sipp.run import injection

PLAN = Plan(
    sip_port=1,
    ami_port=2,
    http_port=3,
    trunk_port=4,
    static_port=5,
    phones=("301", "302"),
    static_phones=("101",),
    web_phones=("901",),
    secrets={"302": "s3"},
    rings={"610": ("301", "302")},
    queues={"710": ("301",)},
    lines={"+85621000100": "610"},
)


def sections(text: str, name: str) -> list[dict[str, str]]:
    """Every section of that name as settings."""
    found: list[dict[str, str]] = []
    for block in text.split("\n["):
        head, *lines = block.splitlines()
        if head.lstrip("[").startswith(f"{name}]"):
            found.append(dict(line.split("=", 1) for line in lines if "=" in line))
    return found


def test_a_phone_with_a_secret_must_give_it_and_one_without_need_not() -> None:
    text = pjsip.text(PLAN)
    assert sections(text, "301")[0] == {"aors": "301", "callerid": "Agent 301 <301>"}
    endpoint, _, account = sections(text, "302")
    assert endpoint["auth"] == "302"
    assert account == {"username": "302", "password": "s3"}


def test_the_trunk_is_known_by_its_header_before_any_phone_by_its_name() -> None:
    text = pjsip.text(PLAN)
    assert sections(text, "trunk-identify")[0]["match_header"] == "X-Lab-Trunk: outside"
    assert sections(text, "global")[0]["endpoint_identifier_order"].split(",")[0] == "header"


def test_a_company_line_rings_its_group() -> None:
    text = dialplan.extensions(PLAN)
    outside = text.split("[internal]")[0]
    assert "exten => +85621000100,1,Goto(610,1)\n" in outside
    assert "exten => 610,1,Dial(PJSIP/301&PJSIP/302,30)\n" in outside
    assert "_+X." not in outside, "a caller from outside must not reach the trunk by dialling"


def test_telephones_in_browsers_have_one_door_encrypted_or_not() -> None:
    assert PLAN.web_address == "ws://127.0.0.1:3/ws"
    assert config.web(PLAN, Path("key")).startswith("[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=3\n")
    with_tls = replace(PLAN, http_tls_port=9)
    assert with_tls.web_address == "wss://127.0.0.1:9/ws"
    text = config.web(with_tls, Path("key"))
    assert "enabled=no\ntlsenable=yes\ntlsbindaddr=127.0.0.1:9\ntlscertfile=key\n" in text


def test_no_number_may_mean_two_things() -> None:
    with pytest.raises(ValueError, match=r"used twice: 321, 611, 710$"):
        Plan(phones=("301", "321", "611"), static_phones=("710",))


def test_the_manager_with_least_rights_has_filters_that_its_version_understands() -> None:
    new = config.managers(PLAN, (22, 10, 1), Path("key"))
    old = config.managers(PLAN, (20, 6, 0), Path("key"))
    assert sections(new, LEAST.name)[0]["read"] == "call,agent,user"
    assert "eventfilter(action(exclude),name(VarSet)) =\n" in new
    assert "eventfilter = !Event: VarSet$\n" in old
    assert "timestampevents=yes" in new
    assert "tlsenable" not in new


def test_filters_by_name_exist_in_late_releases_of_each_branch() -> None:
    by_name = [
        version
        for version in ((20, 6, 0), (20, 11, 0), (21, 5, 0), (21, 6, 0), (22, 0, 0), (22, 1, 0), (23, 0, 0))
        if "name(VarSet)" in config.managers(PLAN, version, Path("key"))
    ]
    assert by_name == [(20, 11, 0), (21, 6, 0), (22, 1, 0), (23, 0, 0)]


def test_only_modules_that_exist_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "chan_pjsip.so").touch()
    installed = Installed(("asterisk",), tmp_path, tmp_path, (22, 1, 0))
    text = config.files(tmp_path, tmp_path, installed, PLAN)["modules.conf"]
    assert text == "[modules]\nautoload=no\nload = chan_pjsip.so\n"


@pytest.mark.parametrize(
    ("source", "archive"),
    [
        (
            "# deb http://x.example/debian sid main\ndeb [arch=amd64] http://a.example/debian trixie main",
            "http://a.example/debian",
        ),
        (
            "Types: deb\nURIs: http://b.example/ubuntu/\nSuites: noble\nComponents: main universe",
            "http://b.example/ubuntu/",
        ),
        (
            "Types: deb\nURIs: http://c.example/debian\nComponents: stable\n\n"
            "Types: deb\nURIs: http://d.example/debian/20250520T000000Z\nSuites: sid\nComponents: main",
            "http://d.example/debian/20250520T000000Z",
        ),
        (
            "Enabled: no\nURIs: http://e.example/debian\nComponents: main\n\n"
            "URIs: http://f.example/debian\nComponents: main",
            "http://f.example/debian",
        ),
    ],
)
def test_the_archive_is_read_from_either_form_of_apt_sources(source: str, archive: str) -> None:
    assert mirror([source]) == archive


def test_an_archive_of_somebody_else_is_not_taken_for_the_distributions() -> None:
    security = "deb http://c.example/debian-security trixie-security main"
    stranger = "deb http://d.example/linux/debian trixie stable"
    with pytest.raises(PeerMissing):
        mirror([security, stranger])


def test_a_number_that_would_break_the_injection_file_is_refused() -> None:
    assert injection([("+1", "101")]) == "SEQUENTIAL\n+1;101\n"
    with pytest.raises(NotSip):
        injection([("+1;x", "101")])
