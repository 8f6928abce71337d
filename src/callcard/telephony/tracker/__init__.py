"""From events of legs to changes of calls. See docs/developer/call-tracking.md."""

from callcard.telephony.tracker.tracker import CallTracker, looks_like_extension

__all__ = ["CallTracker", "looks_like_extension"]
