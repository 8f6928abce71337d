"""Goods, orders, payments and what customers owe. Amounts of different currencies are never added."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Customer, CustomerFile, folded
from callcard.sales.rules import LineFigures
from callcard.staff.models import User
from callcard.staff.visibility import SALES, visible_to

# Three places, because the smallest coin of Kuwait, Bahrain, Oman and others is a thousandth.
_MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 3}
_PERCENT: dict[str, Any] = {"max_digits": 6, "decimal_places": 3}


class Product(models.Model):
    """A thing that is sold, or a service. Archived, it stays in the orders that have it."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("Goods")
        SERVICE = "service", _("Service")

    code = models.CharField(_("code"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=200)
    search_name = models.CharField(max_length=400, editable=False, db_index=True)  # code and name, casefolded
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.GOODS)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    tax_percent = models.DecimalField(_("tax, %"), **_PERCENT, default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("product")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="one_product_of_a_code")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = folded(f"{self.name} {self.code}")
        super().save(*args, **kwargs)


class ProductPrice(models.Model):
    """What a product costs in one currency; without tax or with it as the company writes its prices."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices", db_index=False)
    currency = models.CharField(_("currency"), max_length=3)
    price = models.DecimalField(_("price"), **_MONEY)

    class Meta:
        verbose_name = _("price")
        constraints = [models.UniqueConstraint(fields=["product", "currency"], name="one_price_per_currency")]


class OrderState(models.Model):
    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=20, default="blue")
    is_current = models.BooleanField(_("still going on"), default=True)
    is_owed = models.BooleanField(_("the customer owes it"), default=True)  # not: offers
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)  # offered no more

    class Meta:
        verbose_name = _("order state")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class PaymentMethod(models.Model):
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)  # offered no more

    class Meta:
        verbose_name = _("way of paying")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class Sequence(models.Model):
    """The last number given in a year to documents of one kind."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("sequence of numbers")
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="one_sequence_per_year")]


class Document(models.Model):
    """What is cancelled, never erased."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    cancelled_why = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        return self.filter(visible_to(user, SALES).customers_filter("customer__"))

    def past_due(self, today: date) -> OrderQuerySet:
        return self.filter(is_current=True, due_on__lt=today)


def _newest_of(name: str, **condition: bool) -> models.Index:
    return models.Index(fields=["-ordered_at", "-id"], condition=models.Q(**condition), name=f"sales_order_{name}")


class Order(Document):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", db_index=False)
    number = models.CharField(_("number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    state = models.ForeignKey(OrderState, models.PROTECT, db_index=False)
    # The state's own, and never of a cancelled order: kept here so that one index finds current orders.
    is_current = models.BooleanField(default=True)
    currency = models.CharField(_("currency"), max_length=3)
    discount_percent = models.DecimalField(_("discount, %"), **_PERCENT, default=0)
    discount_amount = models.DecimalField(_("discount"), **_MONEY, default=0)
    is_tax_included = models.BooleanField(_("prices include tax"), default=True)
    tax = models.DecimalField(_("tax"), **_MONEY, default=0)  # kept equal to the lines, as is the total
    total = models.DecimalField(_("total"), **_MONEY)
    paid = models.DecimalField(_("paid"), **_MONEY, default=0)  # kept: payments for it, and advances given to it
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    ordered_at = models.DateTimeField(_("ordered"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=0)  # grows with every change: who edits an older one is told

    objects = models.Manager.from_queryset(OrderQuerySet)()

    class Meta:
        verbose_name = _("order")
        indexes = [
            models.Index(fields=["customer", "-ordered_at"]),
            models.Index(
                fields=["customer", "-ordered_at"],
                condition=models.Q(is_current=True),
                name="sales_order_current",
            ),
            models.Index(fields=["-ordered_at", "-id"], name="sales_order_newest"),
            models.Index(fields=["state", "-ordered_at", "-id"], name="sales_order_state"),
            models.Index(fields=["responsible", "-ordered_at", "-id"], name="sales_order_responsible"),
            models.Index(fields=["responsible", "state", "-ordered_at", "-id"], name="sales_order_of_in_state"),
            models.Index(fields=["due_on", "-ordered_at"], condition=models.Q(is_current=True), name="sales_order_due"),
            # Each filter of the list in its order; see sales.order_conditions.
            models.Index(fields=["currency", "-ordered_at", "-id"], name="sales_order_currency"),
            _newest_of("going", is_current=True),
            _newest_of("cancelled", cancelled_at__isnull=False),
            _newest_of("nobodys", responsible__isnull=True),
            _newest_of("undue", due_on__isnull=True),
            models.Index(fields=["due_on"], condition=models.Q(due_on__isnull=False), name="sales_order_by_due"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_owed(self) -> bool:
        return self.state.is_owed and not self.is_cancelled

    @property
    def debt(self) -> Decimal:
        """What is still to be paid for it; negative when too much was paid."""
        return (self.total if self.is_owed else Decimal(0)) - self.paid

    @property
    def is_past_due(self) -> bool:
        return self.is_current and self.due_on is not None and self.due_on < timezone.localdate()


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("what"), max_length=200)  # as the product was called on that day
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=1)
    price = models.DecimalField(_("price"), **_MONEY)
    discount_percent = models.DecimalField(_("discount, %"), **_PERCENT, default=0)
    discount_amount = models.DecimalField(_("discount"), **_MONEY, default=0)
    tax_percent = models.DecimalField(_("tax, %"), **_PERCENT, default=0)
    amount = models.DecimalField(_("amount"), **_MONEY)  # kept: after the line's discount

    class Meta:
        verbose_name = _("line of an order")
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="one_line_in_a_place")]

    @property
    def figures(self) -> LineFigures:
        return LineFigures(
            quantity=self.quantity,
            price=self.price,
            discount_percent=self.discount_percent,
            discount_amount=self.discount_amount,
            tax_percent=self.tax_percent,
        )


class OrderFile(models.Model):
    """A file of the customer that belongs to an order: the contract, a drawing, a photograph of the place."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="files")
    file = models.OneToOneField(CustomerFile, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("file of an order")


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User) -> PaymentQuerySet:
        return self.filter(visible_to(user, SALES).customers_filter("customer__"))


