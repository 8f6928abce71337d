"""What one types about a customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Contact, Customer, OwnField, Phone
from callcard.customers.services import add_number_to_customer, create_customer, update_customer
from callcard.staff.models import User
from callcard.staff.visibility import visible_to

if TYPE_CHECKING:
    _OfCustomer = forms.ModelForm[Customer]
    _OfPhone = forms.ModelForm[Phone]
    _OfContact = forms.ModelForm[Contact]
else:  # Django's class takes no parameters when it runs
    _OfCustomer = _OfPhone = _OfContact = forms.ModelForm

_OWN = "own_"


class CustomerForm(_OfCustomer):
    """A customer's own columns and the company's own fields."""

    class Meta:
        model = Customer
        fields = (
            *("name", "kind", "category", "responsible", "city", "country", "address", "language", "birthday"),
            "note",
        )
        widgets = {
            "birthday": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        staff = User.objects.filter(is_active=True).order_by("first_name", "username")
        visibility = visible_to(user)
        if visibility.responsible_ids is not None:
            staff = staff.filter(pk__in=visibility.responsible_ids)
            self.fields["responsible"].required = True  # nobody's customer could not be seen by who typed it in
        responsible = self.fields["responsible"]
        assert isinstance(responsible, forms.ModelChoiceField)
        responsible.queryset = staff
        for own in OwnField.objects.all():
            value = self.instance.own_fields.get(own.key, "")
            self.fields[_OWN + own.key] = forms.CharField(label=own.name, initial=value, required=False, max_length=500)
        for field in self.fields.values():
            is_choice = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"
            field.widget.attrs["dir"] = "auto"

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError(_("Two letters, such as LA."))
        return country

    def columns(self) -> dict[str, Any]:
        """What was typed, as `customers.services` take it."""
        own_fields = dict(self.instance.own_fields)
        for name, value in self.cleaned_data.items():
            if name.startswith(_OWN):
                own_fields[name.removeprefix(_OWN)] = value
        columns = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        return columns | {"own_fields": {key: value for key, value in own_fields.items() if value != ""}}

    def own_names(self) -> Iterator[str]:
        return (name for name in self.fields if name.startswith(_OWN))

    def write(self) -> Customer:
        """Save the changes of a valid form."""
        fresh = Customer.objects.get(pk=self.instance.pk)
        return update_customer(customer=fresh, changes=self.columns(), by=self.user)


class NewCustomerForm(CustomerForm):
    number = forms.CharField(label=_("Number"), max_length=64, required=False)

    field_order = ("name", "number", "kind", "category", "responsible")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["responsible"].initial = user.pk
        self.fields["number"].widget.attrs |= {"inputmode": "tel", "dir": "ltr"}

    def write(self) -> Customer:
        columns = self.columns()
        numbers = [self.cleaned_data["number"]] if self.cleaned_data["number"] else []
        return create_customer(by=self.user, numbers=numbers, **columns)


class PhoneForm(_OfPhone):
    class Meta:
        model = Phone
        fields = ("raw", "label", "person")

    def write(self, customer: Customer) -> Phone:
        """Add the number, or give the one that is there already these words."""
        phone = add_number_to_customer(customer=customer, raw=self.cleaned_data["raw"])
        for name in ("label", "person"):
            if self.cleaned_data[name]:
                setattr(phone, name, self.cleaned_data[name])
        phone.save(update_fields=["label", "person"])
        return phone


class ContactForm(_OfContact):
    class Meta:
        model = Contact
        fields = ("kind", "value", "label")
