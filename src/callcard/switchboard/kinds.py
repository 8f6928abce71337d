"""Which connector serves which kind of PBX. The only place of the program that names vendors."""

from __future__ import annotations

from django.utils.translation import gettext as _

from callcard.connectors.asterisk.agi import AgiServer, agi_server
from callcard.connectors.asterisk.connector import AsteriskConnector
from callcard.connectors.asterisk.options import OptionsNotValid, options_from
from callcard.connectors.asterisk.record import AsteriskRecord
from callcard.connectors.simulator.connector import SimulatorConnector
from callcard.connectors.simulator.options import SimulatorOptions
from callcard.customers.models import Phone
from callcard.plugins.installed import connector_kinds, note_problem
from callcard.staff.company import company_zone
from callcard.staff.models import Extension, Line
from callcard.switchboard.hook_kinds import is_hook, make_receiver
from callcard.switchboard.models import Pbx
from callcard.telephony.callers import LookUp
from callcard.telephony.connector import Connector
from callcard.telephony.records import RecordProblem

_KNOWN_CALLERS = 400
_SIMULATOR_OPTIONS = ("mean_interval", "calls_at_once", "speed", "seed")


def make_connector(pbx: Pbx) -> Connector:
    """Raises ValueError in words when the PBX's options are not usable."""
    if pbx.kind == Pbx.Kind.ASTERISK:
        return AsteriskConnector(options_from(pbx.options))
    if pbx.kind == Pbx.Kind.SIMULATOR:
        return SimulatorConnector(_simulator_options(pbx))
    if is_hook(pbx.kind):
        return make_receiver(pbx)
    return _of_plugin(pbx)


def kinds_offered() -> list[tuple[str, str]]:
    """(kind, its name): our own, then those of plug-ins."""
    added = [(key, kind.name) for key, (_owner, kind) in connector_kinds().items() if key not in Pbx.Kind.values]
    return [*((str(key), str(name)) for key, name in Pbx.Kind.choices), *added]


def _of_plugin(pbx: Pbx) -> Connector:
    """Whatever a plug-in raises becomes ValueError."""
    found = connector_kinds().get(pbx.kind)
    if found is None:
        raise ValueError(_("The plug-in for “%(kind)s” is not installed or could not be loaded.") % {"kind": pbx.kind})
    owner, kind = found
    try:
        return kind.make(dict(pbx.options))
    except ValueError:
        raise
    except Exception as error:
        note_problem(owner, f"{kind.name}: {type(error).__name__}: {error}")
        raise ValueError(_("The plug-in “%(name)s” failed: see Settings, Plug-ins.") % {"name": owner.name}) from error


def make_name_server(pbx: Pbx, look_up: LookUp) -> AgiServer | None:
    """Where the PBX's dial plan asks who calls; None when that is off. Raises ValueError as `make_connector`."""
    return agi_server(options_from(pbx.options), look_up) if pbx.kind == Pbx.Kind.ASTERISK else None


def make_record(pbx: Pbx) -> AsteriskRecord | None:
    """Where the PBX itself writes its calls down; None when that was not set. Raises RecordProblem."""
    if pbx.kind != Pbx.Kind.ASTERISK or not pbx.options.get("records"):
        return None
    try:
        options = options_from(pbx.options)
    except OptionsNotValid as error:
        raise RecordProblem("options", str(error)) from None
    return AsteriskRecord(options, zone=company_zone())


def _simulator_options(pbx: Pbx) -> SimulatorOptions:
    known = Phone.objects.exclude(e164="").order_by("pk").values_list("e164", flat=True)
    extensions = Extension.objects.exclude(user=None).values_list("number", flat=True)
    given = {name: pbx.options[name] for name in _SIMULATOR_OPTIONS if name in pbx.options}
    return SimulatorOptions(
        known_numbers=tuple(known[:_KNOWN_CALLERS]),
        extensions=tuple(extensions),
        lines=tuple(Line.objects.values_list("number", flat=True)),
        groups={"sales": tuple(extensions)},
        **given,
    )
