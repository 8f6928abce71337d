"""Beginning imports, choosing how they are read, and having them written or taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.transfer import file_kinds, store
from callcard.customers.transfer.models import Import, RememberedMapping
from callcard.customers.transfer.refused import FileRefused
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.models import User

READ, CHECK, APPLY, UNDO = "read-import", "check-import", "apply-import", "undo-import"
KEPT = timedelta(days=7)
"""How long an import can be taken back, and its file lies here."""


class NotNow(Exception):
    """The import is in no state for this; the words are for the user."""


def begin_import(*, upload: UploadedFile[Any], by: User) -> Import:
    """Keep the file and have it read. Raises FileRefused, and then nothing is kept."""
    folder, path = store.keep_upload(upload)
    try:
        kind = file_kinds.recognise(path, name=upload.name or "")
    except FileRefused:
        store.forget_files(folder)
        raise
    with transaction.atomic():
        imported = Import.objects.create(
            user=by, name=(upload.name or "")[:200], kind=kind, size_bytes=upload.size or 0, folder=folder
        )
        _enqueue(imported, READ)
    return imported


def _enqueue(imported: Import, kind: str) -> Job:
    job = enqueue(kind=kind, arguments={"import": imported.pk}, user_id=imported.user_id, title=imported.name)
    imported.job_id = job.pk
    imported.save(update_fields=["job_id"])
    return job


@transaction.atomic
def read_again(*, imported: Import, reading: dict[str, Any]) -> None:
    """With another encoding, delimiter or sheet. Raises NotNow."""
    fresh = _held(imported, Import.State.READY, Import.State.CHECKED, Import.State.UNREADABLE)
    fresh.reading, fresh.state, fresh.problem = reading, Import.State.READING, ""
    fresh.save()
    _enqueue(fresh, READ)


@transaction.atomic
def check_import(*, imported: Import, mapping: list[str], choices: dict[str, Any]) -> None:
    """Keep what was chosen and have all rows looked at. Nothing is written yet. Raises NotNow."""
    fresh = _held(imported, Import.State.READY, Import.State.CHECKED)
    fresh.mapping, fresh.choices, fresh.state, fresh.counts = mapping, choices, Import.State.CHECKING, {}
    fresh.save()
    if fresh.reading.get("has_header"):
        RememberedMapping.objects.update_or_create(
            user=fresh.user,
            headers_hash=headers_hash(fresh.headers),
            defaults={"mapping": mapping, "choices": choices},
        )
    _enqueue(fresh, CHECK)


def apply_import(*, imported: Import) -> None:
    """Have the rows written. Raises NotNow."""
    _begin_work(imported, Import.State.CHECKED, Import.State.APPLYING, APPLY)


def undo_import(*, imported: Import) -> None:
    """Have it taken back. Raises NotNow, also when a week has passed."""
    if imported.applied_at is not None and imported.applied_at < timezone.now() - KEPT:
        raise NotNow(_("More than a week has passed: this import stays."))
    _begin_work(imported, Import.State.DONE, Import.State.UNDOING, UNDO)


def _begin_work(imported: Import, state: str, becomes: str, kind: str) -> None:
    try:
        with transaction.atomic():
            fresh = _held(imported, state)
            fresh.state, fresh.is_at_work = becomes, True
            fresh.save(update_fields=["state", "is_at_work"])
            _enqueue(fresh, kind)
    except IntegrityError as error:
        other = Import.objects.filter(is_at_work=True).select_related("user").first()
        raise NotNow(
            _("Another import is at work: “%(name)s” by %(who)s. Begin this one when that is done.")
            % {"name": other.name if other else "", "who": other.user.shown_name if other else ""}
        ) from error


def take_back_now(*, imported: Import) -> None:
    """What a cancelled or failed attempt wrote is taken back: nobody is left with half a file."""
    with transaction.atomic():
        fresh = _held(imported, Import.State.APPLYING)
        fresh.state = Import.State.UNDOING
        fresh.save(update_fields=["state"])
        _enqueue(fresh, UNDO)


def settle(imported: Import) -> Import:
    """Look whether its job ended without a word: cancelled while it waited, or given up. The import as it is now."""
    if imported.state not in _WITH_JOB:
        return imported
    job = Job.objects.filter(pk=imported.job_id or 0).first()
    if job is not None and (job.is_open or job.state == Job.State.DONE):
        return imported
    try:
        if imported.state == Import.State.APPLYING:
            take_back_now(imported=imported)
        elif imported.state == Import.State.UNDOING:
            with transaction.atomic():
                _enqueue(_held(imported, Import.State.UNDOING), UNDO)
        elif imported.state == Import.State.CHECKING:
            Import.objects.filter(pk=imported.pk, state=imported.state).update(state=Import.State.READY)
        else:
            words = _("The file was not read to its end.")
            Import.objects.filter(pk=imported.pk, state=imported.state).update(
                state=Import.State.UNREADABLE, problem=words
            )
    except NotNow:
        pass  # somebody else was faster
    return Import.objects.select_related("user").get(pk=imported.pk)


_WITH_JOB = (Import.State.READING, Import.State.CHECKING, Import.State.APPLYING, Import.State.UNDOING)


def forget_imports() -> None:
    """Away with files of a week ago, and an end to imports whose job died."""
    for imported in Import.objects.filter(state__in=_WITH_JOB).select_related("user"):
        settle(imported)
    old = Import.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(folder="").exclude(state__in=_WITH_JOB)
    for imported in old:
        store.forget_files(imported.folder)
        Import.objects.filter(pk=imported.pk).update(folder="")


def drop_import(*, imported: Import) -> None:
    """One that was never written. Raises NotNow."""
    with transaction.atomic():
        fresh = _held(imported, Import.State.READY, Import.State.CHECKED, Import.State.UNREADABLE)
        folder = fresh.folder
        fresh.delete()
    store.forget_files(folder)


def headers_hash(headers: list[str]) -> str:
    return sha256(json.dumps(headers, ensure_ascii=False).encode()).hexdigest()


def _held(imported: Import, *states: str) -> Import:
    """The row, locked. Raises NotNow when it is in another state."""
    fresh = Import.objects.select_for_update().get(pk=imported.pk)
    if fresh.state not in states:
        raise NotNow(_("This import has gone on meanwhile."))
    return fresh
