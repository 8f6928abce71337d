"""Answering a challenge for a password (RFC 3261 section 22, RFC 2617)."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    user: str
    password: str

    def answer(self, challenge: str, method: str, address: str) -> str:
        """The value of Authorization for the value of WWW-Authenticate. MD5 with or without qop=auth."""
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        realm, nonce = said.get("realm", ""), said.get("nonce", "")
        secret = _md5(f"{self.user}:{realm}:{self.password}")
        asked = _md5(f"{method}:{address}")
        given = {"username": self.user, "realm": realm, "nonce": nonce, "uri": address}
        if "opaque" in said:
            given["opaque"] = said["opaque"]
        plain = "algorithm=MD5"
        if "auth" in said.get("qop", "").split(","):
            mine = secrets.token_hex(8)
            plain += ", qop=auth, nc=00000001"
            given["cnonce"] = mine
            given["response"] = _md5(f"{secret}:{nonce}:00000001:{mine}:auth:{asked}")
        else:
            given["response"] = _md5(f"{secret}:{nonce}:{asked}")
        return "Digest " + ", ".join(f'{name}="{value}"' for name, value in given.items()) + f", {plain}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
