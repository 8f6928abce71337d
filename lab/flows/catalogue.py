"""Every flow by name."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from types import ModuleType

from lab.exchange import Exchange
from lab.flows import by_button, forwarding, groups, inbound, outbound, pickup, transfers
from lab.flows.truth import Truth

Flow = Callable[[Exchange], Awaitable[Truth]]


def _of(module: ModuleType) -> dict[str, Flow]:
    """The public coroutines that the module itself defines."""
    found = vars(module).items()
    return {
        name: flow
        for name, flow in found
        if inspect.iscoroutinefunction(flow) and flow.__module__ == module.__name__ and not name.startswith("_")
    }


FLOWS: dict[str, Flow] = {
    name: flow
    for module in (inbound, groups, transfers, pickup, forwarding, outbound, by_button)
    for name, flow in _of(module).items()
}
