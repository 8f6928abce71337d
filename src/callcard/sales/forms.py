"""What one types about orders, payments and products."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from babel.numbers import get_decimal_symbol
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.sales.models import Order, OrderState, PaymentMethod, Product, ProductPrice
from callcard.sales.remembering import plain
from callcard.sales.rules import MoreThanAll, NotAnAmount, places_of, places_of_price, read_amount, read_discount
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.places import currencies
from callcard.ui.forms import WindowForm
from callcard.ui.writing import current_locale

_EARLIEST_YEAR = 1900


def decimal_point() -> str:
    """The sign before fractions in the reader's language."""
    return str(get_decimal_symbol(current_locale()))


def typed(amount: Decimal) -> str:
    """The amount as it stands in a field, to be read again by the same person."""
    return plain(amount).replace(".", decimal_point())


def typed_discount(percent: Decimal, amount: Decimal) -> str:
    return f"{typed(percent)} %" if percent else typed(amount) if amount else ""


def not_a_discount(refused: NotAnAmount) -> str:
    """Why it is none, in words for the user."""
    if isinstance(refused, MoreThanAll):
        return _("More than 100 % cannot be taken off.")
    return _("Write a discount as 10 % or as an amount.")


class AmountField(forms.CharField):
    """A Decimal, in any way of writing. `places`: so many digits its fraction may have."""

    places = 3

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"}

    def prepare_value(self, value: Any) -> Any:
        return typed(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return Decimal(0)
        try:
            return read_amount(text, point=decimal_point(), places=self.places)
        except NotAnAmount:
            raise forms.ValidationError(_("This is not an amount.")) from None


class DiscountField(forms.CharField):
    """(per cent, amount): "10 %" or "5000". `places`: so many digits the amount's fraction may have."""

    places = 3

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, required=False, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "dir": "ltr", "placeholder": "10 % / 5"}

    def clean(self, value: Any) -> Any:
        try:
            return read_discount(super().clean(value), point=decimal_point(), places=self.places)
        except NotAnAmount as refused:
            raise forms.ValidationError(not_a_discount(refused)) from None


class DayField(forms.DateField):
    """A day as the browser sends it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day.year < _EARLIEST_YEAR:
            raise forms.ValidationError(_("This day is too long ago."))
        return day


def used_currencies() -> list[tuple[str, Any]]:
    """Every currency, the company's own and those that things are sold in first."""
    names = dict(currencies())
    mine = [company().currency, *ProductPrice.objects.values_list("currency", flat=True).distinct()]
    first = [(code, names.get(code, code)) for code in dict.fromkeys(mine)]
    return [*first, (_("Others"), [each for each in names.items() if each[0] not in mine])]


