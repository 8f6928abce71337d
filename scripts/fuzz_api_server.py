"""`callcard`, without limits of how often a program may ask; with `token` as its argument, prints a token of the owner.

Started by scripts.fuzz_api. The program itself is not changed.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django


def main() -> None:
    django.setup()
    if sys.argv[1:] == ["token"]:
        print(_token())
        return
    from callcard.api import sign_in
    from callcard.api.rate import Rate
    from callcard.config.command import main as callcard

    sign_in.rate = Rate(10**9)
    sign_in._FAILURES_A_MINUTE = 10**9
    callcard()


def _token() -> str:
    from django.utils import timezone

    from callcard.api.tokens.services import make_token
    from callcard.staff.models import User

    owner = max(User.objects.order_by("pk"), key=lambda user: len(user.permissions.rights))
    in_a_day = timezone.now() + timedelta(days=1)
    return make_token(user=owner, name="Fuzz", scopes=owner.permissions.rights, expires_at=in_a_day)[1]


if __name__ == "__main__":
    main()
