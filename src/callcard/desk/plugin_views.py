"""The window of plug-ins: which are installed, what they add, and what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from callcard.plugins.installed import Installed, plugins


@require_GET
def plugin_list(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/plugins.html", {"plugins": [(one, _adds(one)) for one in plugins()]})


def _adds(one: Installed) -> list[tuple[str, str]]:
    """(what kind of thing, its name)"""
    if one.plugin is None:
        return []
    unused = _("%(name)s (not used by this version)")
    return [
        *((_("Part of the pop-up"), part.name) for part in one.plugin.popup_parts),
        *((_("Telephone system"), kind.name) for kind in one.plugin.connectors),
        *((_("SMS gateway"), unused % {"name": gateway.name}) for gateway in one.plugin.sms_gateways),
        *((_("Report"), unused % {"name": report.name}) for report in one.plugin.reports),
    ]
