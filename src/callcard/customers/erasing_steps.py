"""What of this room goes when a person is erased, which is nearly everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcard.customers import grams
from callcard.customers.erasing import Person, erases, knows
from callcard.customers.file_services import forget_removed_files
from callcard.customers.forgotten_grams import forget_grams_soon
from callcard.customers.list_models import ListFact, ListValue
from callcard.customers.merge_models import DuplicatePair, Merge, MergedCustomer
from callcard.customers.models import (
    Address,
    Contact,
    ContactPerson,
    Customer,
    CustomerFile,
    CustomerNote,
    CustomerTag,
    Phone,
)
from callcard.customers.search_index import forget
from callcard.customers.search_models import SearchCode, SearchSlip, SearchText
from callcard.customers.transfer.models import ImportRow

_GOING: tuple[type[models.Model], ...] = (Phone, Contact, ContactPerson, Address, CustomerTag, ListFact, ListValue)
# Before every moment at which somebody could have removed a file by hand: the daily work ends what a kill left.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def name_steps() -> None:
    gone = _("goes for good")
    erases("record", _("Name, numbers, contacts, addresses, persons"), gone, count=_rows, erase=_erase_rows)
    erases("notes", _("Notes"), gone, count=_notes, erase=_erase_notes)
    erases("files", _("Files and the photo"), gone, count=_files, erase=_erase_files)
    erases("twins", _("Merges and possible duplicates"), gone, count=_twins, erase=_erase_twins)
    erases("imports", _("Rows of imports"), _("what was in them goes"), count=_imported, erase=_erase_imported)
    for model in _GOING:
        knows(model, fate="goes")
    knows(CustomerNote, fate="goes")
    knows(CustomerFile, fate="goes, on the disk too")
    knows(SearchText, fate="made anew from what is left")
    knows(SearchCode, fate="stays: numbers of orders")
    knows(Merge, "kept", fate="goes")
    knows(MergedCustomer, fate="goes with the merge")
    knows(DuplicatePair, "first", fate="goes")
    knows(DuplicatePair, "second", fate="goes")


def _rows(person: Person) -> int:
    return sum(model._default_manager.filter(customer__in=person.ids).count() for model in _GOING[:4])


def _erase_rows(person: Person) -> None:
    _forget_words(person)
    forget(person.ids)
    forget_grams_soon()
    for model in _GOING:
        model._default_manager.filter(customer__in=person.ids).delete()


def _forget_words(person: Person) -> None:
    """The search remembers words of names, to find them when they are typed wrongly; those of nobody else go."""
    texts = [*person.names, *ContactPerson.objects.filter(customer__in=person.ids).values_list("name", flat=True)]
    texts += Phone.objects.filter(customer__in=person.ids).values_list("person", flat=True)
    others = SearchText.objects.exclude(pk__in=person.ids)
    for word in {word for text in texts for word in grams.words(text)}:
        if not others.filter(entries__icontains=word).exists():
            SearchSlip.objects.filter(word=word).delete()


def _notes(person: Person) -> int:
    return CustomerNote.objects.filter(customer__in=person.ids).count()


def _erase_notes(person: Person) -> None:
    CustomerNote.objects.filter(customer__in=person.ids).delete()


def _files(person: Person) -> int:
    photos = Customer.objects.filter(pk__in=person.ids).exclude(portrait="").count()
    return CustomerFile.objects.filter(customer__in=person.ids).count() + photos


def _erase_files(person: Person) -> None:
    CustomerFile.objects.filter(customer__in=person.ids).update(name="", removed_at=_LONG_AGO)
    photos = Customer.objects.filter(pk__in=person.ids).exclude(portrait="").values_list("portrait", flat=True)
    found = sorted(set(photos))
    transaction.on_commit(lambda: forget_removed_files(before=_LONG_AGO + timedelta(days=1)) and None)
    transaction.on_commit(lambda: _unlink_photos(found))


def _unlink_photos(paths: list[str]) -> None:
    """A photo is kept under its content: somebody else may have the same one."""
    for path in paths:
        if not Customer.objects.filter(portrait=path).exists():
            (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)


def _merges(person: Person) -> models.QuerySet[Merge]:
    found = Merge.objects.filter(Q(kept__in=person.ids) | Q(gone__customer__in=person.ids))
    return Merge.objects.filter(pk__in=list(found.values_list("pk", flat=True)))


def _pairs(person: Person) -> models.QuerySet[DuplicatePair]:
    return DuplicatePair.objects.filter(Q(first__in=person.ids) | Q(second__in=person.ids))


def _twins(person: Person) -> int:
    return _merges(person).count() + _pairs(person).count()


def _erase_twins(person: Person) -> None:
    _pairs(person).delete()
    _merges(person).delete()


def _imported(person: Person) -> int:
    return ImportRow.objects.filter(customer_id__in=person.ids).count()


def _erase_imported(person: Person) -> None:
    ImportRow.objects.filter(customer_id__in=person.ids).update(cells=[], reason="")
