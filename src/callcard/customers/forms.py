"""What one types about a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from callcard.customers.birthdays import BirthdayField
from callcard.customers.form_fixed import ABOUT, Fixed, fixed_columns, fixed_in_rows
from callcard.customers.languages import language_name, languages
from callcard.customers.models import Customer, OwnField, Tag
from callcard.customers.own_fields import fields_seen_by, read_value, typed_again
from callcard.customers.portraits import LONGEST_BYTES, NotAPortrait, store_portrait
from callcard.customers.record import OWN, ChangedMeanwhile, as_text, held, refuse_if_changed
from callcard.customers.row_forms import PHONES, ROW_KINDS, meanwhile
from callcard.customers.services import (
    create_customer,
    update_customer,
    write_portrait,
)
from callcard.customers.veil import may_change
from callcard.kit.ids import ids_in
from callcard.staff.models import User
from callcard.staff.places import countries
from callcard.staff.visibility import visible_to
from callcard.ui.forms import dress

if TYPE_CHECKING:
    _OfCustomer = forms.ModelForm[Customer]
else:  # Django's class takes no parameters when it runs
    _OfCustomer = forms.ModelForm

_OWN = "own_"
_SEEN = "seen-"
_PORTRAIT_SALT = "callcard.customers.portrait"
_CHOSEN = ("category", "stage", "source")


class OwnValueField(forms.Field):
    """One of the company's own fields: whatever is typed goes through `own_fields.read_value`."""

    def __init__(self, own: OwnField, value: Any) -> None:
        self.own = own
        initial = (value or []) if own.kind == OwnField.Kind.CHOICES else typed_again(own, value)
        if own.kind in (OwnField.Kind.CHOICE, OwnField.Kind.YES_NO):
            initial = "" if value is None else str(value)
        super().__init__(label=own.name, required=own.is_required, initial=initial, widget=_widget_of(own))

    def clean(self, value: Any) -> Any:
        return read_value(self.own, value)


def _widget_of(own: OwnField) -> forms.Widget:
    options = [(option["value"], option["name"]) for option in own.options]
    if own.kind == OwnField.Kind.CHOICES:
        return forms.CheckboxSelectMultiple(choices=options)
    if own.kind == OwnField.Kind.CHOICE:
        return forms.Select(choices=[("", "—"), *options])
    if own.kind == OwnField.Kind.YES_NO:
        return forms.Select(choices=[("", "—"), ("True", gettext_lazy("Yes")), ("False", gettext_lazy("No"))])
    attributes = {"maxlength": "2000", "autocomplete": "off"}
    if own.kind == OwnField.Kind.DATE:
        attributes = {"type": "date"}
    elif own.kind in (OwnField.Kind.NUMBER, OwnField.Kind.MONEY):
        attributes |= {"inputmode": "decimal", "dir": "ltr"}
    elif own.kind == OwnField.Kind.LINK:
        attributes |= {"inputmode": "url", "dir": "ltr"}
    return forms.TextInput(attrs=attributes)


