"""The link to one Asterisk over AMI: kept up, in order, resynchronised whenever it had been away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from datetime import UTC, datetime

from callcard.connectors.asterisk.backoff import Backoff
from callcard.connectors.asterisk.deafness import unheard_channel
from callcard.connectors.asterisk.dial import RingWatch, leg_ids, originate_headers, try_phone
from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.hangup import cancel_dial, hang_up
from callcard.connectors.asterisk.intake import Intake
from callcard.connectors.asterisk.login import Welcome, connect, log_in
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.problems import ActionRefused, ActionUnanswered, LinkProblem
from callcard.connectors.asterisk.resync import LISTED, take_snapshot
from callcard.connectors.asterisk.session import Listener, Session
from callcard.connectors.asterisk.transfer import hand_on
from callcard.connectors.asterisk.translate import INTERESTING_EVENTS, Translator
from callcard.connectors.asterisk.wire import HeaderNotSendable
from callcard.telephony.commands import (
    NEEDED,
    CancelDial,
    Capability,
    Command,
    CommandRefused,
    Consult,
    Dial,
    Hangup,
    Transfer,
    TryPhone,
)
from callcard.telephony.connector import LinkReport, LinkState, Sink
from callcard.telephony.events import LegDialled, LinkLost

log = logging.getLogger(__name__)

# The last two are for the administrator's page and for Dial.
WANTED = INTERESTING_EVENTS | LISTED | {b"BlindTransfer", b"OriginateResponse"}
_NOT_ALLOWED = ("permission denied", "extension does not exist", "originate access forbidden")


class AsteriskConnector:
    """Implements `callcard.telephony.connector.Connector`. One object, one Asterisk, one event loop."""

    def __init__(self, options: AsteriskOptions) -> None:
        # What an account with the rights of the documentation may do; known exactly once the link is up.
        self.capabilities = frozenset(Capability) - {Capability.HOLD, Capability.CONSULT}
        self._options = options
        self._failures = Backoff()
        # Asterisk's log tells fail2ban of each wrong secret: at most four tries in its ten minutes.
        self._refusals = Backoff(options.refused_retry, options.refused_retry * 5)
        self._link: tuple[Session, Sink] | None = None  # set while commands may be given
        self._rings = RingWatch()

    async def run(self, sink: Sink) -> None:
        """Never returns by itself: even a refused link is tried again, so that a mended password works by itself."""
        _report(sink, LinkState.CONNECTING)
        while True:
            try:
                await self._hold_link(sink)
            except LinkProblem as problem:
                await self._rest(sink, problem)
            except Exception as error:  # a fault of ours must not leave the company without calls for good
                log.exception("the link to %s:%s broke", self._options.host, self._options.port)
                await self._rest(sink, LinkProblem("lost", repr(error)))

    async def _rest(self, sink: Sink, problem: LinkProblem) -> None:
        """Say why there is no link, and wait before the next try."""
        log.warning("no link to %s:%s: %s", self._options.host, self._options.port, problem)
        state = LinkState.REFUSED if problem.refused else LinkState.DOWN
        _report(sink, state, problem=problem.problem, detail=problem.detail)
        await asyncio.sleep((self._refusals if problem.refused else self._failures).seconds())

    async def execute(self, command: Command) -> None:
        """A Dial is done when the phone rings, every other command when Asterisk took it. Raises CommandRefused."""
        if self._link is None:
            raise CommandRefused("no_link")
        session, sink = self._link
        if NEEDED[type(command)] not in self.capabilities:
            # Desk phones hold by themselves: AMI has no action for it.
            raise CommandRefused("unsupported", "this Asterisk, or the account, cannot do it")
        if session.ended.done():
            raise CommandRefused("no_link", str(session.ended.result()))
        try:
            await self._do(session, sink, command)
        except ActionRefused as error:
            reason = "not_allowed" if str(error).lower().startswith(_NOT_ALLOWED) else "failed"
            raise CommandRefused(reason, str(error)) from None
        except HeaderNotSendable as error:
            raise CommandRefused("not_allowed", str(error)) from None
        except (ActionUnanswered, LinkProblem) as silence:  # it was sent, so it may have been done
            raise CommandRefused("unknown", str(silence)) from None

    async def _do(self, session: Session, sink: Sink, command: Command) -> None:
        within = self._options.answer_timeout
        if isinstance(command, Dial):
            await self._dial(session, sink, command)
        elif isinstance(command, TryPhone):
            await try_phone(session, command, self._options)
        elif isinstance(command, CancelDial):
            await cancel_dial(session, command, within=within)
        elif isinstance(command, Hangup):
            await hang_up(session, command, within=within)
        elif isinstance(command, Transfer | Consult):
            await hand_on(session, command, self._options)

    async def _dial(self, session: Session, sink: Sink, command: Dial) -> None:
        headers = originate_headers(command, self._options)
        leg = leg_ids(command.command_id)[0]
        ringing = self._rings.expect(leg)
        # Asterisk tells whom the call is for only once the phone was picked up.
        wish = LegDialled(at=datetime.now(UTC), leg=leg, dialled=command.number)
        sink.events([wish], time.monotonic_ns())
        within = self._options.answer_timeout
        try:
            await session.ask("Originate", headers, within=within)
            async with asyncio.timeout(self._options.dial_timeout + within):
                await ringing
        except TimeoutError:
            raise CommandRefused("unknown", "Asterisk did not say what became of it") from None
        finally:
            ringing.cancel()

    async def _hold_link(self, sink: Sink) -> None:
        """Connect, resynchronise, listen. Always ends with LinkProblem (or by being cancelled)."""
        translator = Translator(self._options)
        intake = Intake(translator, sink, self._options.backlog_limit)
        session = await connect(self._options, WANTED, self._listener(intake))
        intake.overflowed = lambda: session.end(_overloaded(self._options.backlog_limit))
        was_up = False
        try:
            welcome = await log_in(session, self._options)
            listed = await self._resync(session, translator, sink)
            was_up = True
            self._open(session, welcome, sink)
            intake.release()
            await self._watch(session, intake, listed)
        finally:
            self._link = None
            self._rings.give_up()
            intake.close()
            session.end(LinkProblem("lost", "closed by Callcard"))
            if was_up:
                sink.events([LinkLost(at=datetime.now(UTC))], time.monotonic_ns())

    def _listener(self, intake: Intake) -> Listener:
        def listen(frames: list[Frame], received_ns: int) -> None:
            for frame in frames:
                self._rings.see(frame)
            intake(frames, received_ns)

        return listen

    async def _resync(self, session: Session, translator: Translator, sink: Sink) -> frozenset[str]:
        """Tell the sink what is in progress; gives the uniqueids of the channels that were listed."""
        try:
            snapshot = await take_snapshot(session, within=self._options.answer_timeout)
        except ActionRefused as error:
            raise LinkProblem("no_permission", f"write=reporting: {error}", refused=True) from None
        except ActionUnanswered as silence:
            raise LinkProblem("lost", str(silence)) from None
        sink.events(translator.resync(snapshot), time.monotonic_ns())
        return snapshot.uniqueids

    def _open(self, session: Session, welcome: Welcome, sink: Sink) -> None:
        self.capabilities = welcome.capabilities
        self._link = session, sink
        log.info("link to %s:%s is up: %s", self._options.host, self._options.port, welcome.about)
        _report(sink, LinkState.UP, about=welcome.about)

    async def _watch(self, session: Session, intake: Intake, listed: frozenset[str]) -> None:
        """Until the link ends. Sees to it that Asterisk is alive, and that it does tell of calls."""
        dropped = 0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._options.ping_interval):
                    raise await asyncio.shield(session.ended)
            try:
                await self._ping(session, intake, listed)
            except ActionUnanswered as silence:
                raise LinkProblem("lost", str(silence)) from None
            self._failures.reset()
            self._refusals.reset()
            if session.dropped > dropped:
                dropped = session.dropped
                log.warning("%d messages of Asterisk were too large and were dropped", dropped)

    async def _ping(self, session: Session, intake: Intake, listed: frozenset[str]) -> None:
        within = self._options.answer_timeout
        if intake.heard_calls:
            await session.ask("Ping", within=within)
            return
        channels = await session.ask_list("CoreShowChannels", within=within)
        unheard = unheard_channel(channels, listed)
        if unheard and not intake.heard_calls:
            raise LinkProblem("no_permission", f"read=call: nothing was told of {unheard}", refused=True)


def _overloaded(limit: int) -> LinkProblem:
    return LinkProblem("overloaded", f"more than {limit} messages waited")


def _report(sink: Sink, state: LinkState, *, problem: str = "", detail: str = "", about: str = "") -> None:
    sink.link(LinkReport(state=state, at=datetime.now(UTC), problem=problem, detail=detail[:500], about=about))
