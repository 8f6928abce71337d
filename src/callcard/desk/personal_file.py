"""Everything about a person in one file: machine readable, as a page to read, and what was stored as files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from callcard.calls.erasing import calls_of
from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Recording
from callcard.calls.recordings.queries import heard_calls
from callcard.calls.recordings.services import note_listening
from callcard.customers.erasing import Person
from callcard.customers.files import chunks_of, is_there, safe_name
from callcard.customers.models import Customer, CustomerFile, OwnField
from callcard.desk.personal_sections import Section, fields_of, sections_of
from callcard.kit.streamed_zip import streamed_zip
from callcard.staff.models import User
from callcard.ui.writing import full_moment

_PIECE = 65536
_AT_ONCE = 200


def person_file(person: Person, *, user: User, address: str) -> Iterator[bytes]:
    """A ZIP in pieces. Sound only where this user may hear it; that they took it is written down as listening, from
    `address` (IP)."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return streamed_zip(_entries(person, user, language, address))


def _entries(person: Person, user: User, language: str, address: str) -> Iterator[tuple[str, Iterable[bytes]]]:
    sections = sections_of(person)
    yield "person.json", _as_json(sections)
    yield "person.html", _as_page(sections, language, person.names[0])
    for photo in Customer.objects.filter(pk__in=person.ids).exclude(portrait="").values_list("portrait", flat=True):
        if is_there(photo):
            yield f"photo/{PurePosixPath(photo).name}", chunks_of(photo)
    for file in CustomerFile.objects.filter(customer__in=person.ids):
        if is_there(file.path):
            yield f"files/{file.pk}-{safe_name(file.name)}", chunks_of(file.path)
    for row in _heard(person, user):
        note_listening(recording=row, user=user, address=address, is_download=True)
        yield f"recordings/{row.pk}{PurePosixPath(row.name).suffix or '.sound'}", _sound(row.path)


def _heard(person: Person, user: User) -> Iterator[Recording]:
    keys = calls_of(person).values("pk")
    rows = Recording.objects.filter(call__in=keys, state=Recording.State.HERE).order_by("pk")
    last = 0
    while some := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        may = heard_calls(user, {row.call_id for row in some})
        yield from (row for row in some if row.call_id in may and storing.size_of(row.path) is not None)
        last = some[-1].pk


def _sound(path: str) -> Iterator[bytes]:
    with Path(storing.folder() / path).open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _as_json(sections: Iterable[Section]) -> Iterator[bytes]:
    """{"made_at": time, section: [record ...], ...}: a list for each section, a record by the names of its fields."""
    yield json.dumps({"made_at": timezone.now().isoformat()})[:-1].encode()
    for section in sections:
        yield f', "{section.key}": ['.encode()
        comma = ""
        for record in section.records():
            told = {field.name: _plain(record, field) for field in fields_of(type(record))}
            yield (comma + "\n" + json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)).encode()
            comma = ","
        yield b"]"
    yield b"}\n"


def _plain(record: models.Model, field: models.Field[Any, Any]) -> Any:
    """A related record that was read along is told with its name."""
    value = getattr(record, field.attname)
    if isinstance(field, models.ForeignKey) and value is not None and field.is_cached(record):
        return {"id": value, "name": str(getattr(record, field.name))}
    return value


def _as_page(sections: Iterable[Section], language: str, name: str) -> Iterator[bytes]:
    way = "rtl" if translation.get_language_info(language)["bidi"] else "ltr"
    with translation.override(language):
        title = escape(_("Everything about %(name)s") % {"name": name})
        own = {field.key: field.name for field in OwnField.objects.all()}
    yield f'<!DOCTYPE html>\n<html lang="{language}" dir="{way}"><head><meta charset="utf-8">'.encode()
    yield f"<title>{title}</title></head><body><h1>{title}</h1>\n".encode()
    for section in sections:
        with translation.override(language):
            heading = f"<h2>{escape(str(section.title))}</h2>\n"
        for record in section.records():
            # Between two pieces another request may run in this thread, in its own language.
            with translation.override(language):
                lines = _lines(record, own)
            yield (heading + lines).encode()
            heading = ""
    yield b"</body></html>\n"


def _lines(record: models.Model, own: Mapping[str, str]) -> str:
    told = [(field, _words(record, field, own)) for field in fields_of(type(record)) if not field.primary_key]
    rows = "".join(
        f"<tr><th scope=row>{escape(str(capfirst(field.verbose_name)))}</th><td dir=auto>{escape(words)}</td></tr>"
        for field, words in told
        if words
    )
    return f"<table>{rows}</table><hr>\n"


def _words(record: models.Model, field: models.Field[Any, Any], own: Mapping[str, str]) -> str:
    value = getattr(record, field.attname)
    if value is None or value == "" or value == {} or value == []:
        return ""
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return full_moment(value)
    if isinstance(value, dict):
        return "; ".join(f"{own.get(key, key)}: {one}" for key, one in value.items())
    return str(getattr(record, field.name)) if isinstance(field, models.ForeignKey) else str(value)
