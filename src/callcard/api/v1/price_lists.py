"""/price-lists and /budgets: what calls cost, and how much they may."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, made, refuse_if_other
from callcard.api.v1.background import JobTold, job_told
from callcard.api.v1.described import IF_MATCH, ONCE
from callcard.api.v1.formed import refuse_unless_valid, typed
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Currency, Day, Flag, Given, Id, Money, Quantity, Reference, Text, Told, day, money
from callcard.calls.tariffs.budgets import count_budget
from callcard.calls.tariffs.forms import BudgetForm, PeriodForm, PriceListForm
from callcard.calls.tariffs.jobs import PREVIEW_PERIOD, begin_period, begin_preview
from callcard.calls.tariffs.models import Budget, Price, PriceList
from callcard.calls.tariffs.period_views import may_begin
from callcard.calls.tariffs.services import save_budget, save_price_list, set_removed, take_rows_back, write_rows
from callcard.calls.tariffs.sheet import read_sheet, write_sheet
from callcard.jobs.models import Job
from callcard.staff.company import company
from callcard.staff.requests import signed_in

lists = Router(tags=["costs"])
budgets = Router(tags=["costs"])
_MOST_BYTES = 5_000_000
_LIST = ("name", "direction", "line", "currency", "rounding", "decimals", "charges_unanswered")
Name = Annotated[Text, Field(min_length=1, max_length=100)]
Line = Annotated[Text, Field(max_length=255)]


class PriceListTold(Told):
    """`line`: "" for all lines. `rows`: how many."""

    id: int
    name: str
    direction: str
    line: str
    currency: str
    rounding: str
    decimals: int
    charges_unanswered: bool
    valid_from: str | None
    valid_until: str | None
    rows: int
    is_removed: bool


class PriceListsTold(Told):
    items: list[PriceListTold]


class PriceListChange(Given):
    """What is not sent stays as it is."""

    name: Name = "-"
    direction: Literal["outbound", "inbound"] = "outbound"
    line: Line = ""
    currency: Currency = "USD"
    rounding: Literal["up", "half-up"] = "up"
    decimals: Annotated[int, Field(strict=True, ge=0, le=4)] = 2
    charges_unanswered: Flag = False
    valid_from: Day | None = None
    valid_until: Day | None = None


class PriceListGiven(PriceListChange):
    name: Name


class PricesGiven(Given):
    """`rows`: CSV, the first line names the columns, as a GET tells them. They take the place of all."""

    rows: Annotated[str, Field(max_length=_MOST_BYTES)]


class PricesTold(Told):
    rows: str


class PeriodGiven(Given):
    """Both days belong to it."""

    since: Day
    until: Day


class BudgetTold(Told):
    """`amount`: a month. `spent`: in the month as it was counted last."""

    id: int
    name: str
    scope: str
    line: str
    user: int | None
    team: int | None
    amount: Money
    spent: Money
    is_removed: bool


class BudgetsTold(Told):
    items: list[BudgetTold]


class BudgetChange(Given):
    """Of the company, a line, a user or a team. What is not sent stays as it is."""

    name: Name = "-"
    scope: Literal["company", "line", "user", "team"] = "company"
    line: Line = ""
    user: Reference | None = None
    team: Reference | None = None
    amount: Quantity = Decimal(1)
    currency: Currency = "USD"


class BudgetGiven(BudgetChange):
    name: Name
    amount: Quantity


@lists.get("", response=PriceListsTold, url_name="api-price-lists")
def read_lists(request: HttpRequest) -> HttpResponse:
    rows = PriceList.objects.order_by("direction", "line", "-valid_from", "pk")
    return answered(request, {"items": [_list_told(row) for row in rows]})


@lists.post("", response={201: PriceListTold}, url_name="api-price-lists", openapi_extra=ONCE)
def add_list(request: HttpRequest, said: PriceListGiven) -> HttpResponse:
    user = signed_in(request)

    def do() -> HttpResponse:
        held = PriceList(currency=company().currency)
        save_price_list(price_list=_list_filled(held, said), by=user)
        return made(request, _list_told(_found(PriceList, held.pk)), f"{request.path}/{held.pk}")

    return once(request, do)


@lists.post("/rate", response={202: JobTold}, url_name="api-rate-period")
def rate_period(request: HttpRequest, said: PeriodGiven) -> HttpResponse:
    """Count what would change if the calls of these days cost what the price lists say now, as background work. Nothing
    is written yet."""
    form = PeriodForm(typed(said.model_dump()))
    refuse_unless_valid(form)
    job = begin_preview(**form.cleaned_data, user_id=signed_in(request).pk)
    return answered(request, job_told(job), status=202)


@lists.post("/rate/{id:pk}", response={202: JobTold}, url_name="api-rate-begin")
def rate(request: HttpRequest, pk: Id) -> HttpResponse:
    """Write what the work of this id has counted, once, unless the lists say something else by now."""
    user = signed_in(request)
    preview = Job.objects.of(user.pk).filter(pk=pk, kind=PREVIEW_PERIOD).first()
    if preview is None:
        raise Http404
    if not may_begin(preview):
        raise Problem(409, "It is not counted, changes nothing, was written, or the lists say something else by now.")
    return answered(request, job_told(begin_period(preview=preview, user_id=user.pk)), status=202)


@lists.get("/{id:pk}", response=PriceListTold, url_name="api-price-list")
def read_list(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, _list_told(_found(PriceList, pk)))


@lists.patch("/{id:pk}", response=PriceListTold, url_name="api-price-list", openapi_extra=IF_MATCH)
def change_list(request: HttpRequest, pk: Id, said: PriceListChange) -> HttpResponse:
    """It holds for calls from now on; earlier ones are rated anew by /price-lists/rate."""
    with transaction.atomic():
        held = _found(PriceList, pk, is_locked=True)
        refuse_if_other(request, _list_told(held))
        save_price_list(price_list=_list_filled(held, said), by=signed_in(request))
        return answered(request, _list_told(_found(PriceList, pk)))


@lists.post("/{id:pk}/remove", response=PriceListTold, url_name="api-price-list-remove")
def remove_list(request: HttpRequest, pk: Id) -> HttpResponse:
    """`restore` brings it back."""
    set_removed(record=_found(PriceList, pk, is_removed=False), is_removed=True, by=signed_in(request))
    return answered(request, _list_told(_found(PriceList, pk)))


@lists.post("/{id:pk}/restore", response=PriceListTold, url_name="api-price-list-restore")
def restore_list(request: HttpRequest, pk: Id) -> HttpResponse:
    set_removed(record=_found(PriceList, pk, is_removed=True), is_removed=False, by=signed_in(request))
    return answered(request, _list_told(_found(PriceList, pk)))


@lists.get("/{id:pk}/rows", response=PricesTold, url_name="api-price-rows")
def read_rows(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, {"rows": write_sheet(_rows(_found(PriceList, pk)).order_by("prefix", "pk"))})


@lists.post("/{id:pk}/rows", response=PriceListTold, url_name="api-price-rows")
def replace_rows(request: HttpRequest, pk: Id, said: PricesGiven) -> HttpResponse:
    """All at once; with a fault in any of them nothing is changed."""
    held = _found(PriceList, pk, is_removed=False)
    sheet = read_sheet(said.rows.replace("\x00", ""))
    if sheet.problems:
        raise Problem(422, errors=[(f"rows.{number}", words) for number, words in sheet.problems])
    write_rows(price_list=held, prices=sheet.prices, by=signed_in(request))
    return answered(request, _list_told(_found(PriceList, pk)))


@lists.post("/{id:pk}/rows/undo", response=PriceListTold, url_name="api-price-rows-undo")
def undo_rows(request: HttpRequest, pk: Id) -> HttpResponse:
    """The rows of before; done twice, those of now are there again."""
    if not take_rows_back(price_list=_found(PriceList, pk, is_removed=False), by=signed_in(request)):
        raise Problem(409, "There are no rows of before.")
    return answered(request, _list_told(_found(PriceList, pk)))


@budgets.get("", response=BudgetsTold, url_name="api-budgets")
def read_budgets(request: HttpRequest) -> HttpResponse:
    return answered(request, {"items": [_budget_told(row) for row in Budget.objects.order_by("name", "pk")]})


@budgets.post("", response={201: BudgetTold}, url_name="api-budgets", openapi_extra=ONCE)
def add_budget(request: HttpRequest, said: BudgetGiven) -> HttpResponse:
    user = signed_in(request)

    def do() -> HttpResponse:
        held = _budget_filled(Budget(currency=company().currency), said)
        save_budget(budget=held, by=user)
        count_budget(held)
        return made(request, _budget_told(_found(Budget, held.pk)), f"{request.path}/{held.pk}")

    return once(request, do)


@budgets.get("/{id:pk}", response=BudgetTold, url_name="api-budget")
def read_budget(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, _budget_told(_found(Budget, pk)))


@budgets.patch("/{id:pk}", response=BudgetTold, url_name="api-budget", openapi_extra=IF_MATCH)
def change_budget(request: HttpRequest, pk: Id, said: BudgetChange) -> HttpResponse:
    with transaction.atomic():
        held = _found(Budget, pk, is_locked=True)
        refuse_if_other(request, _budget_told(held))
        save_budget(budget=_budget_filled(held, said), by=signed_in(request))
        count_budget(held)
        return answered(request, _budget_told(_found(Budget, pk)))


@budgets.post("/{id:pk}/remove", response=BudgetTold, url_name="api-budget-remove")
def remove_budget(request: HttpRequest, pk: Id) -> HttpResponse:
    set_removed(record=_found(Budget, pk, is_removed=False), is_removed=True, by=signed_in(request))
    return answered(request, _budget_told(_found(Budget, pk)))


@budgets.post("/{id:pk}/restore", response=BudgetTold, url_name="api-budget-restore")
def restore_budget(request: HttpRequest, pk: Id) -> HttpResponse:
    set_removed(record=_found(Budget, pk, is_removed=True), is_removed=False, by=signed_in(request))
    return answered(request, _budget_told(_found(Budget, pk)))


def _found(model: Any, pk: int, *, is_removed: bool | None = None, is_locked: bool = False) -> Any:
    rows = model.objects.select_for_update() if is_locked else model.objects.all()
    if is_removed is not None:
        rows = rows.filter(removed_at__isnull=not is_removed)
    row = rows.filter(pk=pk).first()
    if row is None and is_removed and model.objects.filter(pk=pk).exists():
        raise Problem(409, "It is not removed.")
    if row is None:
        raise Http404
    return row


def _rows(held: PriceList) -> Any:
    return Price.objects.filter(price_list=held, edition=held.edition)


def _list_filled(held: PriceList, said: PriceListChange) -> PriceList:
    """Raises Problem."""
    now = {name: getattr(held, name) for name in PriceListChange.model_fields}
    form = PriceListForm(typed({**now, **said.model_dump(exclude_unset=True)}), price_list=held)
    refuse_unless_valid(form)
    return form.filled()


def _budget_filled(held: Budget, said: BudgetChange) -> Budget:
    """Raises Problem."""
    now = {name: getattr(held, name) for name in ("name", "scope", "line", "amount", "currency")}
    now |= {"user": held.user_id, "team": held.team_id}
    form = BudgetForm(typed({**now, **said.model_dump(exclude_unset=True)}), budget=held)
    refuse_unless_valid(form)
    return form.filled()


def _list_told(one: PriceList) -> dict[str, Any]:
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in _LIST},
        **{name: day(getattr(one, name)) for name in ("valid_from", "valid_until")},
        "rows": _rows(one).count(),
        "is_removed": one.removed_at is not None,
    }


def _budget_told(one: Budget) -> dict[str, Any]:
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in ("name", "scope", "line")},
        "user": one.user_id,
        "team": one.team_id,
        "amount": money(one.amount, one.currency),
        "spent": money(one.spent, one.currency),
        "is_removed": one.removed_at is not None,
    }
