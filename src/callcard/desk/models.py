"""How the pop-up is laid out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PopupPart(models.Model):
    """One part of the pop-up. `key` is a name in desk.popup_parts, or "own:<field key>"."""

    key = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_shown = models.BooleanField(_("shown"), default=True)

    class Meta:
        verbose_name = _("part of the pop-up")
        ordering = ("position",)
