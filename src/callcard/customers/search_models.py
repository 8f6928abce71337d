"""Tables of the search. What is in them is made from other tables and can be made anew: `callcard rebuild_search`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchText(models.Model):
    """What a customer is found by: JSON, a list of [source, text]. Its grams are beside it, as the database likes it.

    PostgreSQL has them in a column `grams` of this table, SQLite in the table `customers_searchgrams` of FTS5.
    """

    customer = models.OneToOneField("customers.Customer", models.CASCADE, primary_key=True, related_name="+")
    entries = models.TextField()
    facts = models.TextField(blank=True)
    version = models.PositiveSmallIntegerField()  # of customers.grams

    class Meta:
        verbose_name = _("search text")


class SearchCode(models.Model):
    """A number of a record, such as an order's. One customer may have a hundred thousand, so they are rows."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    source = models.CharField(max_length=60)  # "order:17"
    text = models.CharField(max_length=60)
    code = models.CharField(max_length=40)  # customers.grams.code of the text
    ending = models.CharField(max_length=40, blank=True)  # customers.grams.last_number of the text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source"], name="customers_one_code_of_a_source")]
        indexes = [
            models.Index(fields=["code"], name="customers_searchcode_code", opclasses=["text_pattern_ops"]),
            models.Index(
                fields=["ending", "id"], name="customers_searchcode_newest", opclasses=["text_pattern_ops", "int8_ops"]
            ),
        ]


class SearchSlip(models.Model):
    """A word of somebody's name by what is left of it when one letter is left out: finds words typed wrongly."""

    key = models.CharField(max_length=12)
    word = models.CharField(max_length=24)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "word"], name="customers_one_slip")]
