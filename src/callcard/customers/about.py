"""What a task is about, said in an address by the room that knows it: signed, so that nobody makes it up."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse

_SALT = "callcard.customers.about"


def address_of_new_task(*, about: str, about_id: int, words: str, customer_id: int | None) -> str:
    """Where a task about this order or call is written down. `words`: what people call it."""
    said = {"about": about, "about_id": about_id, "about_words": words[:100]}
    asked: dict[str, str | int] = {"about": signing.dumps(said, salt=_SALT)}
    if customer_id is not None:
        asked["customer"] = customer_id
    return f"{reverse('task-new')}?{urlencode(asked)}"


def read_about(token: str) -> Mapping[str, str | int]:
    """The keyword arguments of it for `tasks.services.add_task`; none for a token that is not ours."""
    try:
        said: Mapping[str, str | int] = signing.loads(token, salt=_SALT) if token else {}
    except signing.BadSignature:
        return {}
    return said
