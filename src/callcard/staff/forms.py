"""What an administrator types about people, and everyone about their own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from callcard.staff.models import User
from callcard.staff.queries import owners_of, team_names
from callcard.staff.roles.models import Kind, Role
from callcard.staff.roles.queries import offered_roles
from callcard.staff.roles.rules import Scope, joined
from callcard.staff.rules import MOST_EXTENSIONS, ExtensionNotValid, read_extensions
from callcard.staff.services import Person
from callcard.ui.forms import WindowForm, dress


class TextWithSuggestions(forms.TextInput):
    """A text field with a list of values to choose from; any other may be typed."""

    template_name = "staff/suggestions.html"

    def __init__(self, suggestions: list[str] | None = None, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions = suggestions or []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        list_id = f"{(attrs or {}).get('id') or name}-list"
        context = super().get_context(name, value, {**(attrs or {}), "list": list_id})
        return context | {"suggestions": self.suggestions, "list_id": list_id}


# Where the page asks, while a new password is typed, whether it will do.
JUDGED_AT = "/me/password/judge"


class PasswordField(forms.CharField):
    """A new password for somebody. Spaces at its ends are part of it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "data-judge": JUDGED_AT})
        super().__init__(strip=False, max_length=200, widget=widget, **kwargs)


class UserNameField(forms.CharField):
    """Written as it is compared when signing in. Unique but for its case, whoever has it now."""

    default_validators = [UnicodeUsernameValidator()]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("User name"), max_length=150, **kwargs)
        self.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off", "dir": "ltr"}

    def to_python(self, value: Any) -> str:
        return User.normalize_username(super().to_python(value) or "")


class PersonForm(WindowForm):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)
    username = UserNameField(help_text=gettext_lazy("Typed when signing in"))
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Reminders of their tasks are sent there too"),
    )
    roles = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Roles"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With several of them they may do whatever one allows, and see what the widest does."),
    )
    team = forms.CharField(
        label=gettext_lazy("Team"),
        max_length=100,
        required=False,
        widget=TextWithSuggestions,
        help_text=gettext_lazy("Choose one, or type the name of a new one"),
    )
    extensions = forms.CharField(
        label=gettext_lazy("Extensions"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Their phones inside the company, separated by commas. Calls to them pop up here."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, data: Any = None, *, by: User, person: User | None = None, auto_id: str = "person-%s") -> None:
        self.person, self.offered = person, offered_roles(by)
        super().__init__(data, initial=_initial(person) if person else _at_first(self.offered), auto_id=auto_id)
        roles = self.fields["roles"]
        assert isinstance(roles, forms.TypedMultipleChoiceField)
        roles.choices = [(role.pk, role.shown_name) for role in self.offered]
        self.moved = frozenset(data.getlist("moved")) if data is not None else frozenset()
        self.taken: dict[str, User] = {}
        team, language = self.fields["team"], self.fields["language"]
        assert isinstance(team.widget, TextWithSuggestions)
        assert isinstance(language, forms.ChoiceField)
        team.widget.suggestions = team_names()
        language.choices = [("", _("As the browser asks")), *_languages()]
        self.fields["email"].widget.attrs |= {"dir": "ltr", "autocomplete": "off"}
        self.fields["extensions"].widget.attrs |= {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        others = User.objects.exclude(pk=self.person.pk) if self.person else User.objects.all()
        if others.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("Somebody has this user name already."))
        return username

    def clean_extensions(self) -> tuple[str, ...]:
        try:
            numbers = read_extensions(self.cleaned_data["extensions"])
        except ExtensionNotValid as error:
            raise forms.ValidationError(_("“%(word)s” is not an extension.") % {"word": error.word}) from error
        if len(numbers) > MOST_EXTENSIONS:
            raise forms.ValidationError(_("Nobody has so many phones."))
        self.taken = {n: owner for n, owner in owners_of(numbers).items() if owner != self.person}
        if set(self.taken) - self.moved:
            raise forms.ValidationError(_("A colleague has such an extension. Say below whether it moves."))
        return numbers

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if (
            "roles" in values
            and not values.get("team")
            and joined(one.given for one in self.chosen_roles()).scope is Scope.TEAM
        ):
            self.add_error("team", _("Without a team there are no team's records. Choose one."))
        return values

    def chosen_roles(self) -> tuple[Role, ...]:
        """Those that were chosen, and those they have that whoever asks can neither give nor take."""
        kept = self.person.roles.exclude(pk__in=[role.pk for role in self.offered]) if self.person else ()
        chosen = [role for role in self.offered if role.pk in self.cleaned_data["roles"]]
        return (*chosen, *kept)

    def value(self) -> Person:
        """What was typed into a valid form."""
        values = {name: self.cleaned_data[name] for name in Person.__dataclass_fields__}
        return Person(**values | {"roles": self.chosen_roles()})


def _at_first(offered: list[Role]) -> dict[str, Any]:
    return {"roles": [role.pk for role in offered if role.kind == Kind.MANAGER][:1]}


def _initial(person: User) -> dict[str, Any]:
    names = ("first_name", "last_name", "username", "email")
    plain = {name: getattr(person, name) for name in names}
    numbers = ", ".join(person.extensions.order_by("number").values_list("number", flat=True))
    team = person.team.name if person.team else ""
    return plain | {
        "roles": list(person.roles.values_list("pk", flat=True)),
        "team": team,
        "extensions": numbers,
        "language": person.language,
    }


def _languages() -> list[tuple[str, str]]:
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class GivenPasswordForm(WindowForm):
    """What an administrator gives somebody. Left empty, one is made."""

    password = PasswordField(
        label=gettext_lazy("Password"),
        required=False,
        help_text=gettext_lazy("Leave it empty and a safe one is made and shown to you once"),
    )

    def __init__(self, data: Any = None, *, person: User, auto_id: str) -> None:
        super().__init__(data, auto_id=auto_id)
        self.person = person

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password, self.person)
        return password


class OwnPasswordForm(PasswordChangeForm):
    """Asks for the old password first, so that a screen left unlocked is not enough."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(user, data, auto_id="own-%s")
        self.fields["old_password"].label = gettext_lazy("The password you have now")
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].help_text = " ".join(password_validators_help_texts())
        self.fields["new_password1"].widget.attrs["data-judge"] = JUDGED_AT
        dress(self)
