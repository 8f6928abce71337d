"""The lists that the company keeps about its calls."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from callcard.calls.models import CallResult, CallTag, CallTagging
from callcard.staff.own_lists import OwnList, Use

CALL_LISTS = (
    OwnList(
        slug="call-results",
        name=_("Results of calls"),
        help_text=_("What a talk led to, to be chosen after a call. Calls keep the words when an entry changes."),
        model=CallResult,
        fields=("name", "colour", "next_days"),
        uses=(),
        at_first=(
            {"name": _("Ordered"), "colour": "green"},
            {"name": _("Interested"), "colour": "teal", "next_days": 3},
            {"name": _("Call again"), "colour": "yellow", "next_days": 1},
            {"name": _("Question answered"), "colour": "blue"},
            {"name": _("Complaint"), "colour": "red", "next_days": 1},
            {"name": _("Not interested"), "colour": "grey"},
        ),
    ),
    OwnList(
        slug="call-tags",
        name=_("Tags of calls"),
        help_text=_("What calls are about, several for one call. The log is filtered and grouped by them."),
        model=CallTag,
        fields=("name", "colour"),
        uses=(Use(CallTagging, "tag", once_for="call"),),
        at_first=(
            {"name": _("Delivery"), "colour": "blue"},
            {"name": _("Payment"), "colour": "green"},
            {"name": _("Complaint"), "colour": "red"},
        ),
    ),
)
