"""What the API answers when it does not do what it was asked for: problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
_KIND = "urn:callcard:problem:"


class Problem(Exception):
    """`kind`: what programs tell problems of one status apart by, such as "ask-first"; empty: the status says it all.

    `errors`: (where, words) of each value that cannot be, such as ("name", "This is missing.").
    `command`: of the placed call that is in the way.
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        kind: str = "",
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        command: str = "",
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.errors = status, detail, kind, errors
        self.headers, self.command = dict(headers or {}), command


def problem_response(problem: Problem) -> HttpResponse:
    said: dict[str, Any] = {
        "type": f"{_KIND}{problem.kind}" if problem.kind else "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
    }
    if problem.detail:
        said["detail"] = problem.detail
    if problem.command:
        said["command"] = problem.command
    if problem.errors:
        said["errors"] = [{"field": field, "words": words} for field, words in problem.errors]
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = {"Cache-Control": "no-store", **problem.headers}
    return HttpResponse(body, content_type=MEDIA_TYPE, status=problem.status, headers=headers)


def answer_problem(_request: HttpRequest, problem: Any) -> HttpResponse:
    return problem_response(problem)
