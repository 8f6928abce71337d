"""A call of a service reads like a sentence: `tell(events)`, `merge_customers(kept=…, gone=…)`."""

from __future__ import annotations

import ast

from tests.architecture import source


def _positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]


def test_only_the_object_of_the_verb_goes_unnamed() -> None:
    services = [
        path
        for path in source.files(".py", under=source.PACKAGE)
        if path.stem == "services" or "services" in path.parent.parts
    ]
    assert services
    loose = {
        f"{source.name(path)}:{node.name}": arguments
        for path in services
        for node in source.tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        if len(arguments := _positional(node)) > 1
    }
    assert loose == {}
