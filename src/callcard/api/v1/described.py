"""What the document says of parameters that are read by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Extra = dict[str, Any]

IF_MATCH: Extra = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "The ETag of the record as you have read it; else 428. 412 when it has changed since.",
        }
    ]
}
ONCE: Extra = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "maxLength": 64, "pattern": "^[!-~]+$"},
            "description": "The same request with the same key is done once; for a day it gets the same answer.",
        }
    ]
}
_RANGES = {"date": "date", "number": "number", "money": "money", "length": "seconds or 1:05"}
_WORDS = {
    "text": "A part of the text.",
    "choice": "The id or name of a choice; several of them: any.",
    "choices": "The id of a choice; several of them: any.",
    "yesno": "yes or no.",
}


def list_parameters(filters: Mapping[str, str]) -> Extra:
    """`filters`: column -> kind, as ui.lists.Column has them."""
    found: list[Extra] = []
    for key, kind in filters.items():
        if kind in _RANGES:
            what = _RANGES[kind]
            found += [_query(f"f.{key}.from", f"{what}, from"), _query(f"f.{key}.to", f"{what}, to, included")]
        else:
            found.append(_query(f"f.{key}", _WORDS[kind]))
    return {"parameters": found}


def _query(name: str, words: str) -> Extra:
    return {"name": name, "in": "query", "schema": {"type": "string"}, "description": words}
