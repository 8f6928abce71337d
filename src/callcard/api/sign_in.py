"""Who asks the API: a token in the Authorization header (RFC 6750), and nothing else. Cookies are not looked at."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from callcard.api.limits import is_too_often
from callcard.api.problems import MEDIA_TYPE, Problem, problem_response
from callcard.api.rate import Left, Rate
from callcard.api.tokens.models import AccessToken
from callcard.api.tokens.queries import valid_token
from callcard.api.tokens.services import is_noted, note_use
from callcard.staff.models import User
from callcard.staff.requests import address_of, missing_right
from callcard.staff.sign_in.journal import What, write_program_down

PREFIX = "/api/v1/"
DOCUMENT = f"{PREFIX}openapi.json"
"""Says nothing of the company, so whoever is signed in may read it in a browser, too."""
ASKS_A_MINUTE = 600
rate = Rate(ASKS_A_MINUTE)
_FAILURES_A_MINUTE = 30
_REALM = 'Bearer realm="Callcard"'


class ApiSignIn:
    """For addresses of the API: puts the token's user into `request.user`, and makes problems of all refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX) or _is_reader_of_the_document(request):
            return self.get_response(request)
        request.COOKIES = {}
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        try:
            token = let_in(request.headers.get("Authorization", ""), address_of(request))
            left = _counted(token)
        except Problem as problem:
            return problem_response(problem)
        request.user = token.user
        request.access_token = token  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            response = _as_problem(request, token, response)
        for name, value in _told(left).items():
            response.headers[name] = value
        return response


def let_in(given: str, address: str) -> AccessToken:
    """The token of an Authorization header. Raises Problem: 401, and 429 for who tries too often.

    Whoever has a good token is never kept waiting by somebody who guesses behind the same address.
    """
    scheme, _space, text = given.partition(" ")
    token = valid_token(text.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        if given and is_too_often("api-failures", address, most=_FAILURES_A_MINUTE):
            raise Problem(429, headers={"Retry-After": "60"})
        if given:
            write_program_down(What.WRONG_TOKEN, user=None, address=address, how="")
        error = ', error="invalid_token"' if given else ""
        detail = "The token is not valid, or not any more." if given else "Send a token: Authorization: Bearer …"
        raise Problem(401, detail, headers={"WWW-Authenticate": f"{_REALM}{error}"})
    if not is_noted(token):
        note_use(token=token, address=address)
    return token


def token_of(request: HttpRequest) -> AccessToken:
    """With which the API was asked."""
    found = request.access_token  # type: ignore[attr-defined]
    assert isinstance(found, AccessToken)
    return found


def _is_reader_of_the_document(request: HttpRequest) -> bool:
    is_session = "Authorization" not in request.headers and request.method == "GET"
    return request.path_info == DOCUMENT and is_session and isinstance(request.user, User)


def _counted(token: AccessToken) -> Left:
    left = rate.count(token.pk)
    if left.asks < 0:
        raise Problem(429, headers={"Retry-After": str(left.seconds), **_told(left)})
    return left


def _told(left: Left) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"token";q={ASKS_A_MINUTE};w=60',
        "RateLimit": f'"token";r={max(0, left.asks)};t={left.seconds}',
    }


def _as_problem(request: HttpRequest, token: AccessToken, response: HttpResponseBase) -> HttpResponseBase:
    """A refusal by what knows nothing of the API."""
    right = missing_right(request)
    headers = {}
    if "Allow" in response.headers:
        headers["Allow"] = ", ".join(sorted(response.headers["Allow"].split(", ")))
    detail = ""
    if response.status_code == 403 and right:
        has_scope = right in token.scopes
        detail = f"{'The role of the user' if has_scope else 'The token'} does not allow {right}."
        headers["WWW-Authenticate"] = f'{_REALM}, error="insufficient_scope", scope="{right}"'
    return problem_response(Problem(response.status_code, detail, headers=headers))
