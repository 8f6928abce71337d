"""All addresses of the API, and the document that describes them (OpenAPI 3.1)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, register_converter
from django.urls.converters import IntConverter
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from callcard import __version__
from callcard.api.problems import MEDIA_TYPE, Problem, answer_problem, problem_response

DESCRIPTION = (
    "What the windows of Callcard can do, for programs. A token acts for its user: it sees and changes what they may, "
    "and no more than it was made for. Amounts are texts, times have a zone, unknown fields are refused."
)


class RecordId(IntConverter):
    """An id that every database can hold."""

    regex = "[0-9]{1,18}"


register_converter(RecordId, "id")

from callcard.api.v1 import (  # noqa: E402  (its addresses use the converter)
    at_once,
    background,
    blocked,
    calls,
    company,
    customers,
    dialling,
    duplicates,
    exports,
    files,
    goods,
    history,
    imports,
    many,
    missed,
    own_fields,
    own_lists,
    price_lists,
    recordings,
    sales,
    saved_views,
    settings,
    tasks,
    webhooks,
)

api = NinjaAPI(title="Callcard", version=__version__, description=DESCRIPTION, docs_url=None, openapi_url=None)
_ROUTERS = (
    ("", company.router),
    ("/customers", customers.router, files.of_customers, many.router, history.router, duplicates.router),
    ("/missed-callers", missed.router),
    ("/calls", calls.router, dialling.in_calls, recordings.in_calls, at_once.calls),
    ("/recordings", recordings.router),
    ("/placed-calls", dialling.router),
    ("/orders", sales.orders, files.of_orders, at_once.orders),
    ("/payments", sales.payments),
    ("/products", goods.router, at_once.products),
    ("/tasks", tasks.router, at_once.tasks),
    ("/views", saved_views.router),
    ("/jobs", background.router),
    ("/imports", imports.router),
    ("/exports", exports.router),
    ("/lists", own_lists.router),
    ("/own-fields", own_fields.router),
    ("/blocked-numbers", blocked.router),
    ("/price-lists", price_lists.lists),
    ("/budgets", price_lists.budgets),
    ("/settings", settings.router),
    ("/me/calendar", settings.calendar),
    ("/webhooks", webhooks.router),
)
for _prefix, *_routers in _ROUTERS:
    for _router in _routers:
        api.add_router(_prefix, _router)


def _unreadable(_request: HttpRequest, error: Any) -> HttpResponse:
    """`loc` is ("body", "said", "phones", 0, "number")."""
    return problem_response(Problem(422, errors=[(_where(one["loc"]), str(one["msg"])) for one in error.errors]))


def _where(loc: tuple[Any, ...]) -> str:
    return ".".join(map(str, loc[2:] if loc[0] in ("body", "query", "path") and len(loc) > 2 else loc[1:]))


def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem_response(Problem(error.status_code, str(error)))


api.add_exception_handler(Problem, answer_problem)
api.add_exception_handler(ValidationError, _unreadable)
api.add_exception_handler(HttpError, _refused)


def addresses() -> list[URLPattern]:
    """Below api/v1/, each once with its own name: what it needs is told by that (config.needs)."""
    found: dict[str, URLPattern] = {}
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if pattern.name != "api-root" and route not in found:
            found[route] = path(route, pattern.callback, name=pattern.name)
    return [*found.values(), path("openapi.json", openapi, name="api-document")]


@require_GET
def openapi(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_document_text(), content_type="application/json", headers={"Cache-Control": "no-cache"})


@cache
def _document_text() -> str:
    return json.dumps(document(), ensure_ascii=False)


def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    components = made["components"]
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["responses"] = {
        "Problem": {
            "description": "It was not done, and why.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
    made["paths"]["/api/v1/events"] = {"get": _EVENTS}
    made["security"] = [{"token": []}]
    made["servers"] = [{"url": "/"}]
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    return made


_EVENTS = {
    "operationId": "events",
    "summary": "Events",
    "tags": ["events"],
    "description": "The stream of events of the token's user (Server-Sent Events): that something happened and to "
    "which record. Come back with Last-Event-ID, and you get what you missed; after `resync` read what you need anew.",
    "parameters": [{"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}}],
    "responses": {
        "200": {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "command": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "words"],
                "additionalProperties": False,
                "properties": {"field": {"type": "string"}, "words": {"type": "string"}},
            },
        },
    },
}
