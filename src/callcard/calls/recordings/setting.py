"""What the administrator decided about recordings."""

from __future__ import annotations

from callcard.calls.recordings.models import RecordingSettings


def recording_settings() -> RecordingSettings:
    """As it was never decided: the defaults."""
    return RecordingSettings.objects.order_by("pk").first() or RecordingSettings()


def decide(**values: object) -> RecordingSettings:
    """Change some of it."""
    held = recording_settings()
    for name, value in values.items():
        setattr(held, name, value)
    held.save()
    return held
