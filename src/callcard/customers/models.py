"""People and companies one talks to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from callcard.customers import list_models as list_models  # Django looks for tables here
from callcard.customers import merge_models as merge_models
from callcard.customers import search_models as search_models
from callcard.customers.transfer import models as transfer_models  # noqa: F401
from callcard.staff.models import User
from callcard.staff.veiled import Veilable, way_to_call
from callcard.staff.visibility import visible_to


def folded(text: str) -> str:
    """Text as it is compared when searching: case and width do not count."""
    return unicodedata.normalize("NFKC", text).casefold().strip()[:400]


def by_customer(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows that belong to customers, in their order, by the customers' ids."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(row)
    return found


class OwnListEntry(models.Model):
    """An entry of a list that the company keeps by itself. An archived one stays where it is, but is not offered."""

    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class Category(OwnListEntry):
    """`colour` is a tone of ui/page.css, `icon` a name of ui/icons.txt or empty."""

    colour = models.CharField(_("colour"), max_length=20, default="blue")
    icon = models.CharField(_("icon"), max_length=40, blank=True)

    class Meta(OwnListEntry.Meta):
        verbose_name = _("category")


class CustomerStage(OwnListEntry):
    """How far it has come with a customer. In a stage that is not `is_customer` they are potential customers yet."""

    colour = models.CharField(_("colour"), max_length=20, default="blue")
    is_customer = models.BooleanField(_("is a customer"), default=False)

    class Meta(OwnListEntry.Meta):
        verbose_name = _("stage")


class CustomerSource(OwnListEntry):
    """Where customers heard of the company."""

    class Meta(OwnListEntry.Meta):
        verbose_name = _("source")


class Tag(OwnListEntry):
    colour = models.CharField(_("colour"), max_length=20, default="blue")

    class Meta(OwnListEntry.Meta):
        verbose_name = _("tag")


def _current_by(column: str, *order: str) -> models.Index:
    name = f"customers_{column}_by_{'name' if 'search_name' in order else 'id'}"
    return models.Index(fields=[column, *order], condition=models.Q(archived_at__isnull=True), name=name)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> CustomerQuerySet:
        return self.filter(visible_to(user).customers_filter())

    def current(self) -> CustomerQuerySet:
        """Those that nobody archived."""
        return self.filter(archived_at=None)

    def archived(self) -> CustomerQuerySet:
        return self.filter(archived_at__isnull=False)

    def potential(self) -> CustomerQuerySet:
        """Those whose stage says that they are not customers yet. Without a stage one is a customer."""
        return self.filter(stage__is_customer=False)


class Customer(Veilable):
    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=200)
    # The name casefolded: SQLite compares letters beyond ASCII case by case only.
    search_name = models.CharField(max_length=400, blank=True, editable=False)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True)
    stage = models.ForeignKey(CustomerStage, models.SET_NULL, null=True, blank=True, related_name="customers")
    source = models.ForeignKey(CustomerSource, models.SET_NULL, null=True, blank=True, related_name="customers")
    tags = models.ManyToManyField(Tag, through="CustomerTag", related_name="customers")
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="customers"
    )
    portrait = models.CharField(max_length=200, blank=True)  # a path below MEDIA_ROOT, made by customers.portraits
    language = models.CharField(_("language"), max_length=10, blank=True)
    # The main address; further ones are rows of Address.
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, db_default="")
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    own_fields = models.JSONField(default=dict, blank=True)  # OwnField.key -> value, see customers.own_fields
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # The last write of anything that belongs to the customer's own record, phones and contacts included.
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(CustomerQuerySet)()

    class Meta:
        verbose_name = _("customer")
        indexes = [
            models.Index(fields=["search_name", "id"]),
            models.Index(fields=["responsible", "search_name", "id"]),
            models.Index(fields=["category", "search_name", "id"]),
            # Each filter of one choice in each order that the list offers to a million; see customers.list_conditions.
            *(_current_by(column, "search_name", "id") for column in ("stage", "source", "kind", "country", "city")),
            *(_current_by(column, "id") for column in ("category", "stage", "source", "responsible")),
            *(_current_by(column, "id") for column in ("kind", "country", "city")),
            models.Index(
                fields=["search_name", "id"],
                condition=models.Q(archived_at__isnull=False),
                name="customers_archived_by_name",
            ),
            models.Index(fields=["created_at", "id"], name="customers_by_entry"),
            models.Index(
                fields=["birthday", "id"], condition=models.Q(birthday__isnull=False), name="customers_by_birthday"
            ),
            models.Index(fields=["portrait"], condition=~models.Q(portrait=""), name="customers_by_portrait"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = folded(self.name)
        if "name" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_name"}
        super().save(*args, **kwargs)


class CustomerTag(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="customer_tags", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="customer_tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "tag"], name="one_tag_of_a_kind")]


class ContactPerson(Veilable):
    """Somebody whom one talks to at a customer, mostly at a company. Phones and contacts may be this person's own."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="persons")
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("position"), max_length=100, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("contact person")

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    """A further address. The main one is in the customer's own columns, where the pop-up reads it."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    line = models.CharField(_("address"), max_length=300, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("address")

    def __str__(self) -> str:
        return ", ".join(part for part in (self.line, self.postal_code, self.city, self.country) if part)


class Phone(Veilable):
    """A number of a customer: as it was typed, and as it is dialled from anywhere (E.164)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones")
    raw = models.CharField(_("number"), max_length=64)
    e164 = models.CharField(max_length=20, blank=True)
    ending = models.CharField(max_length=7, blank=True)  # ReadNumber.ending, for "possible" matches
    label = models.CharField(_("label"), max_length=40, blank=True)
    # Written by the services: the name of `contact_person`, or a few words when there is no such row.
    person = models.CharField(_("contact person"), max_length=100, blank=True)
    contact_person = models.ForeignKey(ContactPerson, models.SET_NULL, null=True, blank=True, related_name="phones")
    is_preferred = models.BooleanField(_("preferred"), default=False)
    do_not_call = models.BooleanField(_("do not call"), default=False, db_default=False)
    # False: no numbering plan knows such a number. It is kept and marked all the same.
    is_valid_looking = models.BooleanField(default=True, db_default=True)

    class Meta:
        verbose_name = _("phone")
        indexes = [models.Index(fields=["e164"]), models.Index(fields=["ending"])]

    def __str__(self) -> str:
        return self.raw

    @property
    def way_to_call(self) -> str:
        return way_to_call(self.e164 or self.raw, veiled_as=f"phone-{self.pk}" if self.is_veiled else "")


