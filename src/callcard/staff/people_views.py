"""The administrator's windows about the people of the company."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.staff.forms import GivenPasswordForm, PersonForm
from callcard.staff.models import User
from callcard.staff.queries import people, people_ids
from callcard.staff.requests import signed_in
from callcard.staff.roles.queries import may_look_after
from callcard.staff.rules import fresh_password
from callcard.staff.services import (
    ExtensionTaken,
    NoLongerAdministrator,
    OwnAccess,
    UserNameTaken,
    activate_person,
    add_person,
    change_person,
    deactivate_person,
    give_password,
)

PAGE_SIZE = 50
# Fewer people than this are found by looking.
MANY = 12


@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:100]
    page = Paginator(people_ids(words=words), PAGE_SIZE).get_page(request.GET.get("page"))
    has_search = bool(words) or page.paginator.count > MANY
    context = {"page": page, "people": people(list(page.object_list)), "q": words, "has_search": has_search}
    return render(request, "staff/people.html", context)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    by = signed_in(request)
    form = PersonForm(data, by=by, auto_id="person-new-%s")
    named = {name: data.get(name, "")[:150] for name in ("username", "first_name", "last_name")} if data else {}
    password_form = GivenPasswordForm(data, person=User(**named), auto_id="person-new-%s")
    if all([form.is_valid(), password_form.is_valid()]):  # both, so that all errors are said at once
        given = password_form.cleaned_data["password"]
        password = given or fresh_password()
        user = _written(form, lambda: add_person(form.value(), password=password, by=by, moved=form.moved))
        if user is not None:
            return _password_given(request, user, "" if given else password)
    context = {"form": form, "password_form": password_form, "person": None}
    return render(request, "staff/person.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person, by = looked_after(request, pk), signed_in(request)
    data = request.POST if request.method == "POST" else None
    form = PersonForm(data, by=by, person=person, auto_id=f"person-{pk}-%s")
    if form.is_bound and _written(form, lambda: change_person(form.value(), user=person, by=by, moved=form.moved)):
        messages.success(request, _("Saved."))
        return redirect("people")
    context = {"form": form, "person": person, "is_oneself": person == by}
    return render(request, "staff/person.html", context, status=422 if form.is_bound else 200)


def looked_after(request: HttpRequest, pk: int) -> User:
    """404 for nobody, 403 for who may more than whoever asks."""
    person = get_object_or_404(User, pk=pk)
    if not may_look_after(signed_in(request), person):
        raise PermissionDenied
    return person


def _written(form: PersonForm, write: Callable[[], User]) -> User | None:
    """None when something is in the way that the form now says."""
    try:
        return write() if form.is_valid() else None
    except ExtensionTaken as error:
        form.taken = error.owners
        form.add_error("extensions", _("A colleague has such an extension. Say below whether it moves."))
    except UserNameTaken:
        form.add_error("username", _("Somebody has this user name already."))
    except (OwnAccess, NoLongerAdministrator) as error:
        form.add_error("roles", _words(error))
    return None


def _words(refused: Exception) -> str:
    if isinstance(refused, OwnAccess):
        return _("You cannot do this to yourself. Ask another administrator.")
    return _("You are not an administrator any more.")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    person = looked_after(request, pk)
    if person == signed_in(request):
        return redirect("own-password")
    data = request.POST if request.method == "POST" else None
    form = GivenPasswordForm(data, person=person, auto_id=f"password-{pk}-%s")
    if data is not None and form.is_valid():
        given = form.cleaned_data["password"]
        password = given or fresh_password()
        give_password(user=person, password=password)
        return _password_given(request, person, "" if given else password)
    context = {"form": form, "person": person}
    return render(request, "staff/person_password.html", context, status=422 if form.is_bound else 200)


def _password_given(request: HttpRequest, person: User, password: str) -> HttpResponse:
    """Shown this once and kept nowhere: that is why there is no redirect. Empty: whoever typed it knows it."""
    return render(request, "staff/password_given.html", {"person": person, "password": password})


@require_POST
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    person = looked_after(request, pk)
    try:
        deactivate_person(user=person, by=signed_in(request))
    except (OwnAccess, NoLongerAdministrator) as error:
        messages.error(request, _words(error))
        return redirect("person", pk=pk)
    messages.success(request, _("%(name)s is signed out and cannot sign in.") % {"name": person.shown_name})
    return redirect("person", pk=pk)


@require_POST
def person_activate(request: HttpRequest, pk: int) -> HttpResponse:
    person = looked_after(request, pk)
    activate_person(user=person)
    messages.success(request, _("%(name)s can sign in again.") % {"name": person.shown_name})
    return redirect("person", pk=pk)
