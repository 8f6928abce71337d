"""Accounts of the company are disconnected: by whoever they are, or by whoever looks after that person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from callcard.staff.people_views import looked_after
from callcard.staff.requests import signed_in
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.proof import proved_lately
from callcard.staff.sign_in.standing import has_passkeys
from callcard.staff.single_sign_on.models import Identity


@require_POST
@proved_lately
def own_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    identity = get_object_or_404(Identity, pk=pk, user=user)
    others = Identity.objects.filter(user=user).exclude(pk=pk)
    if not (user.has_usable_password() or has_passkeys(user) or others.exists()):
        messages.error(request, _("It is your only way in. Ask your administrator for a password first."))
    else:
        _disconnect(request, identity)
    return redirect("own-sign-in")


@require_POST
@proved_lately
def of_person_remove(request: HttpRequest, pk: int, identity: int) -> HttpResponse:
    person = looked_after(request, pk)
    if person == signed_in(request):
        return redirect("own-sign-in")
    _disconnect(request, get_object_or_404(Identity, pk=identity, user=person))
    return redirect("person-sign-in", pk=pk)


def _disconnect(request: HttpRequest, identity: Identity) -> None:
    identity.delete()
    how = f"{identity.issuer}: {identity.name}"[:200]
    write_down(What.DISCONNECTED, request, user=identity.user, by=signed_in(request), how=how)
    messages.success(
        request, _("Disconnected. Whoever the company says has this address or name may be connected anew.")
    )
