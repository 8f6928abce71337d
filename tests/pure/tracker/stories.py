"""One function for each kind of call, telling it whole. STORIES has them all by name."""

from __future__ import annotations

from collections.abc import Callable

from callcard.telephony.call import Party, Role, SegmentOutcome
from tests.pure.tracker.script import Script, phone

Story = Callable[[], Script]
FIVE = ("301", "302", "303", "304", "305")
OUTSIDE = Party(number="+99365777888")


def answered() -> Script:
    pbx = Script()
    pbx.caller("a")
    pbx.rings("b", "301", "a")
    pbx.wait(4)
    pbx.answered("b")
    pbx.joined("r", "b", "a")
    pbx.wait(60)
    pbx.hung_up("a")
    pbx.left("r", "a", "b")
    pbx.ended("a", "b")
    return pbx


def unanswered(outcome: SegmentOutcome, *, caller_gives_up: bool = False) -> Story:
    def tell() -> Script:
        pbx = Script()
        pbx.caller("a")
        pbx.rings("b", "301", "a")
        pbx.wait(20)
        if caller_gives_up:
            pbx.hung_up("a")
        pbx.given_up(outcome, "b")
        pbx.ended("b", "a")
        return pbx

    return tell


def menu_only() -> Script:
    pbx = Script()
    pbx.caller("a")
    pbx.answered("a")
    pbx.wait(30)
    pbx.hung_up("a")
    pbx.ended("a")
    return pbx


def held() -> Script:
    pbx = Script()
    pbx.caller("a")
    pbx.rings("b", "301", "a")
    pbx.answered("b")
    pbx.joined("r", "b", "a")
    for _ in range(2):
        pbx.wait(10)
        pbx.held("b")
        pbx.wait(5)
        pbx.unheld("b")
    pbx.ended("b", "a")
    return pbx


def ring_group() -> Script:
    pbx = Script()
    pbx.caller("a")
    for extension in FIVE:
        pbx.rings(f"p{extension}", extension, "a")
    pbx.wait(5)
    pbx.answered("p303")
    losers = [f"p{extension}" for extension in FIVE if extension != "303"]
    pbx.given_up(SegmentOutcome.CANCELLED, *losers)
    pbx.ended(*losers)
    pbx.joined("r", "p303", "a")
    pbx.wait(10)
    pbx.ended("a", "p303")
    return pbx


def queue(*, abandoned: bool) -> Story:
    def tell() -> Script:
        pbx = Script()
        pbx.caller("a")
        pbx.answered("a")
        pbx.queued("a", "sales")
        for turn in range(2):
            legs = [f"p{extension}-{turn}" for extension in FIVE]
            for extension in FIVE:
                pbx.rings(f"p{extension}-{turn}", extension, "a")
            pbx.wait(15)
            if turn == 0:
                pbx.given_up(SegmentOutcome.MISSED, *legs)
                pbx.ended(*legs)
                pbx.wait(5)
        if abandoned:
            pbx.hung_up("a")
            pbx.unqueued("a", "sales", abandoned=True)
            pbx.given_up(SegmentOutcome.CANCELLED, *legs)
            pbx.ended(*legs, "a")
            return pbx
        pbx.answered("p302-1")
        legs.remove("p302-1")
        pbx.given_up(SegmentOutcome.CANCELLED, *legs)
        pbx.ended(*legs, outcome=SegmentOutcome.ELSEWHERE)
        pbx.unqueued("a", "sales")
        pbx.joined("r", "p302-1", "a")
        pbx.wait(10)
        pbx.ended("a", "p302-1")
        return pbx

    return tell


def blind_transfer(*, reached: bool) -> Story:
    def tell() -> Script:
        pbx = Script()
        pbx.caller("a")
        pbx.rings("b", "301", "a")
        pbx.answered("b")
        pbx.joined("r", "b", "a")
        pbx.wait(10)
        pbx.left("r", "b", "a")
        pbx.ended("b")
        pbx.rings("c", "302", "a")
        pbx.wait(6)
        if reached:
            pbx.answered("c")
            pbx.joined("r2", "c", "a")
            pbx.wait(7)
        else:
            pbx.hung_up("a")
            pbx.given_up(SegmentOutcome.CANCELLED, "c")
        pbx.ended("a", "c")
        return pbx

    return tell


def attended_transfer(*, told_by_link: bool) -> Story:
    """301 asks 302 on a second line, then leaves the customer to 302."""

    def tell() -> Script:
        pbx = Script()
        pbx.caller("a")
        pbx.rings("b", "301", "a")
        pbx.answered("b")
        pbx.joined("r", "b", "a")
        pbx.wait(10)
        pbx.held("b")
        pbx.caller("b2", phone("301"), dialled="302")
        pbx.rings("c", "302", "b2")
        pbx.wait(3)
        pbx.answered("c")
        pbx.joined("r2", "c", "b2")
        pbx.wait(5)
        if told_by_link:
            pbx.linked("b", "b2")
        pbx.left("r2", "c")
        pbx.joined("r", "c", call="a")
        pbx.left("r", "b")
        pbx.ended("b", "b2")
        pbx.wait(20)
        pbx.ended("a", "c")
        return pbx

    return tell


