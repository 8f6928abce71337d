"""A small OpenID provider that tells the truth, or what lie a test has it tell (code, PKCE, nonce)."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from callcard.staff.single_sign_on.models import Provider
from callcard.staff.single_sign_on.settings_row import set_provider

CLIENT, SECRET = "callcard", "s3cret:+/ of it"
Claims = dict[str, Any]


def pair(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class LyingProvider:
    """`claims`: of whoever signs in. `mend` changes those of one token; `sign` makes the token itself."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.key: RSAKey | ECKey | OKPKey = pair("first")
        self.algorithm = "RS256"
        self.claims: Claims = {"sub": "1", "email": "mali@example.com", "email_verified": True, "groups": ["sales"]}
        self.mend: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self._signed
        self.facts: Claims = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def said_of_itself(self) -> Claims:
        where = {name: f"{self.issuer}/{path}" for name, path in _PLACES.items()}
        return {"issuer": self.issuer, **where, "claims_supported": ["sub", "groups"], **self.facts}

    def sign_in(self, address: str) -> dict[str, str]:
        """Somebody proves themselves to it at the address to which they were sent: what they bring back."""
        asked = {name: said[0] for name, said in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        name, _colon, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if asked is None or challenge.rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        return 200, {"access_token": "open", "id_token": self.sign(self.mend({**claims, **self.claims}))}

    def _signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key, algorithms=[self.algorithm])


_PLACES = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "jwks_uri": "keys",
    "userinfo_endpoint": "me",
    "end_session_endpoint": "leave",
}


@contextmanager
def lying_provider() -> Iterator[LyingProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            found: Claims = {"sub": provider.claims["sub"], "locale": "lo"}
            if self.path == "/.well-known/openid-configuration":
                found = provider.said_of_itself()
            elif self.path == "/keys":
                found = {"keys": [provider.key.as_dict(private=False)]}
            self._answer(200, found)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: said[0] for name, said in parse_qs(body).items()}
            self._answer(*provider.redeem(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, said: Claims) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = LyingProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def use(peer: LyingProvider, *, only: bool = False, **columns: Any) -> None:
    """Callcard lets people in by it. `only`: by nothing else."""
    given = {"is_on": True, "name": "Example", "issuer": peer.issuer, "client_id": CLIENT, "client_secret": SECRET}
    set_provider(Provider(**{**given, **columns}), only_by_provider=only)
