"""The program as an ASGI application: pages by Django, the live stream by its own door, both in one process."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcard.config.settings")
_django = get_asgi_application()

from callcard.api.caller_door import CallerDoor, is_for_callers  # noqa: E402  (needs the applications loaded)
from callcard.api.program_door import EVENTS  # noqa: E402
from callcard.config.body_limit import BodyLimit  # noqa: E402
from callcard.config.office import Office  # noqa: E402
from callcard.config.static_files import with_static_files  # noqa: E402
from callcard.live.door import Receive, Scope, Send  # noqa: E402
from callcard.switchboard.hook_door import HookDoor, is_for_hooks  # noqa: E402

office = Office()
_callers = CallerDoor()
_hooks = HookDoor(office.switchboard.hooks)
_pages = BodyLimit(with_static_files(_django))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await office.live_through(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live" and scope["method"] == "GET":
        await office.live_door(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] == EVENTS and scope["method"] == "GET":
        await office.program_door(scope, receive, send)
    elif scope["type"] == "http" and is_for_callers(scope):
        await _callers(scope, receive, send)
    elif scope["type"] == "http" and is_for_hooks(scope):
        await _hooks(scope, receive, send)
    else:
        await _pages(scope, receive, send)
