"""An exchange whose buttons are Callcard's own: what is clicked goes through the switchboard."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from callcard.config.asgi import office
from callcard.telephony.commands import CommandRefused, Dial
from lab.asterisk.run import Asterisk
from lab.exchange import Exchange
from tests.stories.product import Product


class Lane(Exchange):
    """`refused` are the reasons of the commands that were refused, in order."""

    def __init__(self, asterisk: Asterisk, slug: str, product: Product) -> None:
        super().__init__(asterisk)
        self.slug = slug
        self.refused: list[str] = []
        self._product = product

    async def dial_by_phone(self, extension: str, number: str) -> None:
        command = Dial(command_id=uuid4().hex, extension=extension, number=number)
        assert self._product.loop is not None
        placing = asyncio.run_coroutine_threadsafe(office.switchboard.execute(self.slug, command), self._product.loop)
        try:
            await asyncio.wrap_future(placing)
        except CommandRefused as refusal:
            self.refused.append(refusal.reason)

    async def dial_by_local(self, extension: str, number: str) -> None:
        """Through a Local channel when the PBX's options say so."""
        await self.dial_by_phone(extension, number)
