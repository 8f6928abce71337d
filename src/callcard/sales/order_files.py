"""Files of an order. They are the customer's too, and are kept, fetched, removed and brought back as those are."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from callcard.customers.file_views import MOST_AT_ONCE, add_uploads
from callcard.customers.models import CustomerFile
from callcard.sales.models import Order, OrderFile
from callcard.sales.views import own_order


@require_POST
def order_files(request: HttpRequest, pk: int) -> HttpResponse:
    """What is sent (`files`) is added."""
    order = own_order(request, pk)
    added = add_uploads(request, order.customer, request.FILES.getlist("files")[:MOST_AT_ONCE])
    put_to_order(order, added)
    return redirect("order", pk=pk)


@transaction.atomic
def put_to_order(order: Order, files: list[CustomerFile]) -> None:
    OrderFile.objects.bulk_create(OrderFile(order=order, file=file) for file in files)