class CustomerForm(_OfCustomer):
    """A customer's own columns, tags, and the company's own fields."""

    tags = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Tags"), required=False, widget=forms.CheckboxSelectMultiple, empty_value=[]
    )

    birthday = BirthdayField()

    class Meta:
        model = Customer
        fields = (
            *("name", "kind", "category", "stage", "source", "responsible", "address", "city", "postal_code"),
            *("country", "language", "birthday", "note"),
        )
        widgets = {
            "kind": forms.RadioSelect,
            "note": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, data: Any = None, *, user: User, instance: Customer | None = None, **kwargs: Any) -> None:
        super().__init__(data, instance=instance, **kwargs)
        self.user, self.was = user, instance
        self._offer_staff()
        for name in fixed_columns(user, instance):
            del self.fields[name]
        self._offer_entries()
        self._offer_names()
        self.own = fields_seen_by(user)
        values = self.instance.own_fields if instance else {}
        for own in self.own:
            default = None if instance else own.default
            self.fields[_OWN + own.key] = OwnValueField(own, values.get(own.key, default))
        dress(self)
        if instance is None and data is None:
            self.fields["name"].widget.attrs["autofocus"] = True
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput | forms.Textarea):
                field.widget.attrs.setdefault("dir", "auto")

    def _offer_staff(self) -> None:
        staff = User.objects.filter(is_active=True).order_by("first_name", "username")
        visibility = visible_to(self.user)
        if visibility.responsible_ids is not None:
            staff = staff.filter(pk__in=visibility.responsible_ids)
            self.fields["responsible"].required = True  # nobody's customer could not be seen by who typed it in
        responsible = _model_choice(self.fields["responsible"])
        responsible.queryset, responsible.empty_label = staff, "—"
        if self.was is None:
            self.fields["responsible"].initial = self.user.pk

    def _offer_entries(self) -> None:
        """What the company's lists have now, and what this customer has."""
        for name in _CHOSEN:
            field = _model_choice(self.fields[name])
            has = getattr(self.instance, f"{name}_id")
            assert field.queryset is not None
            field.queryset = field.queryset.filter(Q(archived_at=None) | Q(pk=has))
            field.empty_label = "—"
        tags = Q(archived_at=None) | Q(pk__in=self.was.tags.values("pk")) if self.was else Q(archived_at=None)
        offered = {str(tag.pk): tag for tag in Tag.objects.filter(tags)}
        chosen = self.fields["tags"]
        assert isinstance(chosen, forms.TypedMultipleChoiceField)
        chosen.choices = [(pk, tag.name) for pk, tag in offered.items()]
        chosen.coerce = offered.__getitem__
        self._tag_tones = {pk: tag.colour for pk, tag in offered.items()}
        if self.was:
            self.fields["tags"].initial = list(self.was.tags.values_list("pk", flat=True))

    @property
    def tag_boxes(self) -> list[tuple[Any, str]]:
        """(box, tone) of each tag that can be chosen."""
        return [(box, self._tag_tones[str(box.data["value"])]) for box in self["tags"]]

    def _offer_names(self) -> None:
        """Languages and countries by name; what an older record has stays possible."""
        language, country = self.instance.language, self.instance.country
        spoken = (
            languages()
            if not language or language in dict(languages())
            else [(language, language_name(language)), *languages()]
        )
        places = countries() if not country or country in dict(countries()) else [(country, country), *countries()]
        for name, choices in (("language", spoken), ("country", places)):
            label = self.fields[name].label
            self.fields[name] = forms.ChoiceField(label=label, choices=[("", "—"), *choices], required=False)

    def own_bound(self) -> list[forms.BoundField]:
        return [self[_OWN + own.key] for own in self.own]

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).replace("\x00", "").strip()

    def clean_note(self) -> str:
        return _lines(str(self.cleaned_data["note"]))

    def values(self) -> dict[str, Any]:
        """What a valid form holds, as `customers.services` take it."""
        own = {f"{OWN}{own.key}": self.cleaned_data[_OWN + own.key] for own in self.own}
        columns = {name: self.cleaned_data[name] for name in self._columns()}
        if self.was is None:
            columns.setdefault("responsible", self.user)
        return {**columns, "tags": list(self.cleaned_data["tags"]), **own}

    def _columns(self) -> list[str]:
        return [name for name in self._meta.fields or () if name in self.fields]

    def seen(self) -> dict[str, str]:
        """What each field held when the page was made, for its hidden fields."""
        if self.was is None:
            return {}
        if self.is_bound:
            return {name: _lines(self.data.get(name, "")) for name in self.data if name.startswith(_SEEN)}
        names = [*self._columns(), "tags", *(f"{OWN}{own.key}" for own in self.own)]
        return {f"{_SEEN}{name}": held(self.was, name) for name in names}

    def changed(self) -> dict[str, Any]:
        """What this person changed; everything when the page did not say what it showed."""
        seen = self.seen()
        return {
            name: value
            for name, value in self.values().items()
            if f"{_SEEN}{name}" not in seen or _told(name, value) != seen[f"{_SEEN}{name}"]
        }

    def refuse_changed(self, fresh: Customer) -> bool:
        """Say beside each field that somebody else changed it meanwhile. Whether there was none."""
        seen, is_fine = self.seen(), True
        for name, value in self.changed().items():
            key = f"{_SEEN}{name}"
            if key not in seen or held(fresh, name) == _told(name, value):
                continue
            try:
                refuse_if_changed(fresh, name, seen[key])
            except ChangedMeanwhile as refused:
                self.add_error(_OWN + name.removeprefix(OWN) if name.startswith(OWN) else name, meanwhile(refused))
                data: Any = self.data
                self.data = data = data.copy()
                data[key] = refused.current
                is_fine = False
        return is_fine


