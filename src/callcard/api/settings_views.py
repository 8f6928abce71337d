"""Where phone books and passwords of devices are made and taken away."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.api.forms import DeviceForm, PhoneBookForm
from callcard.api.models import DevicePassword, PhoneBook
from callcard.api.queries import MOST_ON_A_DEVICE, customers_on
from callcard.api.services import make_device_password, new_token, renew_token, revoke
from callcard.staff.requests import signed_in

_MAKERS = (
    ("Yealink", "/yealink.xml?q=#SEARCH"),
    ("Grandstream", ""),  # it puts /phonebook.xml behind: with a slash here it would ask for //phonebook.xml
    ("Snom", "/snom.xml"),
    ("Snom (10.1.178 …)", "/snom-directory.xml"),
    ("Fanvil", "/fanvil.xml"),
)


def _address(request: HttpRequest) -> str:
    return str(settings.PUBLIC_ADDRESS or request.build_absolute_uri("/").rstrip("/"))


@require_GET
def phone_books(request: HttpRequest) -> HttpResponse:
    books = PhoneBook.objects.select_related("category", "responsible").order_by("name", "pk")
    return render(request, "api/phone_books.html", {"books": books})


@require_http_methods(["GET", "POST"])
def phone_book_new(request: HttpRequest) -> HttpResponse:
    form = PhoneBookForm(request.POST or None)
    if form.is_valid():
        form.instance.token = new_token()
        book = form.save()
        messages.success(request, _("Copy the address of your phones' maker."))
        return redirect("phone-book-settings", pk=book.pk)
    return render(request, "api/phone_book.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def phone_book_settings(request: HttpRequest, pk: int) -> HttpResponse:
    book = get_object_or_404(PhoneBook, pk=pk)
    form = PhoneBookForm(request.POST or None, instance=book)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("phone-book-settings", pk=pk)
    base = f"{_address(request)}/phonebooks/{book.pk}/{book.token}"
    context = {"form": form, "book": book, "addresses": [(maker, base + name) for maker, name in _MAKERS]}
    return render(request, "api/phone_book.html", context, status=422 if form.errors else 200)


@require_POST
def phone_book_renew(request: HttpRequest, pk: int) -> HttpResponse:
    renew_token(book=get_object_or_404(PhoneBook, pk=pk))
    messages.success(request, _("The address is new. Phones with the old one get nothing any more."))
    return redirect("phone-book-settings", pk=pk)


@require_POST
def phone_book_remove(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(PhoneBook, pk=pk).delete()
    messages.success(request, _("Removed."))
    return redirect("phone-books")


@never_cache
@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """One's own. A new password is in the answer to the form, and never again."""
    user, made = signed_in(request), ""
    form = DeviceForm(request.POST or None)
    if form.is_valid():
        _device, made = make_device_password(user=user, **form.cleaned_data)
        form = DeviceForm()
    in_use = list(DevicePassword.objects.filter(user=user, revoked_at=None).order_by("-pk"))
    full = [device for device in in_use if customers_on(device)[MOST_ON_A_DEVICE : MOST_ON_A_DEVICE + 1]]
    context = {"form": form, "devices": in_use, "password": made, "full": full, "most": MOST_ON_A_DEVICE}
    context["address"] = f"{_address(request)}/carddav/"
    return render(request, "api/devices.html", context, status=422 if form.errors else 200)


@require_POST
def device_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    revoke(device=get_object_or_404(DevicePassword, pk=pk, user=signed_in(request)))
    messages.success(request, _("This device reads nothing any more."))
    return redirect("devices")
