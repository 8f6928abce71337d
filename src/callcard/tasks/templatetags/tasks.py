"""`{% load tasks %}`: how tasks are put into words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from callcard.tasks import wording

register = template.Library()

register.filter("repeat_in_words", wording.repeat_in_words)


@register.filter
def part_title(key: str) -> str:
    """The heading of one part of somebody's day."""
    return {
        "overdue": _("Overdue"),
        "today": _("Today"),
        "next": _("The next days"),
        "undated": _("Whenever there is time"),
        "later": _("Later"),
        "done": _("Done today"),
    }[key]
