"""Imports without workers: each job is done where it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from callcard.config.jobs import KINDS
from callcard.customers.transfer.models import Import
from callcard.customers.transfer.services import apply_import, begin_import, check_import
from callcard.jobs.kinds import JobFailed, Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import claim_job, end_job
from callcard.staff.models import Company, User

Do = Callable[[], Job | None]
Take = Callable[..., Import]


@pytest.fixture(autouse=True)
def office(db: None) -> None:
    Company.objects.create(name="Callcard", region="LA", currency="LAK")


@pytest.fixture
def boss() -> User:
    return User.objects.create_user("boss", role=User.Role.ADMINISTRATOR)


def do_job() -> Job | None:
    """The newest job, as a worker would do it."""
    leases = {kind.name: timedelta(seconds=60) for kind in KINDS}
    job = claim_job(leases=leases, holder="test", now=timezone.now())
    if job is None:
        return None
    kind = next(kind for kind in KINDS if kind.name == job.kind)
    run = Run(job.pk, job.user_id, job.arguments, job.attempts, "test", kind.lease)
    try:
        result: Result | None = kind.run(run)
    except JobFailed as failed:
        end_job(job_id=job.pk, holder="test", state=Job.State.FAILED, problem=str(failed))
    else:
        end_job(job_id=job.pk, holder="test", state=Job.State.DONE, result=result or {})
    return Job.objects.get(pk=job.pk)


def upload(by: User, content: bytes | str, name: str = "file") -> Import:
    octets = content.encode() if isinstance(content, str) else content
    imported = begin_import(upload=SimpleUploadedFile(name, octets), by=by)
    do_job()
    imported.refresh_from_db()
    return imported


@pytest.fixture
def take(boss: User) -> Take:
    """Upload, check and write a file, with what was guessed or given."""

    def through(
        content: bytes | str, mapping: list[str] | None = None, by: User | None = None, **choices: Any
    ) -> Import:
        imported = upload(by or boss, content)
        check_import(imported=imported, mapping=mapping or imported.mapping, choices={**imported.choices, **choices})
        do_job()
        imported.refresh_from_db()
        apply_import(imported=imported)
        do_job()
        imported.refresh_from_db()
        return imported

    return through
