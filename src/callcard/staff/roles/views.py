"""The windows in which an administrator makes roles."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.staff.roles import services
from callcard.staff.roles.forms import RoleForm
from callcard.staff.roles.models import Kind, Role
from callcard.staff.roles.queries import current_roles, steps_of
from callcard.staff.roles.rules import USUAL
from callcard.staff.roles.seeing import begin_to_see_as, end_to_see_as
from callcard.staff.roles.words import ACTIONS, OWN, summary
from callcard.staff.services import NoLongerAdministrator, OwnAccess


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    shown = [(role, summary(role.rights)) for role in current_roles()]
    removed = Role.objects.exclude(removed_at=None).order_by("pk")
    return render(request, "staff/roles.html", {"roles": shown, "removed": removed})


@require_http_methods(["GET", "POST"])
def role_new(request: HttpRequest) -> HttpResponse:
    form = RoleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        role = services.add_role(values=form.value(), by=signed_in(request))
        messages.success(request, _("Saved. Give it to somebody under People."))
        return redirect("role", pk=role.pk)
    return _window(request, form, None)


@require_http_methods(["GET", "POST"])
def role_edit(request: HttpRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk)
    form = RoleForm(request.POST if request.method == "POST" else None, role=role)
    if form.is_bound and form.is_valid():
        values = form.value()
        if not role.name and values.name == role.shown_name:  # a ready one keeps its name in every language
            values = services.RoleValues("", values.description, values.rights, values.scope)
        try:
            services.change_role(role=role, values=values, by=signed_in(request))
            messages.success(request, _("Saved. It holds from now on for everybody who has this role."))
            return redirect("role", pk=pk)
        except (OwnAccess, NoLongerAdministrator) as error:
            form.add_error(None, _words(error))
    return _window(request, form, role)


def _window(request: HttpRequest, form: RoleForm, role: Role | None) -> HttpResponse:
    context = {
        "form": form,
        "role": role,
        "columns": [ACTIONS[action] for action in USUAL],
        "field_columns": [ACTIONS["see"], OWN["phones.whole"], ACTIONS["change"]],
        "members": role.members.order_by("first_name", "username") if role else [],
        "steps": steps_of(role) if role else [],
        "copied_from": Kind(role.kind).label if role and role.kind and role.name else "",
    }
    return render(request, "staff/role.html", context, status=422 if form.errors else 200)


def _words(refused: Exception) -> str:
    if isinstance(refused, OwnAccess):
        return _("Then you could not change roles any more. Ask another administrator.")
    return _("You may not change roles any more.")


@require_POST
def role_copy(request: HttpRequest, pk: int) -> HttpResponse:
    made = services.copy_role(role=get_object_or_404(Role, pk=pk), by=signed_in(request))
    messages.success(request, _("This is the copy. Nobody has it yet: change it as you like."))
    return redirect("role", pk=made.pk)


@require_POST
def role_remove(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        services.remove_role(role=get_object_or_404(Role, pk=pk), by=signed_in(request))
    except services.RoleInUse:
        messages.error(request, _("Somebody has this role. Give them another one first, under People."))
        return redirect("role", pk=pk)
    except NoLongerAdministrator as error:
        messages.error(request, _words(error))
        return redirect("role", pk=pk)
    messages.success(request, _("The role is removed. It can be brought back below."))
    return redirect("roles")


@require_POST
def role_restore(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        services.restore_role(role=get_object_or_404(Role, pk=pk), by=signed_in(request))
    except NoLongerAdministrator as error:
        messages.error(request, _words(error))
    return redirect("role", pk=pk)


@require_POST
def role_put_back(request: HttpRequest, pk: int, change_id: int) -> HttpResponse:
    """The values of before one step."""
    role = get_object_or_404(Role, pk=pk)
    change = get_object_or_404(Change, pk=change_id, about="role", object_id=pk, action=Change.Action.CHANGED)
    try:
        services.put_back_role(role=role, change=change, by=signed_in(request))
        messages.success(request, _("It is as before."))
    except (OwnAccess, NoLongerAdministrator) as error:
        messages.error(request, _words(error))
    except ValidationError:
        messages.error(request, _("What it was before does not fit any more."))
    return redirect("role", pk=pk)


@require_POST
def see_as(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on this session sees what the other does, until it ends that."""
    by = signed_in(request)
    seen = get_object_or_404(User.objects.exclude(pk=by.pk), pk=pk, is_active=True)
    begin_to_see_as(request, seen=seen, by=by)
    return redirect("shell")


@require_POST
def see_as_end(request: HttpRequest) -> HttpResponse:
    end_to_see_as(request)
    return redirect("shell")
