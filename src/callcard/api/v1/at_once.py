"""One thing done to many orders, calls or products, and one task for many customers, as the lists do it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered
from callcard.api.v1.described import ONCE
from callcard.api.v1.repeating import once, once_in_steps
from callcard.api.v1.tasks import TaskGiven, columns_of_task
from callcard.api.v1.types import Flag, Given, Reference, Text, Told
from callcard.calls.models import Call, CallTag
from callcard.calls.tagging import tag_many
from callcard.customers.selection import MOST_CHOSEN
from callcard.sales.bulk import change_many, undo_many
from callcard.sales.models import Product
from callcard.sales.product_services import archive_product
from callcard.staff.models import Change
from callcard.staff.requests import signed_in
from callcard.tasks.many import add_tasks, undo_tasks

orders = Router(tags=["sales"])
products = Router(tags=["sales"])
calls = Router(tags=["calls"])
tasks = Router(tags=["tasks"])
_Many = Annotated[list[Reference], Field(min_length=1, max_length=MOST_CHOSEN)]


class OrdersGiven(Given):
    """`value`: the id of a state or of a colleague; null for nobody. Orders that the user may not see, and cancelled
    ones, are passed over."""

    orders: _Many
    action: Literal["state", "responsible"]
    value: Reference | None


class BatchTold(Told):
    """`batch`: for taking it back. `changed`: how many."""

    batch: str
    changed: int


class OrdersBatch(Given):
    batch: Annotated[Text, Field(pattern="^bulk:[0-9a-f]{12}$")]


class TakenBack(Told):
    undone: int


class CallsGiven(Given):
    """`tag`: an id; the one action undoes the other. Calls that the user may not see are passed over."""

    calls: _Many
    action: Literal["add_tag", "remove_tag"]
    tag: Reference


class ProductsGiven(Given):
    """The one action undoes the other."""

    products: _Many
    action: Literal["archive", "restore"]


class ChangedTold(Told):
    changed: int


class TasksGiven(TaskGiven):
    """`to_responsible`: where a customer has a responsible, they do it. Customers whom the user may not see are passed
    over; `customer` is not said."""

    customer: None = None
    customers: _Many
    to_responsible: Flag = False


class TasksBatch(Given):
    batch: Annotated[Text, Field(pattern="^tasks:[0-9a-z]{1,30}$")]


@orders.post("/change", response=BatchTold, url_name="api-orders-change", openapi_extra=ONCE)
def change_orders(request: HttpRequest, said: OrdersGiven) -> HttpResponse:
    """Another state or responsible for many orders, with one undo."""
    user = signed_in(request)

    def do() -> HttpResponse:
        value = "" if said.value is None else str(said.value)
        try:
            batch, changed = change_many(order_ids=said.orders, action=said.action, value=value, by=user)
        except ValidationError:
            raise Problem(422, errors=[("value", "This is not among the choices.")]) from None
        return answered(request, {"batch": batch, "changed": changed})

    return once_in_steps(request, do)


@orders.post("/change/undo", response=TakenBack, url_name="api-orders-change-undo")
def undo_orders(request: HttpRequest, said: OrdersBatch) -> HttpResponse:
    """What the token's user did to many orders at once, where nobody has changed them since."""
    return answered(request, {"undone": undo_many(batch=said.batch, by=signed_in(request))})


@calls.post("/change", response=ChangedTold, url_name="api-calls-change", openapi_extra=ONCE)
def change_calls(request: HttpRequest, said: CallsGiven) -> HttpResponse:
    """A tag for many calls, or away with it."""
    user, is_wanted = signed_in(request), said.action == "add_tag"
    tags = CallTag.objects.filter(archived_at=None) if is_wanted else CallTag.objects.all()
    tag = tags.filter(pk=said.tag).first()
    if tag is None:
        raise Problem(422, errors=[("tag", "There is no such tag.")])
    rows = Call.objects.visible_to(user).filter(pk__in=said.calls)

    def do() -> HttpResponse:
        return answered(request, {"changed": tag_many(calls=rows, tag=tag, is_wanted=is_wanted)})

    return once(request, do)


@products.post("/change", response=ChangedTold, url_name="api-products-change", openapi_extra=ONCE)
def change_products(request: HttpRequest, said: ProductsGiven) -> HttpResponse:
    """Many products off sale, or on sale again."""
    user, is_archived = signed_in(request), said.action == "archive"

    def do() -> HttpResponse:
        rows = Product.objects.filter(pk__in=said.products, archived_at__isnull=is_archived).order_by("pk")
        done = [archive_product(product=one, is_archived=is_archived, by=user) for one in rows]
        return answered(request, {"changed": len(done)})

    return once_in_steps(request, do)


@tasks.post("/many", response={201: BatchTold}, url_name="api-tasks-many", openapi_extra=ONCE)
def add_many(request: HttpRequest, said: TasksGiven) -> HttpResponse:
    """The same task for each of these customers, with one undo."""
    user = signed_in(request)
    given = said.model_dump(exclude_unset=True, exclude={"customers", "to_responsible", "customer"})
    values: dict[str, Any] = {"assignee": user, **columns_of_task(given, user)}

    def do() -> HttpResponse:
        batch, made = add_tasks(customer_ids=said.customers, values=values, to_responsible=said.to_responsible, by=user)
        return answered(request, {"batch": batch, "changed": made}, status=201)

    return once_in_steps(request, do)


@tasks.post("/many/undo", response=TakenBack, url_name="api-tasks-many-undo")
def undo_many_tasks(request: HttpRequest, said: TasksBatch) -> HttpResponse:
    """Away with the tasks that the token's user made so, where nobody has touched them since."""
    user = signed_in(request)
    made = Change.objects.filter(batch=said.batch, about="task", by=user, action=Change.Action.CREATED)
    if made[: MOST_CHOSEN + 1].count() > MOST_CHOSEN:
        raise Problem(409, "These are too many for one request. Take them back in the window where they were made.")
    return answered(request, {"undone": undo_tasks(batch=said.batch, by=user)})
