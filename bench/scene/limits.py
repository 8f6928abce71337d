"""Lets everybody dial as often as they like. Run as a program, in the served database."""

from __future__ import annotations

import django


def main() -> None:
    django.setup()
    from callcard.staff.models import User
    from callcard.switchboard.models import RoleRules

    for role in User.Role.values:
        RoleRules.objects.get_or_create(role=role)


if __name__ == "__main__":
    main()
