"""SIPp: many calls at once, from outside and to the static phones."""
