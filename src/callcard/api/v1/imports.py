"""/imports: files of customers, from the upload to the undo, step by step as in the window; and /exports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router, UploadedFile
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, done, made
from callcard.api.v1.described import ONCE
from callcard.api.v1.formed import refuse_unless_valid, typed
from callcard.api.v1.repeating import once_in_steps
from callcard.api.v1.types import Flag, Given, Id, Named, Reference, Told, moment, named
from callcard.customers.own_fields import fields_seen_by
from callcard.customers.transfer import fields, services, views
from callcard.customers.transfer.choices import BOTH, FILL, MATCHES, OVERWRITE, SKIP, Choices
from callcard.customers.transfer.forms import ChoicesForm, ReadingForm
from callcard.customers.transfer.models import Import
from callcard.customers.transfer.refused import FileRefused
from callcard.staff.requests import signed_in

router = Router(tags=["imports"])
_LISTED = 50
_ROWS = 500
_ANSWERS = (SKIP, FILL, OVERWRITE, BOTH)
Line60 = Annotated[str, Field(max_length=60)]


class ImportTold(Told):
    """`state`: reading, unreadable, ready (say what the columns are), checking, checked (apply it), applying, done,
    undoing or undone. `mapping`: the field of each column, "" leaves it out. `counts`: of the check; `done_counts`: of
    what is written; `undo_counts`: of what was taken back. `job`: its background work, at /jobs."""

    id: int
    name: str
    kind: str
    state: str
    user: Named
    reading: dict[str, Any]
    headers: list[str]
    mapping: list[str]
    choices: dict[str, Any]
    rows_total: int
    rows_done: int
    counts: dict[str, int]
    done_counts: dict[str, int]
    undo_counts: dict[str, int]
    problem: str
    job: int | None
    created_at: str
    applied_at: str | None
    undone_at: str | None


class ImportsTold(Told):
    items: list[ImportTold]


class FieldTold(Told):
    key: str
    name: str


class FieldsTold(Told):
    items: list[FieldTold]


class ReadingGiven(Given):
    """How the file is read, as far as its kind knows it. What is not sent stays as it is."""

    has_header: Flag = True
    encoding: Annotated[str, Field(max_length=40)] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    sheet: Annotated[int, Field(strict=True, ge=0, le=1000)] = 0


class CheckGiven(Given):
    """`mapping`: a field of /imports/fields for each column, "" for none. `duplicates`: what becomes of a customer who
    is here already: skip, fill (what is empty), overwrite or both. `match`: by what they are the same. The rest is for
    rows that say nothing of it. `add_entries`: categories and the like that our lists do not have yet."""

    mapping: Annotated[list[Line60], Field(min_length=1, max_length=1000)]
    region: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    duplicates: Literal["skip", "fill", "overwrite", "both"] = "skip"
    match: Annotated[list[Literal["phone", "email", "name"]], Field(max_length=3)] = [*MATCHES]  # type: ignore[list-item]
    responsible: Reference | None = None
    category: Reference | None = None
    stage: Reference | None = None
    source: Reference | None = None
    tags: Annotated[list[Reference], Field(max_length=100)] = []
    add_entries: Flag = False


class RowTold(Told):
    """`outcome`: bad (not taken), skipped (known already) or kept (not taken back)."""

    number: int
    outcome: str
    reason: str
    cells: list[str]
    customer: int | None


class RowsTold(Told):
    """`next`: the `after` of the page that follows, null after the last one."""

    items: list[RowTold]
    next: int | None


class RowsQuery(Given):
    after: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None


class PreviewTold(Told):
    """The first rows as they would be read."""

    items: list[dict[str, Any]]


@router.get("", response=ImportsTold, url_name="api-imports")
def list_imports(request: HttpRequest) -> HttpResponse:
    """One's own, the newest first; whoever may see all imports is told all."""
    rows = views.seen_imports(signed_in(request)).order_by("-pk")[:_LISTED]
    return answered(request, {"items": [_told(row) for row in rows]})


