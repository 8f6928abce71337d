"""Tables that lists are read from. What is in them is made from other tables, in the transaction that writes those:
`list_index.keep`."""

from __future__ import annotations

from django.db import models


class ListFact(models.Model):
    """A tag or a choice of an own field that a current customer has, in the order of the list.

    `fact` is `grams.fact_number` of the search index's fact, `name` a copy of Customer.search_name.
    """

    fact = models.BigIntegerField()
    name = models.CharField(max_length=400)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "customer"], name="customers_one_fact")]
        indexes = [models.Index(fields=["fact", "name", "customer"], name="customers_listfact_by_name")]


class ListValue(models.Model):
    """A number, an amount or a day (as `date.toordinal`) of an own field, as a number that can be ordered and compared.

    It finds and orders; what is shown is read from Customer.own_fields.
    """

    field = models.ForeignKey("customers.OwnField", models.CASCADE, related_name="+", db_index=False)
    value = models.FloatField()
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "field"], name="customers_one_value")]
        indexes = [models.Index(fields=["field", "value", "customer"], name="customers_listvalue_by_value")]
