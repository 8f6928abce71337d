"""Entries of lists, colleagues, countries and languages, by the names that stand in files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from callcard.customers.languages import languages
from callcard.customers.models import Category, CustomerSource, CustomerStage, OwnListEntry, Tag, folded
from callcard.customers.transfer.choices import Choices
from callcard.staff.models import User
from callcard.staff.places import countries
from callcard.staff.visibility import visible_to

_LISTS: dict[str, type[OwnListEntry]] = {
    "category": Category,
    "stage": CustomerStage,
    "source": CustomerSource,
    "tag": Tag,
}
_NOT_YET = -1  # in a check: an entry that would be added


class Names:
    """Read once for an import; what is added while it runs is known at once."""

    def __init__(self, user: User, *, may_add: bool, writes: bool) -> None:
        self.user, self.may_add, self.writes = user, may_add, writes
        self.entries = {name: _by_name(model) for name, model in _LISTS.items()}
        self.colleagues = _colleagues(user)
        self.places = _places()
        self.spoken = _spoken()
        self._defaults: dict[str, Any] | None = None

    def find(self, field: str, text: str) -> Any:
        """An entry or a colleague, or the code of a country or language. Raises ValidationError."""
        word = folded(text)
        if field in _LISTS:
            return self._entry(field, text)
        offered: dict[str, Mapping[str, Any]] = {
            "responsible": self.colleagues,
            "country": self.places,
            "language": self.spoken,
        }
        known = offered[field]
        if word not in known:
            raise ValidationError(_unknown(field) % {"typed": text[:60]})
        return known[word]

    def tag(self, text: str) -> int:
        return int(self._entry("tag", text).pk)

    def is_tag(self, pk: int) -> bool:
        return any(entry.pk == pk for entry in self.entries["tag"].values())

    def _entry(self, field: str, text: str) -> OwnListEntry:
        found = self.entries[field].get(folded(text))
        if found is not None:
            return found
        if not self.may_add or len(text) > 100:
            raise ValidationError(_unknown(field) % {"typed": text[:60]})
        self.entries[field][folded(text)] = entry = self._added(_LISTS[field], text)
        return entry

    def _added(self, model: type[OwnListEntry], text: str) -> OwnListEntry:
        if not self.writes:
            return model(name=text, **{model._meta.pk.attname: _NOT_YET})
        with transaction.atomic():
            last = model._default_manager.aggregate(last=Max("position"))["last"] or 0
            return model._default_manager.create(name=text, position=min(last + 1, 32_000))

    def defaults(self, choices: Choices) -> dict[str, Any]:
        """What a row has that says nothing of it. Who sees only some records gets what they import."""
        if self._defaults is None:
            chosen = {
                name: _chosen(self.entries[name], getattr(choices, name)) for name in ("category", "stage", "source")
            }
            people = {user.pk: user for user in self.colleagues.values()}
            mine = None if visible_to(self.user).everything else self.user
            chosen["responsible"] = people.get(choices.responsible or 0) or mine
            self._defaults = chosen
        return self._defaults


def _chosen(entries: dict[str, OwnListEntry], pk: int | None) -> models.Model | None:
    return next((entry for entry in entries.values() if entry.pk == pk), None) if pk else None


def _by_name(model: type[OwnListEntry]) -> dict[str, OwnListEntry]:
    return {
        folded(entry.name): entry for entry in model._default_manager.filter(archived_at=None).order_by("-position")
    }


def _colleagues(user: User) -> dict[str, User]:
    """Those to whom this person may give customers."""
    seen = visible_to(user).responsible_ids
    people = User.objects.filter(is_active=True) if seen is None else User.objects.filter(pk__in=seen, is_active=True)
    found: dict[str, User] = {}
    for one in people.order_by("-pk"):
        found |= {folded(word): one for word in (one.shown_name, one.email, one.username) if word}
    return found


def _places() -> dict[str, str]:
    english = Locale("en").territories
    found = {folded(str(english[code])): code for code, _name in countries() if code in english}
    found |= {folded(name): code for code, name in countries()}
    return found | {folded(code): code for code, _name in countries()}


def _spoken() -> dict[str, str]:
    english = Locale("en").languages
    found = {folded(str(english[code])): code for code, _name in languages() if code in english}
    found |= {folded(name): code for code, name in languages()}
    return found | {folded(code): code for code, _name in languages()}


def _unknown(field: str) -> str:
    return {
        "category": _("There is no category “%(typed)s”."),
        "stage": _("There is no stage “%(typed)s”."),
        "source": _("There is no source “%(typed)s”."),
        "tag": _("There is no tag “%(typed)s”."),
        "responsible": _("Nobody here is called “%(typed)s”."),
        "country": _("There is no country “%(typed)s”."),
        "language": _("There is no language “%(typed)s”."),
    }[field]
