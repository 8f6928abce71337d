"""What readings of records found, in words."""

from __future__ import annotations

from django import template

from callcard.calls.reconcile.models import Reconciliation
from callcard.switchboard.record_words import CONFIRMABLE, explain_faults, explain_record, explain_shift

register = template.Library()


@register.filter
def record_problem(found: Reconciliation) -> str:
    return explain_record(found)


@register.filter
def record_faults(found: Reconciliation) -> str:
    return explain_faults(found)


@register.filter
def record_shift(found: Reconciliation) -> str:
    return explain_shift(found.shift)


@register.filter
def is_confirmable(found: Reconciliation | None) -> bool:
    """Whether it may be read all the same, when somebody says that it is the right one."""
    return found is not None and found.problem in CONFIRMABLE