@router.post("", response={201: ImportTold}, url_name="api-imports", openapi_extra=ONCE)
def upload(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """A CSV, XLSX or vCard file, as a form sends it (`multipart/form-data`). It is read as background work."""

    def do() -> HttpResponse:
        try:
            row = services.begin_import(upload=file, by=signed_in(request))
        except FileRefused as refused:
            raise Problem(422, errors=[("file", str(refused))]) from None
        return made(request, _told(row), f"{request.path}/{row.pk}")

    return once_in_steps(request, do)


@router.get("/fields", response=FieldsTold, url_name="api-import-fields")
def list_fields(request: HttpRequest) -> HttpResponse:
    """What a column can be."""
    names = fields.field_names(fields_seen_by(signed_in(request)))
    return answered(request, {"items": [{"key": key, "name": str(name)} for key, name in names.items()]})


@router.get("/{id:pk}", response=ImportTold, url_name="api-import")
def read_import(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, _told(services.settle(views.own_import(request, pk))))


@router.delete("/{id:pk}", response={204: None}, url_name="api-import")
def drop(request: HttpRequest, pk: Id) -> HttpResponse:
    """One that was never written."""
    _go(services.drop_import, views.own_import(request, pk))
    return done()


@router.post("/{id:pk}/reading", response=ImportTold, url_name="api-import-reading")
def change_reading(request: HttpRequest, pk: Id, said: ReadingGiven) -> HttpResponse:
    """Another encoding, delimiter or sheet: the file is read again."""
    row = views.own_import(request, pk)
    held = {name: row.reading.get(name) for name in ReadingGiven.model_fields}
    form = ReadingForm(typed({**held, **said.model_dump(exclude_unset=True)}), imported=row)
    refuse_unless_valid(form)
    _go(services.read_again, row, reading=form.reading())
    return _answer(request, pk)


@router.get("/{id:pk}/preview", response=PreviewTold, url_name="api-import-preview")
def preview(request: HttpRequest, pk: Id) -> HttpResponse:
    """By the mapping that was checked last, else by the one that was guessed."""
    row = services.settle(views.own_import(request, pk))
    if row.state not in (Import.State.READY, Import.State.CHECKED):
        raise Problem(409, "There is nothing to look at in this state.")
    return answered(request, {"items": views.preview_of(row)})


@router.post("/{id:pk}/check", response=ImportTold, url_name="api-import-check")
def check(request: HttpRequest, pk: Id, said: CheckGiven) -> HttpResponse:
    """Have all rows looked at, as background work. Nothing is written yet."""
    row = services.settle(views.own_import(request, pk))
    names = fields.field_names(fields_seen_by(row.user))
    mapping = _mapping(said, row, names)
    kept = Choices.of(row.choices).kept()
    given = said.model_dump(exclude_unset=True, exclude={"mapping"})
    form = ChoicesForm(typed({**kept, **given}), imported=row, user=row.user)
    refuse_unless_valid(form)
    _go(services.check_import, row, mapping=mapping, choices=form.chosen())
    return _answer(request, pk)


@router.get("/{id:pk}/rows", response=RowsTold, url_name="api-import-rows")
def list_rows(request: HttpRequest, pk: Id, asked: Query[RowsQuery]) -> HttpResponse:
    """Those that were not taken, or not taken back, with the reason; before it is applied, what the check says."""
    row = views.own_import(request, pk)
    rows = row.rows.filter(is_check=row.state == Import.State.CHECKED).order_by("pk")
    found = list(rows.filter(pk__gt=int(asked.after or 0))[: _ROWS + 1])
    following = found[_ROWS - 1].pk if len(found) > _ROWS else None
    return answered(request, {"items": [_row(one) for one in found[:_ROWS]], "next": following})


@router.post("/{id:pk}/apply", response=ImportTold, url_name="api-import-apply")
def apply(request: HttpRequest, pk: Id) -> HttpResponse:
    """Have the rows written, as background work; one import at a time."""
    _go(services.apply_import, views.own_import(request, pk))
    return _answer(request, pk)


@router.post("/{id:pk}/undo", response=ImportTold, url_name="api-import-undo")
def undo(request: HttpRequest, pk: Id) -> HttpResponse:
    """Have it taken back, within a week. What somebody changed since stays."""
    _go(services.undo_import, views.own_import(request, pk))
    return _answer(request, pk)


def _go(do: Any, row: Import, **said: Any) -> None:
    """Raises Problem."""
    try:
        do(imported=row, **said)
    except services.NotNow as refused:
        raise Problem(409, str(refused)) from None


def _mapping(said: CheckGiven, row: Import, names: dict[str, str]) -> list[str]:
    """Raises Problem."""
    if len(said.mapping) != len(row.headers):
        raise Problem(422, errors=[("mapping", f"The file has {len(row.headers)} columns.")])
    odd = [place for place, key in enumerate(said.mapping) if key and key not in names]
    if odd:
        raise Problem(422, errors=[(f"mapping.{place}", "There is no such field.") for place in odd])
    problem = views.mapping_problem(said.mapping, names)
    if problem:
        raise Problem(422, errors=[("mapping", problem)])
    return said.mapping


def _answer(request: HttpRequest, pk: int) -> HttpResponse:
    return answered(request, _told(views.own_import(request, pk)))


def _told(row: Import) -> dict[str, Any]:
    plain = ("name", "kind", "state", "reading", "headers", "mapping", "choices", "rows_total", "rows_done")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in (*plain, "counts", "done_counts", "undo_counts", "problem")},
        "user": named(row.user_id, row.user.shown_name),
        "job": row.job_id,
        **{name: moment(getattr(row, name)) for name in ("created_at", "applied_at", "undone_at")},
    }


def _row(one: Any) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("number", "outcome", "reason", "cells")},
        "customer": one.customer_id,
    }