def blonde_transfer() -> Script:
    """301 leaves the customer to 302 while 302 still rings."""
    pbx = Script()
    pbx.caller("a")
    pbx.rings("b", "301", "a")
    pbx.answered("b")
    pbx.joined("r", "b", "a")
    pbx.wait(10)
    pbx.caller("b2", phone("301"), dialled="302")
    pbx.rings("c", "302", "b2")
    pbx.wait(2)
    pbx.linked("b", "b2")
    pbx.left("r", "b", "a")
    pbx.ended("b", "b2")
    pbx.wait(4)
    pbx.answered("c")
    pbx.joined("r2", "c", "a")
    pbx.wait(20)
    pbx.ended("a", "c")
    return pbx


def pick_up() -> Script:
    pbx = Script()
    pbx.caller("a")
    pbx.rings("b", "301", "a")
    pbx.wait(3)
    pbx.caller("d", phone("305"), dialled="*8")
    pbx.answered("d")
    pbx.picked_up("d", "b")
    pbx.given_up(SegmentOutcome.CANCELLED, "b")
    pbx.ended("b")
    pbx.joined("r", "d", "a")
    pbx.wait(9)
    pbx.ended("d", "a")
    return pbx


def outbound(*, by_button: bool) -> Story:
    def tell() -> Script:
        pbx = Script()
        if by_button:
            pbx.caller("a", phone("301"), dialled="", placed_by="7f3a")
            pbx.rang("a")
            pbx.wait(2)
            pbx.answered("a")
        else:
            pbx.caller("a", phone("301"), dialled="+99365777888")
        pbx.called("b", Party(), "a")
        pbx.dialled("b", "a", number="+99365777888", shown="+99312000000", dialled="+99365777888")
        pbx.rang("b")
        pbx.wait(5)
        pbx.answered("b")
        pbx.joined("r", "b", "a")
        pbx.wait(30)
        pbx.ended("b", "a")
        return pbx

    return tell


def button_not_picked_up(*, number: str = "+99365777888") -> Script:
    pbx = Script()
    pbx.caller("a", phone("301"), dialled="", placed_by="7f3a")
    pbx.dialled("a", "", dialled=number)
    pbx.rang("a")
    pbx.wait(20)
    pbx.ended("a", outcome=SegmentOutcome.MISSED)
    return pbx


def button_by_helpers() -> Script:
    """Click-to-call on a PBX that rings the phone through a pipe; the pipe is shortened afterwards."""
    pbx = Script()
    pbx.helpers("h", "h1", Role.CALLER)
    pbx.rings("a", "301", "h1")
    pbx.answered("a")
    pbx.joined("r1", "a", "h2")
    pbx.called("b", OUTSIDE, "h1")
    pbx.dialled("b", "h1", dialled="+99365777888")
    pbx.rang("b")
    pbx.wait(5)
    pbx.answered("b")
    pbx.joined("r2", "b", "h1")
    pbx.wait(1)
    pbx.left("r1", "a", "h2")
    pbx.joined("r2", "a")
    pbx.left("r2", "h1")
    pbx.ended("h1", "h2")
    pbx.wait(20)
    pbx.ended("a", "b")
    return pbx


def internal() -> Script:
    pbx = Script()
    pbx.caller("a", phone("301"), dialled="302")
    pbx.rings("b", "302", "a")
    pbx.answered("b")
    pbx.joined("r", "b", "a")
    pbx.wait(8)
    pbx.ended("b", "a")
    return pbx


def forwarded() -> Script:
    """301's phone sends its calls on to 302, to which the PBX lays a pipe."""
    pbx = Script()
    pbx.caller("a")
    pbx.called("b", phone("301"), "a")
    pbx.helpers("h", "a")
    pbx.given_up(SegmentOutcome.FORWARDED, "b")
    pbx.ended("b")
    pbx.rings("c", "302", "a")
    pbx.wait(4)
    pbx.answered("c")
    pbx.joined("r1", "c", "h2")
    pbx.joined("r2", "h1", "a")
    pbx.wait(10)
    pbx.ended("a", "h1", "h2", "c")
    return pbx


STORIES: dict[str, Story] = {
    "answered": answered,
    "missed": unanswered(SegmentOutcome.MISSED),
    "cancelled": unanswered(SegmentOutcome.CANCELLED, caller_gives_up=True),
    "busy": unanswered(SegmentOutcome.BUSY),
    "menu only": menu_only,
    "held": held,
    "ring group": ring_group,
    "queue answered": queue(abandoned=False),
    "queue abandoned": queue(abandoned=True),
    "blind transfer": blind_transfer(reached=True),
    "blind transfer not reached": blind_transfer(reached=False),
    "attended transfer": attended_transfer(told_by_link=True),
    "attended transfer by room": attended_transfer(told_by_link=False),
    "blonde transfer": blonde_transfer,
    "pick-up": pick_up,
    "outbound": outbound(by_button=False),
    "by button": outbound(by_button=True),
    "by button through helpers": button_by_helpers,
    "by button, own phone not picked up": button_not_picked_up,
    "internal": internal,
    "forwarded": forwarded,
}
