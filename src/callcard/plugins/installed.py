"""Which plug-ins there are, and what went wrong with them: nothing that one does stops Callcard."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from callcard.plugins import Caller, ConnectorKind, Plugin, PopupPart

logger = logging.getLogger(__name__)

GROUP = "callcard.plugins"
SLOW_SECONDS, SLOW_TIMES = 0.02, 3
_KEY = re.compile(r"[a-z0-9-]{1,20}")
_LINES_SHOWN, _LINE_LENGTH = 10, 200


@dataclass(slots=True)
class Installed:
    """`problem`: empty while all is well. `plugin` is None when it could not be loaded at all."""

    name: str
    package: str
    version: str
    plugin: Plugin | None = None
    problem: str = ""


@dataclass(slots=True)
class _Part:
    owner: Installed
    part: PopupPart
    slow: int = 0


@lru_cache(maxsize=1)
def plugins() -> tuple[Installed, ...]:
    """All that are installed, in the order of their names; loaded when somebody asks first."""
    return tuple(_loaded(entry) for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name))


@lru_cache(maxsize=1)
def _parts() -> dict[str, _Part]:
    return {
        f"plugin:{one.name}:{part.key}": _Part(one, part)
        for one in plugins()
        if one.plugin
        for part in one.plugin.popup_parts
    }


def popup_parts() -> dict[str, PopupPart]:
    """Key in the pop-up's settings -> part."""
    return {key: one.part for key, one in _parts().items()}


def lines_of(key: str, caller: Caller) -> list[str]:
    """What a part says of this caller. Empty for one that fails, is put away for being slow, or is not installed."""
    one = _parts().get(key)
    if one is None or one.slow >= SLOW_TIMES:
        return []
    began = time.perf_counter()
    try:
        lines = [str(line)[:_LINE_LENGTH] for line in one.part.lines(caller)][:_LINES_SHOWN]
    except Exception as error:
        note_problem(one.owner, f"{one.part.name}: {type(error).__name__}: {error}")
        return []
    if time.perf_counter() - began > SLOW_SECONDS:
        one.slow += 1
        if one.slow == SLOW_TIMES:
            note_problem(one.owner, f"{one.part.name}: too slow for a ringing phone, not asked again until a restart")
    return lines


def connector_kinds() -> dict[str, tuple[Installed, ConnectorKind]]:
    return {kind.key: (one, kind) for one in plugins() if one.plugin for kind in one.plugin.connectors}


def note_problem(one: Installed, problem: str) -> None:
    """It stands in the window of plug-ins until a restart, and once in the log."""
    if one.problem != problem:
        logger.error("plug-in %s (%s %s): %s", one.name, one.package, one.version, problem)
    one.problem = problem[:500]


def forget() -> None:
    """Look anew; for tests."""
    plugins.cache_clear()
    _parts.cache_clear()


def _loaded(entry: EntryPoint) -> Installed:
    made = Installed(entry.name, entry.dist.name if entry.dist else "", entry.dist.version if entry.dist else "")
    try:
        found = entry.load()
        plugin = found if isinstance(found, Plugin) else found()
        _check(plugin)
    except Exception as error:  # not KeyboardInterrupt
        note_problem(made, f"{type(error).__name__}: {error}")
    except SystemExit:
        note_problem(made, "it tried to end Callcard while it was loaded")
    else:
        made.plugin = plugin
    return made


def _check(plugin: object) -> None:
    """Raises TypeError or ValueError in words."""
    if not isinstance(plugin, Plugin):
        raise TypeError("the entry point is no callcard.plugins.Plugin")
    kinds: Sequence[Sequence[object]] = (plugin.popup_parts, plugin.connectors, plugin.sms_gateways, plugin.reports)
    for things in kinds:
        keys = [str(getattr(thing, "key", "")) for thing in things]
        for key in keys:
            if not _KEY.fullmatch(key) or keys.count(key) > 1:
                raise ValueError(f"the key {key!r} is not allowed or there twice")
