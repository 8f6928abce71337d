"""Calls of a person who is erased: they stay as numbers and times, of nobody known."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.calls.models import AddedNumber, Call, CallNote, Segment
from callcard.calls.screening.models import BlockedNumber
from callcard.customers.erasing import Person, erases, forget_values, knows, refuses
from callcard.staff.models import Change
from callcard.tasks.erasing import erase_tasks
from callcard.tasks.models import Task


def name_steps() -> None:
    """The last of the steps about calls: the others find them by their customer."""
    fate = gettext_lazy("stay as numbers and times; name, notes and the way to the person go")
    erases("calls", gettext_lazy("Calls"), fate, count=lambda person: calls_of(person).count(), erase=_erase)
    knows(Call, fate="stays as a number without the person")
    knows(AddedNumber, "phone", fate="goes with the number")
    refuses(_is_talking)


def calls_of(person: Person) -> models.QuerySet[Call]:
    """Those with them, and those of their numbers that are of nobody: of before they were known."""
    theirs = Q(customer__in=person.ids)
    return Call.objects.filter(theirs | Q(customer=None) & (Q(e164__in=person.numbers) | Q(number__in=person.numbers)))


def _is_talking(person: Person) -> str:
    if calls_of(person).filter(ended_at=None).exists():
        return _("A call with this person is going on. Erase them when it is over.")
    return ""


def _erase(person: Person) -> None:
    keys = calls_of(person).values("pk")
    erase_tasks(Task.objects.filter(about=Task.About.CALL, about_id__in=keys))
    forget_values(Change.objects.filter(about="call", object_id__in=keys))
    CallNote.objects.filter(call__in=keys).delete()
    Segment.objects.filter(call__in=keys, user=None).exclude(name="").update(name="")
    _erase_blocks(person)
    _unoffer(person)
    calls_of(person).update(
        customer=None, match=Call.Match.NONE, candidates=[], shown_name="", note="", order=None, tracking=None
    )


def _unoffer(person: Person) -> None:
    """Calls of a number that several have go on offering the others."""
    several = Call.objects.filter(match=Call.Match.SEVERAL, e164__in=person.numbers).only("pk", "candidates")
    for call in several.iterator(chunk_size=500):
        Call.objects.filter(pk=call.pk).update(candidates=[pk for pk in call.candidates if pk not in person.ids])


def _erase_blocks(person: Person) -> None:
    """A number stays blocked; why may tell of the person."""
    lines = BlockedNumber.objects.filter(Q(key__in=person.numbers) | Q(number__in=person.numbers))
    forget_values(Change.objects.filter(about="blocked-number", object_id__in=lines.values("pk")))
    lines.update(reason="")
