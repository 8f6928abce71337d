"""Plug-ins: what is wrong with one is said, and stops nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from callcard.plugins import Caller, Plugin, PopupPart, installed

CALLER = Caller(customer_id=1, name="Boun", number="+856", direction="inbound")
Install = Callable[..., None]


def _part(lines: Any, key: str = "one") -> PopupPart:
    return PopupPart(key=key, name="One", lines=lines)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """As if these objects were entry points of packages."""

    class Entry:
        dist = None

        def __init__(self, name: str, load: Callable[[], object]) -> None:
            self.name, self.load = name, load

    def install_them(**found: Callable[[], object]) -> None:
        entries = [Entry(name, load) for name, load in found.items()]
        monkeypatch.setattr(installed, "entry_points", lambda group: entries if group == "callcard.plugins" else [])
        installed.forget()

    yield install_them
    installed.forget()


def test_the_entry_point_is_a_plugin_or_makes_one(install: Install) -> None:
    plugin = Plugin(name="Good", popup_parts=[_part(lambda caller: [caller.name])])
    install(b=lambda: plugin, a=lambda: lambda: plugin)
    assert [(one.name, one.plugin, one.problem) for one in installed.plugins()] == [
        ("a", plugin, ""),
        ("b", plugin, ""),
    ]
    assert installed.lines_of("plugin:a:one", CALLER) == ["Boun"]
    assert installed.lines_of("plugin:no:one", CALLER) == []


def _raises() -> object:
    raise ImportError("no module named bell")


def _ends() -> object:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("load", "problem"),
    [
        (_raises, "ImportError: no module named bell"),
        (_ends, "it tried to end Callcard while it was loaded"),
        (lambda: lambda: 7, "TypeError: the entry point is no callcard.plugins.Plugin"),
        (
            lambda: Plugin(name="X", popup_parts=[_part(list, "No good")]),
            "ValueError: the key 'No good' is not allowed",
        ),
        (lambda: Plugin(name="X", popup_parts=[_part(list), _part(list)]), "ValueError: the key 'one' is not allowed"),
    ],
)
def test_one_that_cannot_be_loaded_says_why_and_the_others_work(install: Install, load: Any, problem: str) -> None:
    install(bad=load, good=lambda: Plugin(name="Good", popup_parts=[_part(lambda caller: ["Hello"])]))
    bad, good = installed.plugins()
    assert bad.plugin is None
    assert bad.problem.startswith(problem)
    assert good.problem == ""
    assert list(installed.popup_parts()) == ["plugin:good:one"]


def test_a_part_that_raises_is_left_out_and_named(install: Install) -> None:
    install(bad=lambda: Plugin(name="Bad", popup_parts=[_part(lambda caller: [caller.no_such])]))
    assert installed.lines_of("plugin:bad:one", CALLER) == []
    assert installed.plugins()[0].problem.startswith("One: AttributeError: ")


def test_a_part_that_is_slow_again_and_again_is_asked_no_more(install: Install) -> None:
    asked = []

    def slow(caller: Caller) -> list[str]:
        asked.append(caller)
        time.sleep(installed.SLOW_SECONDS * 1.5)
        return ["late"]

    install(slow=lambda: Plugin(name="Slow", popup_parts=[_part(slow)]))
    said = [installed.lines_of("plugin:slow:one", CALLER) for _ring in range(5)]
    assert said == [["late"]] * 3 + [[]] * 2
    assert len(asked) == 3
    assert "too slow" in installed.plugins()[0].problem


def test_what_a_part_says_is_bounded(install: Install) -> None:
    install(long=lambda: Plugin(name="Long", popup_parts=[_part(lambda caller: ["x" * 5000] * 500)]))
    lines = installed.lines_of("plugin:long:one", CALLER)
    assert (len(lines), {len(line) for line in lines}) == (10, {200})


def test_entry_points_are_looked_for_in_the_documented_group() -> None:
    assert installed.GROUP == "callcard.plugins"
    assert EntryPoint("a", "b:c", installed.GROUP).group == "callcard.plugins"
