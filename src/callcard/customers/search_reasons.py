"""Why somebody was found, in words, where the name does not say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from callcard.customers.grams import digits_of
from callcard.customers.models import OwnField
from callcard.customers.search import Hit


@dataclass(frozen=True, slots=True)
class Reason:
    """`words`: what it is, such as "order"; may be empty. `text`: what was found."""

    words: str
    text: str
    is_number: bool


def reasons(hits: Iterable[Hit]) -> dict[int, Reason]:
    """By customer; those whose name was found have none."""
    told = [hit for hit in hits if hit.why != "name"]
    names = _own_names(told)
    return {hit.customer_id: Reason(_words(hit, names), hit.text, hit.why == "phone") for hit in told}


def reasons_beside_numbers(hits: Iterable[Hit], typed: str) -> dict[int, Reason]:
    """As above, in a list that shows numbers: not one in which everybody sees what was typed."""
    digits = digits_of(typed)
    return reasons(hit for hit in hits if hit.why != "phone" or digits not in digits_of(hit.text))


def _own_names(hits: list[Hit]) -> dict[str, str]:
    keys = [hit.why.removeprefix("own:") for hit in hits if hit.why.startswith("own:")]
    return dict(OwnField.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}


def _words(hit: Hit, own_names: dict[str, str]) -> str:
    if hit.why.startswith("own:"):
        return own_names.get(hit.why.removeprefix("own:"), "")
    return {"order": _("order"), "person": _("contact person")}.get(hit.why, "")
