"""What users keep of how they look at lists."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A list's filters, order, grouping and columns under a name. `question` is the list's address after the "?"."""

    list_key = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=80)
    question = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_shared = models.BooleanField(_("for everybody"), default=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("saved view")
        ordering = ("name", "pk")
        indexes = [models.Index(fields=["list_key", "owner"])]

    def __str__(self) -> str:
        return self.name


class ListLayout(models.Model):
    """Which columns a user sees in a list, in which order and how wide, and the view the list opens with."""

    list_key = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    columns = models.JSONField(default=list)  # [[key, width in px or 0], ...]
    default_view = models.ForeignKey(SavedView, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_key", "user"], name="ui_one_layout_of_a_list")]
