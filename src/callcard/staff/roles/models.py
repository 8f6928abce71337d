"""Roles: what those who have one may do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.roles.rules import Given
from callcard.staff.roles.rules import Scope as RulesScope


class Kind(models.TextChoices):
    """The ready roles. What is set for one of them holds for every role that was copied from it, too."""

    ADMINISTRATOR = "administrator", _("Administrator")
    OWNER = "owner", _("Owner")
    HEAD = "head", _("Head of department")
    MANAGER = "manager", _("Manager")
    OPERATOR = "operator", _("Operator")
    ACCOUNTANT = "accountant", _("Accountant")
    LISTENER = "listener", _("Listener")
    EXPORTER = "exporter", _("May export")


class Scope(models.TextChoices):
    OWN = "own", _("Own records")
    TEAM = "team", _("Own team's records")
    ALL = "all", _("All records")


class Role(models.Model):
    """`rights`: of staff.roles.rules.RIGHTS, in order."""

    name = models.CharField(_("name"), max_length=100, blank=True)  # empty: as its kind is called
    description = models.TextField(_("description"), max_length=500, blank=True)
    kind = models.CharField(max_length=20, blank=True, choices=Kind.choices)  # what it is or was copied from
    rights = models.JSONField(default=list, blank=True)
    scope = models.CharField(_("sees"), max_length=10, choices=Scope.choices, default=Scope.OWN)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("role")

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """A ready role that nobody has named is called in the language of who looks."""
        return self.name or str(Kind(self.kind).label if self.kind else _("Role without a name"))

    @property
    def word(self) -> str:
        """By what settings name it: a ready role and its copies by their kind, one made from nothing by itself."""
        return self.kind or f"role-{self.pk}"

    @property
    def given(self) -> Given:
        return Given(self.word, frozenset(self.rights), RulesScope(self.scope))
