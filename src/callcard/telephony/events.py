"""What a PBX says has happened, in words no vendor owns. Facts about legs, in the past tense.

A leg is one phone's or one outside party's connection to the PBX, from its begin to its end. A room is
where legs hear each other. `leg`, `call` and `room` are opaque ids, unique within the PBX while it runs.

A simple answered call is said in seven events:

    LegBegan(at=t0, leg="a", call="a", role=Role.CALLER, party=Party(number="+99365123456"), dialled="100")
    LegBegan(at=t0, leg="b", call="a", role=Role.CALLED, party=Party(extension="301"))
    LegRang(at=t0, leg="b")
    LegJoined(at=t1, leg="a", room="r")
    LegJoined(at=t1, leg="b", room="r")
    LegEnded(at=t2, leg="a")
    LegEnded(at=t2, leg="b")

Only the order within one leg matters, and `at` never goes backwards within one leg. The same event may
come twice. Whatever is not known is left at its default.
"""

from __future__ import annotations

from datetime import datetime

from callcard.telephony.call import Party, Role, SegmentOutcome
from callcard.telephony.values import value


@value
class Event:
    at: datetime  # aware; when it happened as nearly as the connector knows


@value
class LegEvent(Event):
    leg: str


@value
class LegBegan(LegEvent):
    """A person's leg exists. The first event of every leg.

    `call` is the PBX's id of the conversation; legs with the same one are one call, and it becomes the
    call's key. A leg that nobody dialled is the CALLER: an incoming trunk leg, a phone that dials, and also the
    phone that is rung first when a call was asked for by a button.
    """

    call: str
    role: Role
    party: Party
    dialled: str = ""  # by a caller: what they dialled; for a call from outside, the company's line
    placed_by: str = ""  # the command_id of the Dial that asked for this call


@value
class HelperBegan(LegEvent):
    """A leg that is nobody's phone: one of the two ends of a pipe which the PBX laid between two rooms.

    Both ends name the same `pipe`. Helpers are never segments, but who sits in the two rooms can talk.
    """

    call: str
    pipe: str
    role: Role = Role.CALLED
    placed_by: str = ""


@value
class LegDialled(LegEvent):
    """Leg `by` asks for this leg. Needed only where the PBX tells more by it than LegBegan did.

    Of a phone that is rung first because of a button, `by` is empty and `dialled` is whom it will be joined with. Of a
    phone that is rung back because nobody took what it handed on, `by` is its leg in the call that it handed on.
    """

    by: str = ""
    number: str = ""  # the outside number that was sent to the trunk to reach this leg
    shown: str = ""  # the number that is shown to this leg as the caller's
    dialled: str = ""  # what the person on `by` had dialled


@value
class LegIdentified(LegEvent):
    """Who is on this leg became known, or better known, after it began."""

    party: Party


@value
class LegRang(LegEvent):
    """The phone on this leg rings."""


@value
class LegAnswered(LegEvent):
    """The phone was picked up, by a person or by the PBX's own menu. Says nothing yet about a conversation."""


@value
class RingingEnded(LegEvent):
    """The PBX gave this leg up before it was answered.

    `outcome` is MISSED (rang too long), CANCELLED (nobody wants it any more: the caller left or another phone was
    quicker; the tracker finds out which), BUSY, FAILED, FORWARDED or ELSEWHERE.
    """

    outcome: SegmentOutcome


@value
class LegJoined(LegEvent):
    """This leg hears whoever else is in the room. Waiting music and menus are not rooms.

    `call` is the PBX's present id of the conversation, when it may have changed since the leg began.
    """

    room: str
    call: str = ""


@value
class LegLeft(LegEvent):
    """Not needed before LegEnded."""

    room: str


@value
class LegHeld(LegEvent):
    """The person on this leg put the others on hold."""


@value
class LegUnheld(LegEvent):
    """The person on this leg took the others back."""


@value
class LegPickedUp(LegEvent):
    """The person on `leg` took over the call that rang on leg `target`."""

    target: str


@value
class LegsLinked(LegEvent):
    """`leg` and `other` turned out to be one conversation, as after an attended transfer."""

    other: str


@value
class QueueJoined(LegEvent):
    """The caller on this leg waits in `queue`."""

    queue: str


@value
class QueueLeft(LegEvent):
    """The caller no longer waits. `abandoned`: because the caller hung up, if the PBX tells."""

    queue: str
    abandoned: bool = False


@value
class RecordingStarted(LegEvent):
    """The PBX records what this leg says and hears."""


@value
class LegHungUp(LegEvent):
    """The far side of this leg hung up; its LegEnded follows. Not needed, but it tells who gave up."""


@value
class LegEnded(LegEvent):
    """The last event of every leg. `outcome` tells why it was never answered, when the PBX says it: BUSY, ..."""

    outcome: SegmentOutcome | None = None


@value
class LinkLost(Event):
    """From now on nothing is heard from the PBX, until CallsInProgress."""


@value
class LegInProgress:
    """One leg as the PBX lists it on request. The fields are those of the events that tell the same."""

    leg: str
    call: str
    began_at: datetime
    role: Role
    party: Party
    pipe: str = ""  # a helper, when not empty
    dialled: str = ""
    placed_by: str = ""
    ringing: bool = False
    answered: bool = False
    room: str = ""
    queue: str = ""


@value
class CallsInProgress(Event):
    """Every leg that lives at `at`, the moment when the PBX was asked.

    A leg which the tracker knows, that began before `at` and is not listed, has ended unseen. Send it after each
    (re)connection, before the events that came later.
    """

    legs: tuple[LegInProgress, ...]
