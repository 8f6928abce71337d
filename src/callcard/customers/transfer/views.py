"""The windows of imports: uploading, choosing, looking at what would happen, writing and taking back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.own_fields import fields_seen_by
from callcard.customers.transfer import fields, services, store
from callcard.customers.transfer.cells import harmless
from callcard.customers.transfer.choices import Choices
from callcard.customers.transfer.forms import ChoicesForm, ReadingForm, read_mapping
from callcard.customers.transfer.models import Import, ImportRow
from callcard.customers.transfer.planning import Planner
from callcard.customers.transfer.refused import FileRefused
from callcard.customers.transfer.sending import sent
from callcard.jobs.models import Job
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.requests import signed_in

_LISTED = 50
_PREVIEWED = 20
_SAMPLES = 3
_TOLD = 200


def own_import(request: HttpRequest, pk: int) -> Import:
    """One of their own; an administrator's are all."""
    return get_object_or_404(seen_imports(signed_in(request)), pk=pk)


def seen_imports(user: User) -> QuerySet[Import]:
    seen = Import.objects.select_related("user")
    return seen if user.may("customers.all_imports") else seen.filter(user=user)


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """What was imported, and the way to import more."""
    user = signed_in(request)
    problem = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            problem = _("Choose a file first.")
        else:
            try:
                return redirect("import", pk=services.begin_import(upload=upload, by=user).pk)
            except FileRefused as refused:
                problem = f"{upload.name}: {refused}"
    mine = seen_imports(user).order_by("-pk")
    context = {"imports": mine[:_LISTED], "problem": problem, "limit_mb": store.limit_mb()}
    return render(request, "customers/transfer/imports.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """The step at which this import is. POST: the columns and choices of the second step."""
    imported = services.settle(own_import(request, pk))
    is_choosing = imported.state == Import.State.READY or (
        imported.state == Import.State.CHECKED and (request.method == "POST" or "columns" in request.GET)
    )
    if is_choosing:
        return _choose(request, imported)
    if request.method == "POST":
        messages.error(request, _("This import has gone on meanwhile."))
        return redirect("import", pk=pk)
    context = {
        "imported": imported,
        "job": Job.objects.filter(pk=imported.job_id or 0).first(),
        "told": imported.rows.filter(is_check=imported.state == Import.State.CHECKED).order_by("number", "pk")[:_TOLD],
        "reading_form": ReadingForm(imported=imported) if imported.state == Import.State.UNREADABLE else None,
        "is_undoable": imported.state == Import.State.DONE and _is_undoable(imported),
    }
    return render(request, "customers/transfer/import.html", context)


def _is_undoable(imported: Import) -> bool:
    return imported.applied_at is not None and imported.applied_at > timezone.now() - services.KEPT


def _choose(request: HttpRequest, imported: Import) -> HttpResponse:
    user = imported.user
    names = fields.field_names(fields_seen_by(user))
    data = request.POST if request.method == "POST" else None
    form = ChoicesForm(data, imported=imported, user=user)
    problem = ""
    if data is not None and form.is_valid():
        imported.mapping = read_mapping(data, len(imported.headers), set(names))
        imported.choices = form.chosen()
        problem = mapping_problem(imported.mapping, names)
        if not problem and "preview" not in data:
            try:
                services.check_import(imported=imported, mapping=imported.mapping, choices=imported.choices)
            except services.NotNow as refused:
                messages.error(request, str(refused))
            return redirect("import", pk=imported.pk)
    context = {
        "imported": imported,
        "form": form,
        "problem": problem,
        "columns": list(_columns(imported)),
        "names": names,
        "reading_form": ReadingForm(imported=imported),
        "preview": preview_of(imported),
    }
    is_wrong = data is not None and (bool(problem) or not form.is_valid())
    return render(request, "customers/transfer/columns.html", context, status=422 if is_wrong else 200)


def mapping_problem(mapping: list[str], names: dict[str, str]) -> str:
    """Why nothing can be taken with this mapping; empty: it can."""
    twice = {field for field in mapping if field and mapping.count(field) > 1 and not fields.may_repeat(field)}
    if twice:
        return _("Only one column can be: %(names)s.") % {"names": ", ".join(names[field] for field in sorted(twice))}
    named = {fields.NAME, fields.FIRST_NAME, fields.LAST_NAME, fields.COMPANY, fields.PHONE, fields.EMAIL}
    return "" if named & set(mapping) else _("Say which column has the names or the numbers.")


def _columns(imported: Import) -> Iterator[dict[str, Any]]:
    rows = [row for _number, row in store.first_rows(imported, 30)]
    rows = rows[1:] if imported.reading.get("has_header") else rows
    for place, header in enumerate(imported.headers):
        values = list(dict.fromkeys(row[place][:60] for row in rows if place < len(row) and row[place].strip()))
        yield {
            "place": place,
            "header": header or _("Column %(number)d") % {"number": place + 1},
            "samples": values[:_SAMPLES],
            "field": imported.mapping[place] if place < len(imported.mapping) else "",
        }


def preview_of(imported: Import) -> list[dict[str, Any]]:
    """The first rows as they would be read."""
    planner = Planner(
        imported.mapping, Choices.of(imported.choices), imported.user, region=company().region, may_write=False
    )
    rows = store.first_rows(imported, _PREVIEWED + 1)
    rows = rows[1:] if imported.reading.get("has_header") else rows[:_PREVIEWED]
    shown, choices, met = [], Choices.of(imported.choices), dict[str, int]()
    for number, cells in rows:
        entry = planner.read(number, cells)
        keys = [] if entry.problems else entry.keys(choices)
        shown.append(
            {
                "number": number,
                "name": entry.name,
                "phones": [(one.e164 or one.raw, one.is_valid) for one, _label in entry.phones],
                "contacts": [value for _kind, value in entry.contacts],
                "rest": [str(value)[:60] for name, value in entry.columns.items() if name in _SHOWN and value],
                "problems": entry.problems,
                "same_as": next((met[key] for key in keys if key in met), None),
            }
        )
        met |= {key: number for key in keys if key not in met}
    return shown


_SHOWN = ("city", "country", "birthday", "category", "stage", "source", "responsible")


@require_POST
def change_reading(request: HttpRequest, pk: int) -> HttpResponse:
    imported = own_import(request, pk)
    form = ReadingForm(request.POST, imported=imported)
    if form.is_valid():
        try:
            services.read_again(imported=imported, reading=form.reading())
        except services.NotNow as refused:
            messages.error(request, str(refused))
    else:
        messages.error(request, _("The file cannot be read so."))
    return redirect("import", pk=pk)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, services.apply_import)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, services.undo_import)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        services.drop_import(imported=own_import(request, pk))
    except services.NotNow as refused:
        messages.error(request, str(refused))
        return redirect("import", pk=pk)
    return redirect("imports")


def _done(request: HttpRequest, pk: int, do: Any) -> HttpResponse:
    try:
        do(imported=own_import(request, pk))
    except services.NotNow as refused:
        messages.error(request, str(refused))
    return redirect("import", pk=pk)


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that were not taken, as a file that can be put right and imported again."""
    imported = own_import(request, pk)
    is_check = imported.state == Import.State.CHECKED
    rows = imported.rows.filter(is_check=is_check).order_by("number", "pk")
    if not rows.exists():
        raise Http404
    name = f"import-{imported.pk}-rows.csv"
    return sent(request, _report(imported, rows), name=name, media_type="text/csv; charset=utf-8")


def _report(imported: Import, rows: Any) -> Iterator[bytes]:
    head = [_("Row"), _("State"), _("Reason"), *imported.headers]
    yield "\ufeff".encode() + _line(head)
    for row in rows.iterator(chunk_size=500):
        state = ImportRow.Outcome(row.outcome).label
        yield _line([str(row.number or ""), str(state), row.reason, *row.cells])


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8", "replace")