class OrderForm(WindowForm):
    """All of an order but its lines."""

    title = forms.CharField(label=gettext_lazy("About"), max_length=200, required=False)
    state = forms.ModelChoiceField(label=gettext_lazy("State"), queryset=OrderState.objects, empty_label=None)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    due_on = DayField(label=gettext_lazy("Due"), required=False)
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Responsible"), queryset=User.objects, required=False, empty_label="—"
    )
    discount = DiscountField(
        label=gettext_lazy("Discount on the whole order"),
        help_text=gettext_lazy("With a percent sign a share, without it an amount"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, *, order: Order | None = None, initial: dict[str, Any] | None = None) -> None:
        kept = _typed_of(order) if order else {}
        super().__init__(data, initial={**(initial or {}), **kept}, auto_id=f"order-{order.pk if order else 'new'}-%s")
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = used_currencies()
        state = self.fields["state"]
        assert isinstance(state, forms.ModelChoiceField)
        kept_state = order.state_id if order else None
        state.queryset = OrderState.objects.filter(Q(archived_at=None) | Q(pk=kept_state))
        responsible = self.fields["responsible"]
        assert isinstance(responsible, forms.ModelChoiceField)
        responsible.queryset = User.objects.filter(is_active=True).order_by("first_name", "username")
        discount = self.fields["discount"]
        assert isinstance(discount, DiscountField)
        discount.places = places_of_price((data or {}).get("currency", ""))
        discount.widget.attrs |= {"data-figure": ""}
        self.fields["currency"].widget.attrs |= {"data-figure": ""}

    def columns(self) -> dict[str, Any]:
        """For the services."""
        values = dict(self.cleaned_data)
        values["discount_percent"], values["discount_amount"] = values.pop("discount")
        return values


def _typed_of(order: Order) -> dict[str, Any]:
    columns = ("title", "state", "currency", "due_on", "responsible", "note")
    discount = typed_discount(order.discount_percent, order.discount_amount)
    return {name: getattr(order, name) for name in columns} | {"discount": discount}


class PaymentForm(WindowForm):
    amount = AmountField(label=gettext_lazy("Amount"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    is_refund = forms.BooleanField(label=gettext_lazy("Money given back"), required=False)
    method = forms.ModelChoiceField(
        label=gettext_lazy("Paid by"),
        queryset=PaymentMethod.objects.filter(archived_at=None),
        required=False,
        empty_label="—",
    )
    paid_on = DayField(label=gettext_lazy("Paid on"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, initial: dict[str, Any], order: Order | None, key: str) -> None:
        super().__init__(data, initial={"paid_on": timezone.localdate(), **initial}, auto_id=f"pay-{key}-%s")
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(order.currency, order.currency)] if order else used_currencies()
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.places = places_of((data or {}).get("currency", ""))
        if data is None:
            amount.widget.attrs["autofocus"] = True

    def clean_paid_on(self) -> date:
        """Money that is still to come would be missing in a statement until today, yet count in the debt."""
        day: date = self.cleaned_data["paid_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("Write how much, more than nothing."))
        return amount

    def columns(self) -> dict[str, Any]:
        """For the services."""
        values = dict(self.cleaned_data)
        day, is_refund = values.pop("paid_on"), values.pop("is_refund")
        values["amount"] *= -1 if is_refund else 1
        now = timezone.now()
        at = now if day == timezone.localdate(now) else timezone.make_aware(datetime.combine(day, time(12)))
        return values | {"paid_at": at}


class ProductForm(WindowForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    code = forms.CharField(label=gettext_lazy("Code"), max_length=40, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Product.Kind.choices)
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=20, required=False, help_text=gettext_lazy("Such as pcs, kg, hour")
    )
    tax_percent = AmountField(label=gettext_lazy("Tax, %"), required=False)
    prices = forms.CharField(
        label=gettext_lazy("Prices"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr"}),
        help_text=gettext_lazy("One currency in a line, such as 12.50 USD; an amount alone is in the company's own"),
    )

    def __init__(self, data: Any = None, *, product: Product | None = None) -> None:
        self.product = product
        initial = {"kind": Product.Kind.GOODS, "tax_percent": Decimal(0)}
        if product is not None:
            initial = {name: getattr(product, name) for name in ("name", "code", "kind", "unit", "tax_percent")}
            initial["prices"] = "\n".join(f"{typed(price.price)} {price.currency}" for price in product.prices.all())
        super().__init__(data, initial=initial, auto_id=f"product-{product.pk if product else 'new'}-%s")
        if product is None and data is None:
            self.fields["name"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip()
        others = Product.objects.exclude(pk=self.product.pk) if self.product else Product.objects.all()
        if code and others.filter(code=code).exists():
            raise forms.ValidationError(_("Another product has this code."))
        return code

    def clean_tax_percent(self) -> Decimal:
        percent: Decimal = self.cleaned_data["tax_percent"]
        if not 0 <= percent <= 100:
            raise forms.ValidationError(_("Between 0 and 100."))
        return percent

    def clean_prices(self) -> dict[str, Decimal]:
        prices: dict[str, Decimal] = {}
        known = dict(currencies())
        for line in str(self.cleaned_data["prices"]).splitlines():
            if line.strip():
                currency, amount = _price(line.strip(), known)
                prices[currency] = amount
        return prices


def _price(line: str, known: dict[str, str]) -> tuple[str, Decimal]:
    """Raises ValidationError."""
    letters = "".join(mark for mark in line if mark.isascii() and mark.isalpha()).upper()
    amount = "".join(mark for mark in line if not mark.isalpha())
    currency = letters or company().currency
    if currency not in known:
        raise forms.ValidationError(_("“%(code)s” is not a currency.") % {"code": currency})
    try:
        price = read_amount(amount, point=decimal_point(), places=places_of_price(currency))
    except NotAnAmount:
        raise forms.ValidationError(_("“%(line)s” is not a price.") % {"line": line}) from None
    if price < 0:
        raise forms.ValidationError(_("A price is not less than nothing."))
    return currency, price
