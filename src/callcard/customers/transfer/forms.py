"""What somebody chooses for an import: how the file is read, and what becomes of its rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.customers.models import Category, CustomerSource, CustomerStage, Tag
from callcard.customers.transfer import choices, text_files
from callcard.customers.transfer.models import Import
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.places import countries
from callcard.staff.visibility import visible_to
from callcard.ui.forms import WindowForm

_SIGNS = {",": gettext_lazy("comma"), ";": gettext_lazy("semicolon"), "\t": gettext_lazy("tab"), "|": "|"}


class ReadingForm(WindowForm):
    """How the file is read. Only what its kind knows."""

    has_header = forms.BooleanField(label=gettext_lazy("The first row names the columns"), required=False)
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"))
    delimiter = forms.ChoiceField(label=gettext_lazy("Columns are parted by"), choices=list(_SIGNS.items()))
    sheet = forms.TypedChoiceField(label=gettext_lazy("Sheet"), coerce=int)

    def __init__(self, data: Any = None, *, imported: Import) -> None:
        self.imported = imported
        reading = imported.reading
        super().__init__(data, initial=reading, auto_id=f"reading-{imported.pk}-%s")
        names = dict.fromkeys([*text_files.ENCODINGS, *([reading["encoding"]] if "encoding" in reading else [])])
        self._offer("encoding", [(name, name.removesuffix("-sig").upper()) for name in names])
        self._offer("sheet", list(enumerate(reading.get("sheets", []))))
        for name in self._needless():
            del self.fields[name]

    def _offer(self, name: str, offered: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = offered

    def _needless(self) -> list[str]:
        kind, sheets = self.imported.kind, self.imported.reading.get("sheets", [])
        if kind == Import.Kind.VCARD:
            return ["has_header", "delimiter", "sheet"]
        if kind == Import.Kind.XLSX:
            return ["encoding", "delimiter", *(["sheet"] if len(sheets) < 2 else [])]
        return ["sheet"]

    def reading(self) -> dict[str, Any]:
        return {**self.imported.reading, **self.cleaned_data}


class ChoicesForm(WindowForm):
    region = forms.ChoiceField(
        label=gettext_lazy("Country of numbers without a country code"),
        required=False,
    )
    duplicates = forms.ChoiceField(
        label=gettext_lazy("If a customer is here already"),
        widget=forms.RadioSelect,
        initial=choices.SKIP,
        choices=[
            (choices.SKIP, gettext_lazy("Leave them as they are")),
            (choices.FILL, gettext_lazy("Fill in what is empty, add numbers and addresses")),
            (choices.OVERWRITE, gettext_lazy("Write what the file says over what is here")),
            (choices.BOTH, gettext_lazy("Keep both")),
        ],
    )
    match = forms.MultipleChoiceField(
        label=gettext_lazy("They are the same by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=choices.MATCHES,
        choices=[
            ("phone", gettext_lazy("a number, however it is written")),
            ("email", gettext_lazy("an e-mail address")),
            ("name", gettext_lazy("the same name and city")),
        ],
    )
    responsible = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Responsible"), required=False)
    category = forms.ModelChoiceField(Category.objects.none(), label=gettext_lazy("Category"), required=False)
    stage = forms.ModelChoiceField(CustomerStage.objects.none(), label=gettext_lazy("Stage"), required=False)
    source = forms.ModelChoiceField(CustomerSource.objects.none(), label=gettext_lazy("Source"), required=False)
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.none(), label=gettext_lazy("Tags"), required=False, widget=forms.CheckboxSelectMultiple
    )
    add_entries = forms.BooleanField(
        label=gettext_lazy("Add categories, stages, sources and tags that our lists do not have yet"), required=False
    )

    defaults = ("responsible", "category", "stage", "source", "tags")
    """For rows that say nothing of these."""

    def __init__(self, data: Any = None, *, imported: Import, user: User) -> None:
        kept = choices.Choices.of(imported.choices)
        initial = {**kept.kept(), "region": kept.region or company().region}
        super().__init__(data, initial=initial, auto_id=f"choices-{imported.pk}-%s")
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = countries()
        for name, model in (
            ("category", Category),
            ("stage", CustomerStage),
            ("source", CustomerSource),
            ("tags", Tag),
        ):
            self._offer(name, model._default_manager.filter(archived_at=None))
        seen = visible_to(user).responsible_ids
        people = User.objects.filter(is_active=True).order_by("first_name", "username")
        self._offer("responsible", people if seen is None else people.filter(pk__in=seen))
        if not user.may("company.lists"):
            del self.fields["add_entries"]
        if not Tag.objects.filter(archived_at=None).exists():
            del self.fields["tags"]

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        if name != "tags":
            field.empty_label = _("as the file says")

    def chosen(self) -> dict[str, Any]:
        """What a valid form holds, as Import.choices has it."""
        values = dict(self.cleaned_data)
        for name in ("responsible", "category", "stage", "source"):
            values[name] = values[name].pk if values.get(name) else None
        values["tags"] = [tag.pk for tag in values.get("tags", ())]
        return choices.Choices.of(values).kept()


def read_mapping(data: Any, width: int, known: set[str]) -> list[str]:
    """The field of each column as it was chosen; whatever is none leaves its column out."""
    chosen = [data.get(f"column-{place}", "") for place in range(width)]
    return [field if field in known else "" for field in chosen]
