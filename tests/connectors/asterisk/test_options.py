"""What an administrator typed, and what is said when it cannot be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcard.connectors.asterisk.options import AsteriskOptions, OptionsNotValid, options_from


def test_only_the_secret_must_be_given() -> None:
    assert options_from({"secret": "s"}) == AsteriskOptions(secret="s")


def test_text_from_a_form_becomes_what_it_means() -> None:
    options = options_from(
        {
            "host": " pbx.local ",
            "port": "5100",
            "secret": "s",
            "tls": "on",
            "verify": "no",
            "trunks": "PJSIP/a, PJSIP/b",
            "trunk_contexts": ["from-x"],
            "ping_interval": "2.5",
        }
    )
    assert options == AsteriskOptions(
        host="pbx.local",
        port=5100,
        secret="s",
        tls=True,
        verify=False,
        trunks=("PJSIP/a", "PJSIP/b"),
        trunk_contexts=("from-x",),
        ping_interval=2.5,
    )


def test_tls_has_its_own_usual_port() -> None:
    assert options_from({"secret": "s", "tls": True}).port == 5039


def test_the_secret_is_not_shown() -> None:
    assert "hush" not in repr(options_from({"secret": "hush"}))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("secret", "", "is missing"),
        ("host", "", "is missing"),
        ("username", "a\nb", "must be one line"),
        ("port", "x", "must be a whole number"),
        ("port", 0, "must be between 1 and 65535"),
        ("tls", "perhaps", "must be yes or no"),
        ("ca_file", "/nowhere/ca.pem", "there is no such file"),
        ("dial_channel", "PJSIP/301", "must look like PJSIP/{extension} or Local/{extension}@from-internal"),
        (
            "dial_channel",
            "PJSIP/{extension}&PJSIP/9",
            "must look like PJSIP/{extension} or Local/{extension}@from-internal",
        ),
        ("dial_context", "a,b", "must be the name of a context: letters, digits, dot, hyphen, underscore"),
        ("ping_interval", "0", "must be more than 0 and at most 3600 seconds"),
        ("ping_interval", "soon", "must be a number of seconds"),
        ("trunks", 7, "must be a list of words"),
        ("backlog_limit", "0", "must be at least 1"),
        ("colour", "red", "there is no such option"),
    ],
)
def test_what_cannot_be_right_is_said_in_words(name: str, value: object, words: str) -> None:
    with pytest.raises(OptionsNotValid) as error:
        options_from({"secret": "s", name: value})
    assert error.value.problems == {name: words}


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(OptionsNotValid) as error:
        options_from({"port": "x", "tls": "y", "extension_pattern": "["})
    assert set(error.value.problems) == {"port", "tls", "extension_pattern", "secret"}
