"""Every kind of live event is in the docs' table, and tells no page and no program of what its user does not see."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from callcard.api import program_door
from callcard.calls.missed.models import MissedCaller
from callcard.calls.missed.setting import decide
from callcard.calls.missed.telling import escalate, tell_now
from callcard.calls.models import Notice
from callcard.calls.recordings.services import tell_changed
from callcard.calls.services import close_notice
from callcard.customers.consent.services import note_consent
from callcard.customers.models import Customer
from callcard.customers.note_services import write_note
from callcard.desk.rendering import render
from callcard.jobs.services import cancel_job, enqueue
from callcard.live.hub import Message
from callcard.live.models import CHECK_SESSION, LiveEvent
from callcard.live.services import Tell, check_sessions, tell
from callcard.live.watching import watch
from callcard.staff.history import topic_of
from callcard.staff.models import Team, User
from callcard.staff.roles.ready import READY
from callcard.switchboard.journal import tell_links
from callcard.switchboard.models import DialRequest
from callcard.switchboard.placed import settle_unheard
from callcard.tasks.models import Reminder, Task
from callcard.tasks.reminder_services import tell_reminder
from callcard.tasks.services import change_task
from tests.architecture import source
from tests.architecture.test_fields_hidden import canaries, everything, number

pytestmark = pytest.mark.django_db
PAGE = source.PROJECT / "docs" / "developer" / "access.md"
ROLES = sorted(kind for kind in READY if kind != "exporter")
_TELLERS = {"Tell", "tell_watchers_on_commit"}
_NOTHING = "–"


def kinds_in_code() -> set[str]:
    """Whatever is given as `kind` to what writes events."""
    found = set[str]()
    for file in (source.PROJECT / "src" / "callcard").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _TELLERS:
                found.update(map(_kind, (word.value for word in node.keywords if word.arg == "kind")))
    return found - {""}


def _kind(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    name = getattr(value, "id", "")
    assert name in ("CHECK_SESSION", "kind"), f"Say in words what kind of event this is: {ast.dump(value)}"
    return CHECK_SESSION if name == "CHECK_SESSION" else ""


def table() -> dict[str, tuple[str, frozenset[str], str, str]]:
    """Kind -> (to, carries, for programs, right), as the docs have it."""
    text = PAGE.read_text(encoding="utf-8").partition("## Live events")[2].partition("## Addresses")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:3] == "| `"]
    return {
        kind.strip("`"): (to, frozenset(carries.split(", ")) - {_NOTHING}, programs, right.strip("`"))
        for kind, to, carries, programs, right in rows
    }


def test_every_kind_is_in_the_table() -> None:
    assert set(table()) == kinds_in_code()


def test_the_table_says_what_programs_are_told() -> None:
    told = {
        kind: (f"`{name}`: {', '.join(names) or _NOTHING}", right)
        for kind, (name, right, names) in program_door._TOLD.items()
    }
    assert {kind: row[2:] for kind, row in table().items() if row[2] != _NOTHING} == told


# -- causing them ------------------------------------------------------------------------------------------------------


def _popups(user: User, _by: User) -> None:
    calls = Notice.objects.filter(user=user).values_list("call_id", flat=True)
    tell([Tell(user_id=user.pk, kind="popup", payload={"call": pk}) for pk in calls])


def _closed(user: User, _by: User) -> None:
    close_notice(call_id=5, user=user)


def _escalated(user: User, _by: User) -> None:
    decide(told_roles=sorted(READY))
    now = timezone.now()
    for pk in (1, 2, 3):
        one = Customer.objects.get(pk=pk)
        waits = {"first_at": now, "last_at": now, "due_at": now - timedelta(minutes=pk), "checked_at": now}
        shown = {"number": number(pk), "e164": number(pk), "shown_name": f"Seen {pk}", "last_call_id": pk}
        MissedCaller.objects.create(key=f"c:{pk}", customer=one, assignee=one.responsible, **waits, **shown)
        escalate(now=now)


def _tasks(_user: User, by: User) -> None:
    for task in Task.objects.all():
        change_task(task=task, changes={"note": "Anything"}, by=by)


def _reminders(_user: User, _by: User) -> None:
    for task in Task.objects.all():
        tell_reminder(reminder_id=Reminder.objects.create(task=task, at=timezone.now()).pk)


def _dialled(user: User, _by: User) -> None:
    DialRequest.objects.filter(user=user).update(state="asked")
    settle_unheard("office", before=timezone.now() + timedelta(minutes=1))


def _job(user: User, _by: User) -> None:
    cancel_job(job=enqueue(kind="anything", user_id=user.pk, title="Anything"))


def _recordings(_user: User, _by: User) -> None:
    for pk in (1, 2, 3):
        tell_changed(pk)


def _watched(user: User, by: User) -> None:
    """Of cards that they have, or had, on the screen."""
    client = Client()
    client.force_login(by, "django.contrib.auth.backends.ModelBackend")
    for customer in Customer.objects.all():
        watch(user_id=user.pk, topic=topic_of(customer.pk))
        write_note(customer=customer, text="Canaryword", by=by)
        note_consent(customer=customer, way="calls", answer="refused", by=by, text=f"Canarynote {customer.pk}")
        assert client.post(f"/customers/{customer.pk}/presence", {"here": "1"}).status_code == 200


CAUSES: dict[str, Callable[[User, User], None]] = {
    "popup": _popups,
    "popup-closed": _closed,
    "missed-escalated": _escalated,
    "calls-changed": lambda _user, _by: tell_now(),
    "tasks-changed": _tasks,
    "reminder": _reminders,
    "dial": _dialled,
    "job": _job,
    "customer-changed": _watched,
    "customer": _watched,
    "card-watchers": _watched,
    "recordings": _recordings,
    "link": lambda _user, _by: tell_links(),
    CHECK_SESSION: lambda user, _by: check_sessions(user_id=user.pk),
}


def _told(user: User) -> Iterator[tuple[str, Message]]:
    """(kind in the log, what the user's page gets, and what a program of theirs gets)."""
    door, rights = program_door.ProgramDoor(), {program_door._MAY: user.permissions.rights}
    events = [event for event in LiveEvent.objects.order_by("pk") if event.user_id in (None, user.pk)]
    for event, shown in zip(events, render(events), strict=True):
        if shown is not None:
            yield event.kind, shown
        plain = Message(event.id, event.kind, event.payload)
        program = door.shown(rights, plain)
        if program is not None:
            yield f"{event.kind} for programs", program


def _seen(user: User) -> set[int]:
    return set(Customer.objects.visible_to(user).values_list("pk", flat=True))


@pytest.mark.parametrize("scope", ["own", "team", "all"])
@pytest.mark.parametrize("kind", ROLES)
def test_no_event_tells_of_what_is_not_seen(
    kind: str, scope: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    team = Team.objects.create(name="Team")
    user = User.objects.create_user("looks", role=kind, records=scope, team=team, calls_with="desk")
    by = User.objects.create_user("does", role=User.Role.ADMINISTRATOR)
    everything(user)
    caused = set[str]()
    with django_capture_on_commit_callbacks(execute=True):
        for cause in dict.fromkeys(CAUSES.values()):
            cause(user, by)
    rows, seen, wrong = table(), _seen(user), set[tuple[str, Any]]()
    for told, message in _told(user):
        caused.add(told)
        wrong.update((told, one) for one in _leaks(told, message, seen))
        name, _for, programs = told.partition(" for ")
        _to, carries, for_programs, right = rows[name]
        allowed = set(for_programs.partition(": ")[2].split(", ")) if programs else carries
        if not set(message.data) <= allowed or (programs and not user.may(right)):
            wrong.add((told, f"{sorted(message.data)} is not what the table says"))
    assert wrong == set()
    needs = {"missed-escalated": "calls.see", "reminder": "tasks.see"}
    assert set(CAUSES) - caused == {one for one, right in needs.items() if not user.may(right)}


def _leaks(told: str, message: Message, seen: set[int]) -> Iterator[str]:
    """Names and fields of customers whom they do not see. A task's title is its assignee's; a ringing phone tells who
    answers it the number."""
    text = json.dumps(message.data, default=str, ensure_ascii=False)
    for pk in {1, 2, 3} - seen:
        texts = [words for key, words in canaries(pk).items() if key not in ("phones", "birthdays")]
        words = [f"Seen {pk}", *(word for found in texts for word in found)]
        yield from (word for word in words if word in text)


def test_an_event_of_a_new_kind_needs_a_way_to_cause_it() -> None:
    assert set(CAUSES) == kinds_in_code()
