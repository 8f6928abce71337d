"""Orders, payments and what customers owe. Amounts of different currencies are never added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.staff.visibility import visible_to


class OrderState(models.Model):
    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=20, default="blue")
    is_current = models.BooleanField(_("still going on"), default=True)
    is_owed = models.BooleanField(_("the customer owes it"), default=True)  # not: offers, cancelled orders
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("order state")
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        return self.filter(visible_to(user).customers_filter("customer__"))


class Order(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", db_index=False)
    number = models.CharField(_("number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    state = models.ForeignKey(OrderState, models.PROTECT)
    is_current = models.BooleanField(default=True)  # the state's own, kept here so that one index finds current orders
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    responsible = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    ordered_at = models.DateTimeField(_("ordered"))
    due_on = models.DateField(_("due"), null=True, blank=True)

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
        ]


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User) -> PaymentQuerySet:
        return self.filter(visible_to(user).customers_filter("customer__"))


class Payment(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="payments")
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    paid_at = models.DateTimeField(_("paid"))

    objects = models.Manager.from_queryset(PaymentQuerySet)()

    class Meta:
        verbose_name = _("payment")
        indexes = [models.Index(fields=["customer", "-paid_at"])]


class Balance(models.Model):
    """What a customer owes in one currency: owed orders less payments. Kept by sales.services."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="balances", db_index=False)
    currency = models.CharField(max_length=3)
    owed = models.DecimalField(max_digits=16, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("balance")
        constraints = [models.UniqueConstraint(fields=["customer", "currency"], name="one_balance_per_currency")]
