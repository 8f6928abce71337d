"""From events of legs to changes of calls. See docs/developer/call-tracking.md."""

from callcard.telephony.tracker.tracker import CallTracker

__all__ = ["CallTracker"]