class Contact(models.Model):
    """Any way of reaching a customer that is not a phone number."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        TELEGRAM = "telegram", "Telegram"
        WHATSAPP = "whatsapp", "WhatsApp"
        LINE = "line", "LINE"
        WECHAT = "wechat", "WeChat"
        VIBER = "viber", "Viber"
        SIGNAL = "signal", "Signal"
        FACEBOOK = "facebook", "Facebook"
        INSTAGRAM = "instagram", "Instagram"
        ZALO = "zalo", "Zalo"
        KAKAOTALK = "kakaotalk", "KakaoTalk"
        VK = "vk", "VK"
        WEBSITE = "website", _("Website")
        OTHER = "other", _("Other")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.EMAIL)
    value = models.CharField(_("value"), max_length=254)
    label = models.CharField(_("label"), max_length=40, blank=True)
    contact_person = models.ForeignKey(ContactPerson, models.SET_NULL, null=True, blank=True, related_name="contacts")

    class Meta:
        verbose_name = _("contact")
        indexes = [
            models.Index(
                Lower("value"), condition=models.Q(kind="email"), name="customers_contact_by_email"
            ),  # an import asks who has these addresses
        ]

    def __str__(self) -> str:
        return self.value


class CustomerNote(models.Model):
    """Something that somebody wrote down at one moment. `Customer.note` is what always holds for the customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes", db_index=False)
    text = models.TextField(_("note"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("note")
        indexes = [models.Index(fields=["customer", "-written_at"])]


class CustomerFile(models.Model):
    """A file that belongs to a customer. What is removed stays on the disk, so that it can be brought back."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=100)  # by its content, not by its name
    path = models.CharField(max_length=200)  # below MEDIA_ROOT
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file")
        indexes = [models.Index(fields=["customer", "-uploaded_at"])]

    def __str__(self) -> str:
        return self.name


class CustomerSettings(models.Model):
    """What the administrator decides about customers. One row, made when something is first changed."""

    largest_file_mb = models.PositiveIntegerField(_("largest file, MB"), default=25)

    class Meta:
        verbose_name = _("settings of customers")


class OwnField(models.Model):
    """A field that the company added by itself. `customers.own_fields` reads and shows its values."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Money")
        DATE = "date", _("Date")
        YES_NO = "yesno", _("Yes or no")
        CHOICE = "choice", _("One of a list")
        CHOICES = "choices", _("Several of a list")
        LINK = "link", _("Link")

    key = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.TEXT)
    # [{"value": what is stored, "name": what people see}]: an option that gets another name keeps its value.
    options = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    default = models.JSONField(null=True, blank=True)  # as stored; None: none
    position = models.PositiveSmallIntegerField(default=0)
    on_card = models.BooleanField(_("on the card"), default=True)
    on_list = models.BooleanField(_("in lists"), default=False)
    on_popup = models.BooleanField(_("on the pop-up"), default=False)
    roles = models.JSONField(default=list, blank=True)  # words of roles that see it; empty: everybody
    archived_at = models.DateTimeField(null=True, blank=True)  # no window shows it then; its values stay

    class Meta:
        verbose_name = _("own field")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name
