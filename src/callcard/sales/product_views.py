"""The windows of products."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.models import folded
from callcard.sales.forms import ProductForm, typed
from callcard.sales.models import Product
from callcard.sales.product_services import archive_product, set_product
from callcard.sales.queries import PAGE_SIZE, find_products
from callcard.staff.requests import signed_in
from callcard.ui.writing import money


@require_GET
def product_list(request: HttpRequest) -> HttpResponse:
    words, archived = request.GET.get("q", "")[:100], request.GET.get("archived") == "1"
    found = Product.objects.filter(archived_at__isnull=not archived).prefetch_related("prices")
    for word in folded(words.replace("\x00", "")).split()[:6]:
        found = found.filter(search_name__contains=word)
    after = request.GET.get("after", "").replace("\x00", "")
    rows = list(found.filter(search_name__gt=after).order_by("search_name", "pk")[: PAGE_SIZE + 1])
    context = {
        "products": rows[:PAGE_SIZE],
        "q": words,
        "is_archived": archived,
        "next_after": rows[PAGE_SIZE - 1].search_name if len(rows) > PAGE_SIZE else "",
        "is_first_page": not after,
    }
    return render(request, "sales/products.html", context)


@require_GET
def product_find(request: HttpRequest) -> JsonResponse:
    """A few products for what is typed in a line, with their price in the order's currency if they have one."""
    words, currency = request.GET.get("q", "").replace("\x00", "")[:100], request.GET.get("currency", "")
    found = [_told(product, currency) for product in find_products(words)] if words.strip() else []
    return JsonResponse({"products": found})


def _told(product: Product, currency: str) -> dict[str, object]:
    prices = {price.currency: price.price for price in product.prices.all()}
    price = prices.get(currency)
    return {
        "id": product.pk,
        "name": product.name,
        "code": product.code,
        "unit": product.unit,
        "tax": typed(product.tax_percent) if product.tax_percent else "",
        "price": "" if price is None else typed(price),
        "shown": "" if price is None else money(price, currency),
    }


@require_http_methods(["GET", "POST"])
def product_new(request: HttpRequest) -> HttpResponse:
    return _product_page(request, None)


@require_http_methods(["GET", "POST"])
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _product_page(request, get_object_or_404(Product, pk=pk))


def _product_page(request: HttpRequest, product: Product | None) -> HttpResponse:
    form = ProductForm(request.POST if request.method == "POST" else None, product=product)
    if form.is_bound and form.is_valid():
        set_product(product=product, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("products")
    context = {"form": form, "product": product}
    return render(request, "sales/product.html", context, status=422 if form.errors else 200)


@require_POST
def product_archive(request: HttpRequest, pk: int) -> HttpResponse:
    is_archived = request.POST.get("archived") == "1"
    archive_product(product=get_object_or_404(Product, pk=pk), is_archived=is_archived, by=signed_in(request))
    return redirect("products")
