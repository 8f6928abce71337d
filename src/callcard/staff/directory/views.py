"""People connect their own account in the directory."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from callcard.staff.directory.asking import HOW, proved
from callcard.staff.directory.forms import ConnectForm
from callcard.staff.directory.models import Directory
from callcard.staff.directory.settings_row import directory_in_use
from callcard.staff.directory.words import words_for_person
from callcard.staff.requests import signed_in
from callcard.staff.sign_in.entering import HasToWait, guess
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.proof import proved_lately
from callcard.staff.sign_in.words import waiting
from callcard.staff.single_sign_on.people import connect
from callcard.staff.single_sign_on.rules import NotLetIn, Why


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@proved_lately
def connect_own(request: HttpRequest) -> HttpResponse:
    row = directory_in_use()
    if row is None:
        messages.error(request, _("No directory is asked for passwords here."))
        return redirect("own-sign-in")
    form = ConnectForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        problem = _problem(request, row, form.cleaned_data["username"], form.cleaned_data["password"])
        if not problem:
            messages.success(request, _("Connected. From now on your name and password of the directory let you in."))
            return redirect("own-sign-in")
        form.add_error("password", problem)
    return render(request, "staff/directory_connect.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_variables("password")
def _problem(request: HttpRequest, row: Directory, name: str, password: str) -> str:
    """Why it was not connected; empty: it was."""
    user = signed_in(request)

    def is_right() -> bool:
        try:
            claims = proved(request, row, name, password).claims
        except NotLetIn as error:
            if error.why is Why.PASSWORD:
                return False
            raise
        connect(request, user, row, claims, how=HOW)
        return True

    try:
        wrong = What.WRONG_PASSWORD
        is_done = guess(request, is_right, username=name, user=user, wrong=wrong, how=HOW, about="connect")
    except HasToWait as error:
        return waiting(error.left)
    except NotLetIn as error:
        write_down(What.DIRECTORY, request, user=user, username=name, how=f"{HOW}: {error}"[:200])
        return words_for_person(error.why)
    return "" if is_done else _("The name or the password is wrong.")
