"""The notice that an endpoint was switched off."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from callcard.api.webhooks.models import Endpoint
from callcard.jobs.kinds import Run


def mail_off(run: Run) -> None:
    """The job: to the owner, unless it is on again by now."""
    endpoint = Endpoint.objects.select_related("owner").filter(pk=run.arguments["endpoint"]).first()
    if endpoint is None or endpoint.is_on or not endpoint.owner.email or not settings.EMAIL_FROM:
        return
    lines = [
        endpoint.get_off_display(),
        endpoint.address,
        "",
        _("Nothing more is told there. See what the receiver answered, and switch it on again in the settings."),
    ]
    if settings.PUBLIC_ADDRESS:
        lines.append(f"{settings.PUBLIC_ADDRESS}/settings/webhooks/{endpoint.pk}/deliveries")
    EmailMessage(
        subject=_("Webhook “%(name)s” was switched off") % {"name": " ".join(endpoint.name.split())},
        body="\n".join(lines),
        from_email=settings.EMAIL_FROM,
        to=[endpoint.owner.email],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
