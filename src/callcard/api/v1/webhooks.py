"""/webhooks: where events go, as Settings, Webhooks sets it up."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, done, made, refuse_if_other
from callcard.api.v1.described import IF_MATCH, ONCE
from callcard.api.v1.formed import refuse_unless_valid, typed
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Flag, Given, Id, Named, Reference, Text, Told, moment, named
from callcard.api.webhooks import queries, services
from callcard.api.webhooks.forms import EndpointForm
from callcard.api.webhooks.models import Delivery, Endpoint
from callcard.staff.requests import signed_in

router = Router(tags=["webhooks"])
State = Literal["waiting", "delivered", "dead", "withheld"]
Line60 = Annotated[Text, Field(min_length=1, max_length=60)]
Address = Annotated[Text, Field(min_length=1, max_length=500)]
Events = Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=50)]


class WebhookTold(Told):
    """`owner`: whose records it is told of. `why_off`: person, gone (410) or failing (nothing arrived for days)."""

    id: int
    name: str
    address: str
    events: list[str]
    owner: Named
    is_on: bool
    why_off: str


class WebhooksTold(Told):
    items: list[WebhookTold]


class SecretTold(WebhookTold):
    """`secret`: told this once; messages are signed with it (Standard Webhooks)."""

    secret: str


class WebhookChange(Given):
    """What is not sent stays as it is. With another address its owner becomes who says so."""

    name: Line60 = "-"
    address: Address = "-"
    events: Events = ["call.ended"]


class WebhookGiven(WebhookChange):
    name: Line60
    address: Address
    events: Events


class SwitchGiven(Given):
    on: Flag


class DeliveryTold(Told):
    """`status`: of the answer to the last try. `problem`: what went wrong then."""

    id: int
    message: str
    event: str
    state: State
    tries: int
    status: int | None
    problem: str
    made_at: str
    tried_at: str | None


class DeliveriesTold(Told):
    """`next`: the `after` of the page that follows, null after the last one."""

    items: list[DeliveryTold]
    next: int | None


class DeliveriesQuery(Given):
    state: State | None = None
    after: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")] | None = None


class ResendGiven(Given):
    """One delivery, or else all that were not delivered."""

    delivery: Reference | None = None


class ResentTold(Told):
    resent: int


@router.get("", response=WebhooksTold, url_name="api-webhooks")
def list_webhooks(request: HttpRequest) -> HttpResponse:
    return answered(request, {"items": [_told(row) for row in queries.endpoints()]})


@router.post("", response={201: SecretTold}, url_name="api-webhooks", openapi_extra=ONCE)
def add_webhook(request: HttpRequest, said: WebhookGiven) -> HttpResponse:
    """On at once, and told of what the token's user may see."""

    def do() -> HttpResponse:
        form = EndpointForm(typed(said.model_dump()))
        refuse_unless_valid(form)
        row = services.make_endpoint(by=signed_in(request), **form.cleaned_data)
        return made(request, {**_told(row), "secret": row.secret}, f"{request.path}/{row.pk}")

    return once(request, do)


@router.get("/{id:pk}", response=WebhookTold, url_name="api-webhook")
def read_webhook(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, _told(_endpoint(pk)))


@router.patch("/{id:pk}", response=WebhookTold, url_name="api-webhook", openapi_extra=IF_MATCH)
def change_webhook(request: HttpRequest, pk: Id, said: WebhookChange) -> HttpResponse:
    with transaction.atomic():
        row = _endpoint(pk)
        refuse_if_other(request, _told(row))
        held = {name: getattr(row, name) for name in ("name", "address", "events")}
        form = EndpointForm(typed({**held, **said.model_dump(exclude_unset=True)}), endpoint=row)
        refuse_unless_valid(form)
        services.change_endpoint(endpoint=row, by=signed_in(request), **form.cleaned_data)
        return answered(request, _told(_endpoint(pk)))


@router.delete("/{id:pk}", response={204: None}, url_name="api-webhook")
def remove_webhook(request: HttpRequest, pk: Id) -> HttpResponse:
    services.remove_endpoint(endpoint=_endpoint(pk), by=signed_in(request))
    return done()


@router.post("/{id:pk}/secret", response=SecretTold, url_name="api-webhook-secret")
def renew_secret(request: HttpRequest, pk: Id) -> HttpResponse:
    """For a day messages are signed with both."""
    row = _endpoint(pk)
    services.renew_secret(endpoint=row, by=signed_in(request))
    return answered(request, {**_told(row), "secret": row.secret})


@router.post("/{id:pk}/switch", response=WebhookTold, url_name="api-webhook-switch")
def switch(request: HttpRequest, pk: Id, said: SwitchGiven) -> HttpResponse:
    """What happens while it is off is not told."""
    services.switch_endpoint(endpoint=_endpoint(pk), on=said.on, by=signed_in(request))
    return answered(request, _told(_endpoint(pk)))


@router.post("/{id:pk}/test", response={201: DeliveryTold}, url_name="api-webhook-test")
def send_test(request: HttpRequest, pk: Id) -> HttpResponse:
    """A test event; what became of it is among the deliveries."""
    row = _endpoint(pk)
    if not row.is_on:
        raise Problem(409, "Switch it on first: while it is off, nothing is sent there.")
    return answered(request, _delivery(services.send_test(endpoint=row)), status=201)


@router.get("/{id:pk}/deliveries", response=DeliveriesTold, url_name="api-webhook-deliveries")
def list_deliveries(request: HttpRequest, pk: Id, asked: Query[DeliveriesQuery]) -> HttpResponse:
    """The newest first; without what they carry."""
    rows, following = queries.page_of(_endpoint(pk), state=asked.state or "", after=asked.after or "")
    return answered(request, {"items": [_delivery(row.delivery) for row in rows], "next": following})


@router.post("/{id:pk}/resend", response=ResentTold, url_name="api-webhook-resend")
def resend(request: HttpRequest, pk: Id, said: ResendGiven | None = None) -> HttpResponse:
    """Under the same ids."""
    rows = _endpoint(pk).deliveries
    one = said.delivery if said else None
    wanted = rows.filter(pk=one) if one else rows.filter(state=Delivery.State.DEAD)
    return answered(request, {"resent": services.resend(deliveries=wanted)})


def _endpoint(pk: int) -> Endpoint:
    row = Endpoint.objects.select_related("owner").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _told(row: Endpoint) -> dict[str, Any]:
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in ("name", "address", "events", "is_on")},
        "owner": named(row.owner_id, row.owner.shown_name),
        "why_off": row.off,
    }


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.pk,
        "message": one.message_id,
        **{name: getattr(one, name) for name in ("event", "state", "tries", "status", "problem")},
        **{name: moment(getattr(one, name)) for name in ("made_at", "tried_at")},
    }
