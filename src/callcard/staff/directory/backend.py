"""The directory among those who check passwords: see AUTHENTICATION_BACKENDS."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from callcard.staff.directory.asking import HOW, enter, proved
from callcard.staff.directory.models import Directory
from callcard.staff.directory.settings_row import directory_in_use
from callcard.staff.directory.words import words_for_person
from callcard.staff.models import User
from callcard.staff.sign_in.entering import PasswordRefused
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.single_sign_on.models import Identity
from callcard.staff.single_sign_on.people import user_of
from callcard.staff.single_sign_on.rules import NotLetIn, Why


class DirectoryBackend(BaseBackend):
    @sensitive_variables("password")
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        owner: User | None = None,
        **kwargs: Any,
    ) -> User | None:
        """`owner`: who is signed in and proves once more that it is they. Raises PasswordRefused, HasToWait."""
        row = directory_in_use()
        if row is None or request is None or not password or not (username or owner):
            return None
        try:
            if owner is not None:
                return _again(request, row, owner, password)
            return enter(request, row, username or "", password)
        except NotLetIn as error:
            if error.why is Why.PASSWORD:
                return None
            name = username or (owner.username if owner else "")
            write_down(What.DIRECTORY, request, user=owner, username=name, how=f"{HOW}: {error}"[:200])
            raise PasswordRefused(words_for_person(error.why), is_away=error.why is Why.AWAY) from error


@sensitive_variables("password")
def _again(request: HttpRequest, row: Directory, owner: User, password: str) -> User | None:
    """By the name under which they came in last."""
    known = Identity.objects.filter(user=owner, issuer=row.issuer).first()
    if known is None:
        return None
    said = proved(request, row, known.name or owner.username, password, owner=owner)
    return owner if user_of(said.claims, row) == owner else None
