"""Handing a call on by command.

Source: Asterisk's main/manager.c. BlindTransfer asks the bridge itself. Atxfer presses, in the name of the channel, the
keys of features.conf for an attended transfer; it does something only where the dial plan lets that phone use them
(options t and T of Dial), and elsewhere the other side hears the keys. Hence the option `attended_transfer`.
"""

from __future__ import annotations

from callcard.connectors.asterisk.dial import dialled_number
from callcard.connectors.asterisk.hangup import channel_of
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.problems import ActionRefused
from callcard.connectors.asterisk.session import Session
from callcard.telephony.commands import CommandRefused, Consult, Transfer

# What Asterisk says of a channel that is gone, or with which nobody can be handed on.
_OVER = ("channel specified does not exist", "no such channel", "transfer invalid")
_NOT_NOW = "transfer not permitted"


async def hand_on(session: Session, command: Transfer | Consult, options: AsteriskOptions) -> None:
    """Raises CommandRefused, and what `Session.ask` raises."""
    headers = [
        ("Channel", channel_of(command.segment_key)),
        ("Exten", dialled_number(command.to)),
        ("Context", options.dial_context),
    ]
    action = "BlindTransfer" if isinstance(command, Transfer) else "Atxfer"
    try:
        await session.ask(action, headers, within=options.answer_timeout)
    except ActionRefused as error:
        said = str(error).lower()
        if any(words in said for words in _OVER):
            raise CommandRefused("over", str(error)) from None
        if _NOT_NOW in said:
            raise CommandRefused("not_allowed", str(error)) from None
        raise
