"""Languages that a document can be written in."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from callcard.customers.languages import language_name
from callcard.customers.models import Customer


def languages_for(customer: Customer) -> list[tuple[str, str]]:
    """(code, name): the customer's first, then the reader's, then the program's others by name."""
    first = [code for code in (customer.language, translation.get_language() or "") if code]
    others = sorted((code for code, _name in settings.LANGUAGES), key=language_name)
    return [(code, language_name(code)) for code in dict.fromkeys([*first, *others])]
