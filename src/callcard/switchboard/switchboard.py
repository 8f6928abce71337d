"""Runs the links to all PBXs and passes commands to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.utils import timezone

from callcard.calls.queries import calls_going_on, calls_going_on_elsewhere
from callcard.calls.rows import call_value
from callcard.calls.screening.looking import let_go, look_up_soon
from callcard.calls.services import give_up_call
from callcard.staff.company import company
from callcard.switchboard import hook_inbox
from callcard.switchboard.hook_receiver import HookReceiver
from callcard.switchboard.journal import write_link_report
from callcard.switchboard.kinds import make_connector, make_name_server
from callcard.switchboard.links import PbxLink
from callcard.switchboard.models import Pbx
from callcard.switchboard.naming import NameServer, serve_names
from callcard.switchboard.own_extensions import own_extensions
from callcard.switchboard.services import note_heard
from callcard.switchboard.writer import CallWriter
from callcard.telephony.commands import Command, CommandRefused
from callcard.telephony.connector import Connector, LinkReport, LinkState
from callcard.telephony.tracker import CallTracker

logger = logging.getLogger(__name__)

LOOK_FOR_CHANGES_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Prepared:
    slug: str
    connector: Connector
    tracker: CallTracker
    names: NameServer | None


class Switchboard:
    def __init__(self) -> None:
        self.links: dict[str, PbxLink] = {}
        # While links are made anew those of before go on keeping what comes.
        self.hooks: dict[str, HookReceiver] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._watcher: asyncio.Task[None] | None = None
        self._writer: CallWriter | None = None

    async def start(self) -> None:
        await self._connect()
        self._watcher = asyncio.create_task(self._follow_settings(), name="pbx-settings")

    async def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
        await self._disconnect()
        self.hooks.clear()
        await hook_inbox.let_go()
        await let_go()

    async def _connect(self) -> None:
        region, prepared = await asyncio.to_thread(_prepare)
        self._writer = CallWriter(region=region)
        self._writer.start()
        self._receive(prepared, self._writer)
        for each in prepared:
            link = PbxLink(each.slug, each.connector, each.tracker, self._writer)
            self.links[each.slug] = link
            self._tasks.append(asyncio.create_task(link.run(), name=f"pbx-{each.slug}"))
            if each.names is not None:
                self._tasks.append(asyncio.create_task(serve_names(each.slug, each.names), name=f"names-{each.slug}"))

    def _receive(self, prepared: list[_Prepared], writer: CallWriter) -> None:
        self.hooks.clear()
        for each in prepared:
            if isinstance(each.connector, HookReceiver):
                each.connector.write_after(writer.put_task)
                self.hooks[each.slug] = each.connector

    async def _disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.links.clear()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.stop)

    async def _follow_settings(self) -> None:
        """Connect anew when an administrator changed a PBX. Calls in progress are taken up again from the log."""
        current = await asyncio.to_thread(_settings)
        while True:
            await asyncio.sleep(LOOK_FOR_CHANGES_SECONDS)
            heard = [slug for slug, link in self.links.items() if link.is_up]
            try:
                newer = await asyncio.to_thread(_settings, heard)
            except DatabaseError:
                continue
            if newer != current:
                logger.info("the PBX settings were changed: connecting anew")
                current = newer
                await self._disconnect()
                await self._connect()

    async def execute(self, pbx: str, command: Command) -> None:
        """Raises CommandRefused."""
        link = self.links.get(pbx)
        if link is None:
            raise CommandRefused("no_link")
        try:
            await link.connector.execute(command)
        except CommandRefused as refusal:
            if refusal.reason == "no_link" and link.is_refused:  # to try again in a moment is no use
                raise CommandRefused("link_refused", refusal.detail) from None
            raise


def _settings(heard: Collection[str] = ()) -> list[tuple[object, ...]]:
    """All that a running link was made of. `heard`: the PBXs whose links are up now, which is written down."""
    try:
        note_heard(heard)
        enabled = Pbx.objects.filter(is_enabled=True).order_by("pk").values_list("slug", "kind", "options")
        return [(company().region,), *enabled]
    finally:
        connection.close()


def _prepare() -> tuple[str, list[_Prepared]]:
    prepared, region = [], company().region
    listened_to = list(Pbx.objects.filter(is_enabled=True).order_by("pk"))
    # Only now: a link that is being cut still writes what it knows of its calls.
    for call in calls_going_on_elsewhere([pbx.slug for pbx in listened_to]):
        give_up_call(call=call)
    for pbx in listened_to:
        try:
            connector, names = make_connector(pbx), make_name_server(pbx, look_up_soon)
        except ValueError as error:
            logger.error("the settings of %s cannot be used: %s", pbx.slug, error)
            write_link_report(pbx.slug, _no_use(error))
            continue
        tracker = CallTracker(pbx.slug, is_own_extension=own_extensions(region))
        _take_up_calls(pbx, tracker)
        prepared.append(_Prepared(pbx.slug, connector, tracker, names))
    connection.close()
    return region, prepared


def _no_use(error: ValueError) -> LinkReport:
    """Without it the lamp and the page of this PBX would go on saying what was true of its last link."""
    return LinkReport(state=LinkState.REFUSED, at=timezone.now(), problem="settings", detail=str(error))


def _take_up_calls(pbx: Pbx, tracker: CallTracker) -> None:
    """Go on with the calls that were going on when the program stopped."""
    for row in calls_going_on(pbx.slug):
        try:
            tracker.restore(call_value(row), row.tracking or {}, heard_until=pbx.heard_at)
        except (KeyError, TypeError, ValueError):
            logger.warning("call %s cannot be taken up again and is closed as not fully seen", row.key)
            give_up_call(call=row)
