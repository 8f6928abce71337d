"""Tables of duplicates: which pairs may be one, which were merged, and what was moved, so that it can go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from callcard.customers.models import Customer


class Merge(models.Model):
    """Several customers that became one. Its steps in the history have the batch "merge:<id>"."""

    kept = models.ForeignKey("customers.Customer", models.CASCADE, related_name="merges")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # The fields of the kept customer that changed, as record.customer_snapshot writes them.
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    # Fields of single rows that changed: [table, id, before, after].
    rows = models.JSONField(default=list, blank=True)
    told = models.JSONField(default=dict, blank=True)  # what each of merging.followers asked to remember

    class Meta:
        verbose_name = _("merge")

    @property
    def batch(self) -> str:
        return f"merge:{self.pk}"


class MergedCustomer(models.Model):
    """One who became part of another: archived, and links to it lead on."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="gone")
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="merged")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "customer"], name="customers_merged_once_in_a_merge")]


class MovedRows(models.Model):
    """Rows of one table that changed their customer; some hundred ids in one row."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="moved")
    table = models.CharField(max_length=80)  # "sales.order.customer"
    from_id = models.BigIntegerField()
    to_id = models.BigIntegerField()
    ids = models.JSONField(default=list)


class DuplicatePair(models.Model):
    """Two customers that may be one. Found by the job `find-duplicates`; `first` has the smaller id."""

    class Why(models.TextChoices):
        NUMBER = "1number", _("Same number")
        EMAIL = "2email", _("Same e-mail")
        NAME = "3name", _("Same name")
        ALIKE = "4alike", _("Alike names")

    first = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    why = models.CharField(max_length=8, choices=Why.choices)  # the strongest reason; sorts by strength
    shared = models.CharField(max_length=254, blank=True)  # the number, the address or the name that both have
    found_at = models.DateTimeField()
    differ_at = models.DateTimeField(null=True, blank=True)  # somebody said that they are not the same
    differ_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("possible duplicates")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="customers_one_pair_of_two")]
        indexes = [
            models.Index(fields=["why", "id"], condition=models.Q(differ_at=None), name="customers_pairs_by_strength")
        ]

    @property
    def people(self) -> tuple[Customer, Customer]:
        return self.first, self.second
