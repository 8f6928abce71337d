"""/own-fields/…: the fields that the company adds to customers, as Settings, Own fields changes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from callcard.api.v1.answers import answered, done, made, refuse_if_other
from callcard.api.v1.described import IF_MATCH, ONCE
from callcard.api.v1.formed import refuse_unless_valid, typed
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Flag, Given, Id, Text, Told
from callcard.customers.models import OwnField
from callcard.customers.own_field_forms import OwnFieldForm
from callcard.customers.own_field_services import (
    archive_own_field,
    order_own_fields,
    restore_own_field,
    save_own_field,
)
from callcard.customers.own_fields import fields_seen_by, typed_again
from callcard.staff.requests import signed_in

router = Router(tags=["company"])
Kind = Literal["text", "number", "money", "date", "yesno", "choice", "choices", "link"]
Line100 = Annotated[Text, Field(max_length=100)]


class Choice(Told):
    value: str
    name: str


class OwnFieldTold(Told):
    """`kind`: text, number (a text of digits), money ({"amount", "currency"}), date, yesno, choice, choices, link."""

    id: int
    key: str
    name: str
    kind: str
    is_required: bool
    choices: list[Choice]


class OwnFields(Told):
    items: list[OwnFieldTold]


class DefinitionTold(Told):
    """`default`: as somebody would type it. `roles`: who sees it; none: everybody."""

    id: int
    key: str
    name: str
    kind: str
    choices: list[Choice]
    default: str
    is_required: bool
    on_card: bool
    on_list: bool
    on_popup: bool
    roles: list[str]
    is_archived: bool


class ChoiceGiven(Given):
    """`value`: of a choice that is there already; it keeps what customers have when it gets another name."""

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    value: Line100 = ""


class DefinitionChange(Given):
    """What is not sent stays as it is; choices and roles are sent all together."""

    name: Annotated[Text, Field(min_length=1, max_length=100)] = "-"
    choices: Annotated[list[ChoiceGiven], Field(max_length=200)] = []
    default: Annotated[Text, Field(max_length=500)] = ""
    is_required: Flag = False
    on_card: Flag = True
    on_list: Flag = False
    on_popup: Flag = False
    roles: Annotated[list[Line100], Field(max_length=100)] = []


class DefinitionGiven(DefinitionChange):
    """Its kind cannot be changed later."""

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    kind: Kind


class FieldsOrder(Given):
    """Keys; fields that are not named follow those that are."""

    keys: Annotated[list[Line100], Field(max_length=500)]


@router.get("", response=OwnFields, url_name="api-own-fields")
def own_fields(request: HttpRequest) -> HttpResponse:
    """The fields that the company added to customers, as far as this user sees them."""
    rows = [
        {
            "id": field.pk,
            "key": field.key,
            "name": field.name,
            "kind": field.kind,
            "is_required": field.is_required,
            "choices": [{"value": str(one["value"]), "name": str(one["name"])} for one in field.options],
        }
        for field in fields_seen_by(signed_in(request))
    ]
    return answered(request, {"items": rows})


@router.post("", response={201: DefinitionTold}, url_name="api-own-fields", openapi_extra=ONCE)
def add_field(request: HttpRequest, said: DefinitionGiven) -> HttpResponse:
    user = signed_in(request)

    def do() -> HttpResponse:
        field = save_own_field(OwnField(), values=_values(None, said), by=user)
        return made(request, _told(field), f"{request.path}/{field.pk}")

    return once(request, do)


@router.post("/order", response={204: None}, url_name="api-own-fields-order")
def order(request: HttpRequest, said: FieldsOrder) -> HttpResponse:
    """In which they are shown."""
    order_own_fields(keys=said.keys)
    return done()


@router.get("/{id:pk}", response=DefinitionTold, url_name="api-own-field")
def read_field(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, _told(_field(pk)))


@router.patch("/{id:pk}", response=DefinitionTold, url_name="api-own-field", openapi_extra=IF_MATCH)
def change_field(request: HttpRequest, pk: Id, said: DefinitionChange) -> HttpResponse:
    """What customers have in it stays."""
    with transaction.atomic():
        field = _field(pk, is_locked=True)
        refuse_if_other(request, _told(field))
        save_own_field(field, values=_values(field, said), by=signed_in(request))
        return answered(request, _told(_field(pk)))


@router.post("/{id:pk}/archive", response=DefinitionTold, url_name="api-own-field-archive")
def archive(request: HttpRequest, pk: Id) -> HttpResponse:
    """No window shows it any more; what customers have in it stays."""
    archive_own_field(_field(pk), by=signed_in(request))
    return answered(request, _told(_field(pk)))


@router.post("/{id:pk}/restore", response=DefinitionTold, url_name="api-own-field-restore")
def restore(request: HttpRequest, pk: Id) -> HttpResponse:
    restore_own_field(_field(pk), by=signed_in(request))
    return answered(request, _told(_field(pk)))


def _field(pk: int, *, is_locked: bool = False) -> OwnField:
    rows = OwnField.objects.select_for_update() if is_locked else OwnField.objects.all()
    field = rows.filter(pk=pk).first()
    if field is None:
        raise Http404
    return field


def _values(field: OwnField | None, said: DefinitionChange) -> dict[str, Any]:
    """All columns as they are wanted. Raises Problem."""
    given = said.model_dump(exclude_unset=True)
    plain = {"on_card": True, **_held(field), **given}
    choices = plain.pop("choices", [])
    names = {"option_name": [one["name"] for one in choices], "option_value": [one.get("value", "") for one in choices]}
    form = OwnFieldForm(typed({**plain, **names}), field=field)
    refuse_unless_valid(form)
    return form.cleaned_data


def _held(field: OwnField | None) -> dict[str, Any]:
    if field is None:
        return {}
    names = ("name", "is_required", "on_card", "on_list", "on_popup", "roles")
    held = {name: getattr(field, name) for name in names}
    return {**held, "choices": list(field.options), "default": typed_again(field, field.default)}


def _told(field: OwnField) -> dict[str, Any]:
    names = ("key", "name", "kind", "is_required", "on_card", "on_list", "on_popup")
    return {
        "id": field.pk,
        **{name: getattr(field, name) for name in names},
        "choices": [{"value": str(one["value"]), "name": str(one["name"])} for one in field.options],
        "default": typed_again(field, field.default),
        "roles": list(field.roles),
        "is_archived": field.archived_at is not None,
    }
