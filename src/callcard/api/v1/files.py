"""Files of customers and of orders, and portraits."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Router, UploadedFile

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, done
from callcard.api.v1.customers import seen_customer
from callcard.api.v1.described import ONCE
from callcard.api.v1.repeating import once_in_steps
from callcard.api.v1.types import Id, Named, Told, moment, named
from callcard.customers import file_views
from callcard.customers import views as customer_views
from callcard.customers.file_services import add_file, remove_file, restore_file
from callcard.customers.files import FileTooLarge, largest_file_mb
from callcard.customers.models import Customer, CustomerFile
from callcard.customers.portraits import LONGEST_BYTES, NotAPortrait
from callcard.customers.services import remove_portrait, set_portrait
from callcard.sales.models import Order
from callcard.sales.order_files import put_to_order
from callcard.staff.models import User
from callcard.staff.requests import signed_in

of_customers = Router(tags=["customers"])
of_orders = Router(tags=["sales"])
_BYTES = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_DOWNLOAD = {"responses": {200: {"description": "The file.", "content": _BYTES}}}


class FileTold(Told):
    """`media_type`: by its content, not by its name. `address`: where it is downloaded."""

    id: int
    name: str
    size_bytes: int
    media_type: str
    uploaded_at: str
    uploaded_by: Named | None
    address: str


class FilesTold(Told):
    items: list[FileTold]


@of_customers.get("/{id:pk}/files", response=FilesTold, url_name="api-customer-files")
def list_files(request: HttpRequest, pk: Id) -> HttpResponse:
    """Those that are not removed, the newest first; also those of the customer's orders."""
    customer = seen_customer(signed_in(request), pk)
    return answered(request, _files_told(customer.files.filter(removed_at=None)))


@of_customers.post("/{id:pk}/files", response={201: FileTold}, url_name="api-customer-files", openapi_extra=ONCE)
def upload(request: HttpRequest, pk: Id, file: File[UploadedFile]) -> HttpResponse:
    """One file, as a form sends it (`multipart/form-data`)."""
    user = signed_in(request)
    customer = seen_customer(user, pk)
    return once_in_steps(request, lambda: answered(request, _told(_added(customer, file, user)), status=201))


@of_customers.get("/{id:pk}/files/{id:file_id}", url_name="api-customer-file", openapi_extra=_DOWNLOAD)
def download(request: HttpRequest, pk: Id, file_id: Id) -> HttpResponseBase:
    return file_views.customer_file(request, pk, file_id)


@of_customers.delete("/{id:pk}/files/{id:file_id}", response={204: None}, url_name="api-customer-file")
def remove(request: HttpRequest, pk: Id, file_id: Id) -> HttpResponse:
    """It can be brought back for thirty days."""
    user = signed_in(request)
    remove_file(file=_file(user, pk, file_id, is_removed=False), by=user)
    return done()


@of_customers.post("/{id:pk}/files/{id:file_id}/restore", response=FileTold, url_name="api-customer-file-restore")
def restore(request: HttpRequest, pk: Id, file_id: Id) -> HttpResponse:
    user = signed_in(request)
    if CustomerFile.objects.filter(customer=seen_customer(user, pk), pk=file_id, removed_at=None).exists():
        raise Problem(409, "It is not removed.")
    return answered(request, _told(restore_file(file=_file(user, pk, file_id, is_removed=True), by=user)))


@of_customers.get("/{id:pk}/portrait", url_name="api-customer-portrait", openapi_extra=_DOWNLOAD)
def read_portrait(request: HttpRequest, pk: Id) -> HttpResponseBase:
    """As WebP. 404 for who has none."""
    customer = seen_customer(signed_in(request), pk)
    if not customer.portrait:
        raise Http404
    folder, name = customer.portrait.removeprefix("portraits/").removesuffix(".webp").split("/")
    return customer_views.portrait(request, folder, name)


@of_customers.post("/{id:pk}/portrait", response={204: None}, url_name="api-customer-portrait")
def give_portrait(request: HttpRequest, pk: Id, file: File[UploadedFile]) -> HttpResponse:
    """A picture of any usual kind; it is cut, made smaller and written anew."""
    user = signed_in(request)
    try:
        set_portrait(customer=seen_customer(user, pk), upload=file.read(LONGEST_BYTES + 1), by=user)
    except NotAPortrait as refused:
        raise Problem(422, errors=[("file", str(refused))]) from None
    return done()


@of_customers.delete("/{id:pk}/portrait", response={204: None}, url_name="api-customer-portrait")
def take_portrait(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    remove_portrait(customer=seen_customer(user, pk), by=user)
    return done()


@of_orders.get("/{id:pk}/files", response=FilesTold, url_name="api-order-files")
def list_order_files(request: HttpRequest, pk: Id) -> HttpResponse:
    order = _order(signed_in(request), pk)
    rows = CustomerFile.objects.filter(pk__in=order.files.values("file"), removed_at=None)
    return answered(request, _files_told(rows))


@of_orders.post("/{id:pk}/files", response={201: FileTold}, url_name="api-order-files", openapi_extra=ONCE)
def upload_to_order(request: HttpRequest, pk: Id, file: File[UploadedFile]) -> HttpResponse:
    """It is among the customer's files too, and is downloaded and removed there."""
    user = signed_in(request)
    order = _order(user, pk)

    def do() -> HttpResponse:
        added = _added(order.customer, file, user)
        put_to_order(order, [added])
        return answered(request, _told(added), status=201)

    return once_in_steps(request, do)


def _order(user: User, pk: int) -> Order:
    order = Order.objects.visible_to(user).select_related("customer").filter(pk=pk).first()
    if order is None:
        raise Http404
    return order


def _file(user: User, pk: int, file_id: int, *, is_removed: bool) -> CustomerFile:
    rows = CustomerFile.objects.filter(customer=seen_customer(user, pk), removed_at__isnull=not is_removed)
    file = rows.select_related("uploaded_by").filter(pk=file_id).first()
    if file is None:
        raise Http404
    return file


def _added(customer: Customer, file: UploadedFile, user: User) -> CustomerFile:
    try:
        return add_file(customer=customer, name=file.name or "", chunks=file.chunks(), by=user)
    except FileTooLarge:
        raise Problem(413, f"At most {largest_file_mb()} MB.") from None


def _files_told(rows: Any) -> dict[str, Any]:
    return {"items": [_told(row) for row in rows.select_related("uploaded_by").order_by("-uploaded_at", "-pk")]}


def _told(row: CustomerFile) -> dict[str, Any]:
    by = row.uploaded_by
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in ("name", "size_bytes", "media_type")},
        "uploaded_at": moment(row.uploaded_at),
        "uploaded_by": by and named(by.pk, by.shown_name),
        "address": f"/api/v1/customers/{row.customer_id}/files/{row.pk}",
    }