class Payment(Document):
    """Money received; negative: given back. Without an order it is an advance, and can be given to orders later."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="payments")
    number = models.CharField(_("number"), max_length=40, blank=True)  # of its receipt
    amount = models.DecimalField(_("amount"), **_MONEY)
    allocated = models.DecimalField(**_MONEY, default=0)  # kept: how much of an advance is given to orders
    currency = models.CharField(_("currency"), max_length=3)
    method = models.ForeignKey(PaymentMethod, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    paid_at = models.DateTimeField(_("paid"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = models.Manager.from_queryset(PaymentQuerySet)()

    class Meta:
        verbose_name = _("payment")
        indexes = [
            models.Index(fields=["customer", "-paid_at"]),
            models.Index(fields=["-paid_at", "-id"], name="sales_payment_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~models.Q(number=""), name="one_receipt_of_a_number")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def free(self) -> Decimal:
        """What of an advance is not yet given to an order."""
        return Decimal(0) if self.order_id or self.is_cancelled else self.amount - self.allocated


class Allocation(models.Model):
    """A part of an advance that pays for an order."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="allocations", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(_("amount"), **_MONEY)

    class Meta:
        verbose_name = _("part of an advance")
        constraints = [models.UniqueConstraint(fields=["payment", "order"], name="one_part_of_an_advance_per_order")]


class Balance(models.Model):
    """What a customer owes in one currency: owed orders less payments. Kept by sales.balances."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="balances", db_index=False)
    currency = models.CharField(max_length=3)
    owed = models.DecimalField(**_MONEY, default=0)

    class Meta:
        verbose_name = _("balance")
        constraints = [models.UniqueConstraint(fields=["customer", "currency"], name="one_balance_per_currency")]
        indexes = [
            models.Index(
                fields=["currency", "-owed", "customer"], condition=models.Q(owed__gt=0), name="sales_balance_debtors"
            )
        ]


class DebtTotal(models.Model):
    """What all customers of one shard owe in one currency, so that the whole is a sum of a few rows.

    In shards, because every order and payment writes here: writers of different customers seldom meet in one row.
    """

    SHARDS = 16

    currency = models.CharField(max_length=3)
    shard = models.PositiveSmallIntegerField()
    owed = models.DecimalField(max_digits=22, decimal_places=3, default=0)
    ahead = models.DecimalField(max_digits=22, decimal_places=3, default=0)  # paid in advance; as a positive amount
    debtors = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("total of debts")
        constraints = [models.UniqueConstraint(fields=["currency", "shard"], name="one_total_per_shard")]
