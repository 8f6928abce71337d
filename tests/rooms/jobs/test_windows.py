"""Who sees whose work, and what the bar says."""

from __future__ import annotations

import pytest
from django.test import Client

from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.models import User

pytestmark = pytest.mark.django_db


def _client(name: str, role: User.Role = User.Role.MANAGER) -> tuple[User, Client]:
    user, client = User.objects.create_user(name, role=role), Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user, client


def test_ones_own_job_is_shown_and_can_be_cancelled_and_begun_again() -> None:
    user, client = _client("mali")
    job = enqueue(kind="work", user_id=user.pk, title="Import of customers")
    assert "Import of customers" in client.get(f"/jobs/{job.pk}").content.decode()
    assert "Cancelled" in client.post(f"/jobs/{job.pk}/cancel").content.decode()
    assert "Waiting" in client.post(f"/jobs/{job.pk}/retry").content.decode()


def test_anothers_job_is_not_there_and_stays_as_it_is() -> None:
    user, _client_of_mali = _client("mali")
    _keo, client = _client("keo", User.Role.OWNER)
    job = enqueue(kind="work", user_id=user.pk, title="Import of customers")
    answers = [
        client.get(f"/jobs/{job.pk}"),
        client.post(f"/jobs/{job.pk}/cancel"),
        client.post(f"/jobs/{job.pk}/retry"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "Import of customers" not in client.get("/jobs/").content.decode()
    assert Job.objects.get().state == Job.State.WAITING


def test_the_administrator_sees_everyones() -> None:
    user, _client_of_mali = _client("mali")
    _anna, client = _client("anna", User.Role.ADMINISTRATOR)
    job = enqueue(kind="work", user_id=user.pk, title="Import of customers")
    assert client.get(f"/jobs/{job.pk}").status_code == 200
    assert "Import of customers" in client.get("/jobs/").content.decode()


def test_a_failed_job_says_what_to_do_and_hides_what_only_programmers_read() -> None:
    user, client = _client("mali")
    job = enqueue(kind="work", user_id=user.pk, title="Import")
    Job.objects.update(state=Job.State.FAILED, problem="Save it as CSV.", last_error="ZeroDivisionError <b>")
    shown = client.get(f"/jobs/{job.pk}").content.decode() + client.get("/jobs/").content.decode()
    assert "Save it as CSV." in shown
    assert "ZeroDivisionError" not in shown
