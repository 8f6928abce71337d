"""What the administrator decided about calls."""

from __future__ import annotations

from callcard.calls.models import CallSettings


def call_settings() -> CallSettings:
    """As it was never decided: the defaults."""
    return CallSettings.objects.order_by("pk").first() or CallSettings()


def decide(**values: object) -> CallSettings:
    """Change some of it."""
    held = call_settings()
    for name, value in values.items():
        setattr(held, name, value)
    held.save()
    return held
