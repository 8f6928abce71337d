"""Windows of price lists, for those in charge: the lists, their rows, what a call would cost, costs anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.calls.tariffs.forms import PeriodForm, PriceListForm, RowsForm, TryForm
from callcard.calls.tariffs.jobs import PREVIEW_PERIOD, RATE_PERIOD, begin_preview
from callcard.calls.tariffs.models import Price, PriceList
from callcard.calls.tariffs.queries import tariff
from callcard.calls.tariffs.services import save_price_list, set_removed, take_rows_back, write_rows
from callcard.calls.tariffs.sheet import read_sheet, write_sheet
from callcard.calls.tariffs.sheet_doubts import unlikely_prefixes
from callcard.jobs.models import Job
from callcard.staff.company import company, company_zone
from callcard.staff.requests import signed_in

_MOST_NAMED = 5  # prefixes
_MOST_SHOWN = 3000  # rows in the field; longer lists come and go as files


@require_GET
def tariffs(request: HttpRequest) -> HttpResponse:
    """With `number` in the question: what that call would cost."""
    form = TryForm(request.GET) if "number" in request.GET else TryForm()
    context = _overview(request) | {"try_form": form}
    if form.is_bound and form.is_valid():
        context |= _tried(form)
    return render(request, "calls/tariffs/tariffs.html", context)


def _overview(request: HttpRequest) -> dict[str, Any]:
    current = Count("prices", filter=Q(prices__edition=F("edition")))
    lists = PriceList.objects.annotate(number=current).order_by("direction", "line", "-valid_from", "pk")
    today = timezone.now().astimezone(company_zone()).date()
    jobs = Job.objects.of(signed_in(request).pk).filter(kind__in=[PREVIEW_PERIOD, RATE_PERIOD]).order_by("-pk")
    return {
        "lists": [one for one in lists if one.removed_at is None],
        "removed": [one for one in lists if one.removed_at is not None],
        "period_form": PeriodForm(initial={"since": today.replace(day=1), "until": today}, auto_id="rate-period-%s"),
        "job": jobs.first(),
    }


def _tried(form: TryForm) -> dict[str, Any]:
    asked = form.asked()
    charge = tariff().charge(asked)
    price = Price.objects.select_related("price_list").get(pk=charge.row_id) if charge else None
    return {"is_tried": True, "charge": charge, "price": price, "asked": asked}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, PriceList(currency=company().currency))


@require_http_methods(["GET", "POST"])
def price_list(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(PriceList, pk=pk, removed_at=None))


def _edit(request: HttpRequest, held: PriceList) -> HttpResponse:
    form = PriceListForm(request.POST if request.method == "POST" else None, price_list=held)
    if form.is_bound and form.is_valid():
        is_new = held.pk is None
        save_price_list(price_list=form.filled(), by=signed_in(request))
        messages.success(request, _("Saved. Now its rows.") if is_new else _("Saved. It holds for calls from now on."))
        return redirect("price-list", pk=held.pk)
    return _page(request, held, form=form, status=422 if form.is_bound else 200)


def _page(
    request: HttpRequest,
    held: PriceList,
    *,
    form: PriceListForm | None = None,
    rows_form: RowsForm | None = None,
    problems: list[tuple[int, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    prices = Price.objects.filter(price_list=held.pk, edition=held.edition).order_by("prefix", "pk")
    number = prices.count()
    is_long = number > _MOST_SHOWN
    context = {
        "price_list": held,
        "form": form or PriceListForm(price_list=held),
        "rows_form": rows_form or _rows_form(held, "" if is_long else write_sheet(prices)),
        "problems": problems,
        "number": number,
        "is_long": is_long,
    }
    return render(request, "calls/tariffs/price_list.html", context, status=status)


def _rows_form(held: PriceList, text: str) -> RowsForm:
    return RowsForm(initial={"rows": text}, auto_id=f"price-rows-{held.pk}-%s")


@require_POST
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """All rows at once; with a fault in any of them nothing is changed."""
    held = get_object_or_404(PriceList, pk=pk, removed_at=None)
    form = RowsForm(request.POST, request.FILES, auto_id=f"price-rows-{pk}-%s")
    if not form.is_valid():
        return _page(request, held, rows_form=form, status=422)
    sheet = read_sheet(form.cleaned_data["text"])
    if sheet.problems:
        return _page(request, held, rows_form=form, problems=sheet.problems, status=422)
    write_rows(price_list=held, prices=sheet.prices, by=signed_in(request))
    number = len(sheet.prices)
    messages.success(
        request, ngettext("%(number)d row is saved.", "%(number)d rows are saved.", number) % {"number": number}
    )
    if unlikely := unlikely_prefixes(sheet.prices):
        messages.warning(request, _unlikely_words(unlikely))
    return redirect("price-list", pk=pk)


def _unlikely_words(prefixes: list[str]) -> str:
    words = _(
        "Without + and the country's code a prefix fits short numbers only, such as 1800. No other number begins so: "
        "%(prefixes)s. Write +856… or 00856…"
    )
    named = ", ".join(prefixes[:_MOST_NAMED])
    return words % {"prefixes": f"{named}, …" if len(prefixes) > _MOST_NAMED else named}


@require_POST
def undo_rows(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PriceList, pk=pk, removed_at=None)
    if take_rows_back(price_list=held, by=signed_in(request)):
        messages.success(request, _("The rows of before are back."))
    return redirect("price-list", pk=pk)


@require_GET
def rows_file(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PriceList, pk=pk, removed_at=None)
    prices = Price.objects.filter(price_list=held, edition=held.edition).order_by("prefix", "pk")
    response = HttpResponse("\ufeff" + write_sheet(prices), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="prices-{held.pk}.csv"'
    return response


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PriceList, pk=pk, removed_at=None)
    set_removed(record=held, is_removed=True, by=signed_in(request))
    messages.success(request, _("The price list is removed. It can be brought back below."))
    return redirect("tariffs")


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PriceList, pk=pk, removed_at__isnull=False)
    set_removed(record=held, is_removed=False, by=signed_in(request))
    return redirect("price-list", pk=pk)


@require_POST
def rate_period(request: HttpRequest) -> HttpResponse:
    """Counts what would change; `period_views.rate_preview` shows it and asks."""
    form = PeriodForm(request.POST, auto_id="rate-period-%s")
    if not form.is_valid():
        context = _overview(request) | {"try_form": TryForm(), "period_form": form}
        return render(request, "calls/tariffs/tariffs.html", context, status=422)
    job = begin_preview(**form.cleaned_data, user_id=signed_in(request).pk)
    return redirect("rate-preview", pk=job.pk)
