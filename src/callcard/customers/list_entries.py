"""The company's own lists and fields, as the list of customers needs them: read once for its columns, its cells and
what is done with many."""

from __future__ import annotations

from dataclasses import dataclass

from callcard.customers.models import Category, CustomerSource, CustomerStage, OwnField, Tag
from callcard.staff.kept_queries import KeptWhole


@dataclass(frozen=True, slots=True)
class Entries:
    """In the administrator's order, what is archived too: records may still have it."""

    categories: list[Category]
    stages: list[CustomerStage]
    sources: list[CustomerSource]
    tags: list[Tag]
    own_fields: list[OwnField]


def read_entries() -> Entries:
    return Entries(_CATEGORIES.rows(), _STAGES.rows(), _SOURCES.rows(), _TAGS.rows(), _OWN_FIELDS.rows())


_CATEGORIES = KeptWhole(lambda: Category.objects.only("name", "colour"))
_STAGES = KeptWhole(lambda: CustomerStage.objects.only("name", "colour"))
_SOURCES = KeptWhole(lambda: CustomerSource.objects.only("name"))
_TAGS = KeptWhole(lambda: Tag.objects.only("name", "archived_at"))
_OWN_FIELDS = KeptWhole(lambda: OwnField.objects.all())
