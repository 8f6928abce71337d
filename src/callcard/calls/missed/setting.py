"""What the administrator decided about missed calls."""

from __future__ import annotations

from callcard.calls.missed.models import MissedSettings


def missed_settings() -> MissedSettings:
    """As it was never decided: the defaults."""
    return MissedSettings.objects.order_by("pk").first() or MissedSettings()


def decide(**values: object) -> None:
    held = missed_settings()
    for name, value in values.items():
        setattr(held, name, value)
    held.save()
