"""What this package adds to Callcard."""

from __future__ import annotations

from callcard.plugins import ConnectorKind, Plugin, PopupPart
from callcard_plugin_doorbell.connector import doorbell
from callcard_plugin_doorbell.greeting import greeting

plugin = Plugin(
    name="Doorbell",
    popup_parts=(PopupPart(key="greeting", name="Say", lines=greeting),),
    connectors=(ConnectorKind(key="doorbell", name="Doorbell (HTTP)", make=doorbell),),
)
