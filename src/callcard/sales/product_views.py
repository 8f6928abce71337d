"""The windows of products."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.kit.ids import ids_in
from callcard.sales.forms import ProductForm, typed
from callcard.sales.models import Product
from callcard.sales.product_lists import columns_for, found_products, group_counts
from callcard.sales.product_services import archive_product, set_product
from callcard.sales.queries import find_products
from callcard.staff.requests import signed_in
from callcard.ui.lists import counted, keyset_page, read_asked
from callcard.ui.record_lists import RecordList, default_view_address, group_links, list_context, question_of
from callcard.ui.writing import money

PRODUCTS = RecordList("products", columns_for, sort="name")
_AT_ONCE = 500


@require_GET
def product_list(request: HttpRequest) -> HttpResponse:
    address = default_view_address(request, PRODUCTS)
    if address:
        return redirect(address)
    columns = columns_for(signed_in(request))
    asked = read_asked(request.GET, columns, sort=PRODUCTS.sort)
    found = found_products(asked)
    number, is_exact = counted(found)
    sort = next(column.sort for column in columns if column.key == asked.sort)
    if not is_exact:  # more than can be ordered by anything
        sort, asked = "search_name", replace(asked, sort="name", after="", before="")
    page = keyset_page(found.prefetch_related("prices"), asked, sort=sort)
    group = next((column for column in columns if column.key == asked.group), None)
    context = {
        **list_context(
            request, PRODUCTS, asked, columns, can_sort=lambda column: is_exact or column.sort == "search_name"
        ),
        "number": number,
        "is_exact": is_exact,
        "page": page,
        "rows": page.rows,
        "groups": group_links(request.GET, asked, group, list(group_counts(asked, group))) if group else [],
    }
    return render(request, "sales/products.html", context)


@require_POST
def products_change(request: HttpRequest) -> HttpResponse:
    """Take the products that were selected off sale, or put them on sale again."""
    user, change = signed_in(request), request.POST.get("change", "")
    if change not in ("archive", "restore"):
        messages.error(request, _("Choose what to change."))
        return redirect(PRODUCTS.back_to(request))
    chosen = ids_in(request.POST.getlist("product")[:_AT_ONCE])
    to_change = Product.objects.filter(pk__in=chosen, archived_at__isnull=change == "archive").order_by("pk")
    done = [archive_product(product=one, is_archived=change == "archive", by=user).pk for one in to_change]
    words = ngettext("%(number)d product was changed.", "%(number)d products were changed.", len(done))
    context = {
        "words": words % {"number": len(done)},
        "back_to": "restore" if change == "archive" else "archive",
        "ids": done,
        "question": question_of(request.POST),
        "address": PRODUCTS.back_to(request),
    }
    return render(request, "sales/products_changed.html", context)


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
