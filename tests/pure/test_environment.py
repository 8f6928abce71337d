"""What the environment says: what cannot be meant is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcard.config.environment import SettingNotValid, check, misspelt, prepare_folder


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CALLCARD_HTTPS", "maybe", "CALLCARD_HTTPS: true or false is wanted, not 'maybe'."),
        ("CALLCARD_LANGUAGE", "xx", "CALLCARD_LANGUAGE: Callcard does not speak 'xx', but en, lo."),
        ("CALLCARD_TIME_ZONE", "Mars/X", "CALLCARD_TIME_ZONE: there is no time zone 'Mars/X'; one is Asia/Vientiane."),
        *(
            (
                "CALLCARD_DATABASE_URL",
                url,
                "CALLCARD_DATABASE_URL: this is not an address such as postgres://user:password@host:5432/name.",
            )
            for url in ("nonsense", "mysql://x", "postgres://a:b@h:port/x", "postgres://a:b@h:99999/x")
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingNotValid) as refused:
        check(name, value, ["en", "lo"])
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALLCARD_HTTPS", "True"),
        ("CALLCARD_LANGUAGE", "lo"),
        ("CALLCARD_TIME_ZONE", "Asia/Vientiane"),
        ("CALLCARD_DATABASE_URL", ""),
        ("CALLCARD_DATABASE_URL", "postgres://a:b@h:5432/x"),
        ("CALLCARD_DATABASE_URL", "postgresql://%2Fvar%2Frun/x"),
        ("CALLCARD_DATABASE_URL", "sqlite:////var/lib/callcard.sqlite3"),
    ],
)
def test_what_can_be_meant_is_taken(name: str, value: str) -> None:
    check(name, value, ["en", "lo"])


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant() -> None:
    names = ["CALLCARD_DATABSE_URL", "CALLCARD_HTTPS", "CALLCARD_PEERS", "CALLCARD_TEST_DATABASE_URL", "HOME"]
    assert misspelt(names) == ["CALLCARD_DATABSE_URL is not a setting and has no effect; CALLCARD_DATABASE_URL is one."]


def test_a_data_folder_is_made_and_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "new" / "var")
    assert (tmp_path / "new" / "var").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(SettingNotValid) as refused:
        prepare_folder(tmp_path / "file")
    words = f"CALLCARD_DATA_DIR: nothing can be kept in the folder {tmp_path / 'file'} (File exists)."
    assert str(refused.value) == words
