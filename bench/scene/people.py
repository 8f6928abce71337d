"""Signs people in, without a password: prints their session keys. Run as a program, in the served database.

python -m bench.scene.people 301 200       the user of extension 301, and 200 others
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from callcard.staff.models import User


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Session keys."""

    screen: str
    desks: list[str]


def main() -> None:
    django.setup()
    from callcard.staff.models import User

    extension, others = sys.argv[1], int(sys.argv[2])
    for number in range(others):
        if not User.objects.filter(username=f"desk{number}").exists():
            User.objects.create_user(f"desk{number}")
    desks = User.objects.filter(username__in=[f"desk{number}" for number in range(others)])
    screen = User.objects.get(extensions__number=extension)
    print(json.dumps({"screen": _session(screen), "desks": [_session(user) for user in desks]}))


def _session(user: User) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key
    return session.session_key


if __name__ == "__main__":
    main()