def _lines(text: str) -> str:
    """Browsers send lines that end otherwise than those they were given."""
    return text.replace("\r\n", "\n")


def _told(name: str, value: Any) -> str:
    return ",".join(map(str, sorted(tag.pk for tag in value))) if name == "tags" else as_text(value)


def _model_choice(field: forms.Field) -> forms.ModelChoiceField[Any]:
    assert isinstance(field, forms.ModelChoiceField)
    return field


class CustomerEntry:
    """The whole page of a customer, new or changed: its form, its rows and its portrait."""

    def __init__(
        self, data: Any = None, files: Any = None, *, user: User, customer: Customer | None = None, number: str = ""
    ) -> None:
        self.user, self.customer, self.data = user, customer, data
        self.form = CustomerForm(data, user=user, instance=customer, auto_id=f"customer-{_id(customer)}-%s")
        first = {PHONES: [{"raw": number}] if number or customer is None else []}
        self.kinds = [kind for kind in ROW_KINDS if customer is None or may_change(user, ABOUT[kind.prefix], "")]
        self.rows = {
            kind.prefix: kind.formset(
                data, customer=customer, first=first.get(kind, ()), fixed=fixed_in_rows(user, kind.prefix, customer)
            )
            for kind in self.kinds
        }
        self.fixed = Fixed(user, customer) if customer is not None else None
        self.portrait, self.portrait_error = _portrait(data, files)

    @property
    def is_bound(self) -> bool:
        return self.data is not None

    @property
    def is_wrong(self) -> bool:
        return self.is_bound and bool(
            self.form.errors or self.portrait_error or any(rows.total_error_count() for rows in self.rows.values())
        )

    @property
    def portrait_token(self) -> str:
        """So that a photo is not lost while something else is put right."""
        return signing.dumps(self.portrait, salt=_PORTRAIT_SALT) if self.portrait else ""

    @property
    def portrait_id(self) -> str:
        return f"customer-{_id(self.customer)}-portrait"

    def is_valid(self) -> bool:
        fits = [self.form.is_valid(), *(rows.is_valid() for rows in self.rows.values()), not self.portrait_error]
        return self.is_bound and all(fits)

    def write(self) -> Customer | None:
        """The customer as it is now; None, and nothing is written, when somebody else changed something meanwhile."""
        with transaction.atomic():
            customer = self._write_columns()
            is_done = customer is not None and self._write_rows(customer)
            if not is_done:
                transaction.set_rollback(True)
                return None
            assert customer is not None
            if self.portrait:
                write_portrait(customer=customer, path=self.portrait, by=self.user)
        return customer

    def _write_columns(self) -> Customer | None:
        if self.customer is None:
            values = self.form.values()
            own = {name.removeprefix(OWN): values.pop(name) for name in list(values) if name.startswith(OWN)}
            return create_customer(by=self.user, own_fields=own, **values)
        fresh = Customer.objects.select_for_update().get(pk=self.customer.pk)
        if not self.form.refuse_changed(fresh):
            return None
        return update_customer(customer=fresh, changes=self.form.changed(), by=self.user)

    def _write_rows(self, customer: Customer) -> bool:
        done = [
            kind.write(self.rows[kind.prefix], customer=customer, shown=self._shown(kind.prefix), by=self.user)
            for kind in self.kinds
        ]
        return all(done)

    def _shown(self, prefix: str) -> set[int]:
        return set(ids_in(self.data.getlist(f"{prefix}-shown")))


def _id(customer: Customer | None) -> str:
    return str(customer.pk) if customer else "new"


def _portrait(data: Any, files: Any) -> tuple[str, str]:
    """(path, what is wrong) of the photo that came now, or of the one that came before and was kept."""
    upload = files.get("portrait") if files else None
    if isinstance(upload, UploadedFile):
        try:
            return store_portrait(upload.read(LONGEST_BYTES + 1)), ""
        except NotAPortrait as refused:
            return "", str(refused)
    token = data.get("portrait_kept", "") if data else ""
    try:
        return (str(signing.loads(token, salt=_PORTRAIT_SALT, max_age=86_400)) if token else ""), ""
    except signing.BadSignature:
        return "", ""
