"""The whole configuration tree of a lab Asterisk, as text and on the disk."""

from __future__ import annotations

from pathlib import Path

from lab import certificate
from lab.asterisk import dialplan, modules, pjsip, records
from lab.asterisk.install import Installed
from lab.asterisk.plan import Manager, Plan

FILTERS_BY_NAME_SINCE = ((22, 1), (21, 6), (20, 11))
_EMPTY = (
    *("stasis", "udptl", "ccss", "acl", "pjproject", "sorcery", "extconfig", "codecs", "statsd"),
    *("geolocation", "websocket_client", "cli_aliases", "res_parking"),
)
# Who hands on to a phone that nobody picks up is rung back soon: tests wait for it.
_FEATURES = """[general]
pickupexten=*8
atxfernoanswertimeout=5
atxferloopdelay=1
[featuremap]
blindxfer => ##
atxfer => *2
"""
_INDICATIONS = """[general]
country=us
[us]
description=US
ringcadence=2000,4000
ring=440+480/2000,0/4000
busy=480+620/500,0/500
congestion=480+620/250,0/250
dial=350+440
"""


def write(base: Path, run_folder: Path, installed: Installed, plan: Plan) -> Path:
    """Write the tree under `base` and return the path of asterisk.conf."""
    for name in ("etc", "var/keys", "log/cdr-csv", "log/cdr-custom", "spool/monitor", "spool/outgoing", "cache"):
        (base / name).mkdir(parents=True, exist_ok=True)
    etc = base / "etc"
    if plan.ami_tls_port or plan.http_tls_port:
        certificate.write(etc)
    for name, text in files(base, run_folder, installed, plan).items():
        (etc / name).write_text(text, encoding="utf-8")
    return etc / "asterisk.conf"


def files(base: Path, run_folder: Path, installed: Installed, plan: Plan) -> dict[str, str]:
    """File name to text."""
    listed = "".join(f"load = {name}.so\n" for name in _present_modules(installed, plan))
    return {
        **{f"{name}.conf": "" for name in _EMPTY},
        "asterisk.conf": _asterisk(base, run_folder, installed),
        "modules.conf": f"[modules]\nautoload=no\n{listed}",
        "logger.conf": "[general]\n[logfiles]\nmessages = notice,warning,error\n",
        "manager.conf": managers(plan, installed.version, base / "etc/manager.pem"),
        "http.conf": web(plan, base / "etc/manager.pem"),
        "ari.conf": "[general]\nenabled=yes\npretty=no\n[crm]\ntype=user\nread_only=no\npassword=crm\n",
        "rtp.conf": "[general]\nrtpstart=20000\nrtpend=29999\nicesupport=yes\nstrictrtp=no\n",
        **records.files(plan),
        "cel.conf": "[general]\nenable=no\n",
        "musiconhold.conf": f"[general]\n[default]\nmode=files\ndirectory={installed.sounds or base / 'var'}\n",
        "features.conf": _FEATURES,
        "indications.conf": _INDICATIONS,
        "pjsip.conf": pjsip.text(plan),
        "extensions.conf": dialplan.extensions(plan),
        "queues.conf": dialplan.queues(plan),
    }


def web(plan: Plan, key: Path) -> str:
    """http.conf, whose doors the telephones in browsers use; with an encrypted one the plain one stays shut."""
    if plan.http_tls_port:
        place = f"127.0.0.1:{plan.http_tls_port}"
        return f"[general]\nenabled=no\ntlsenable=yes\ntlsbindaddr={place}\ntlscertfile={key}\nsessionlimit=2000\n"
    return f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport={plan.http_port}\nsessionlimit=2000\n"


def managers(plan: Plan, version: tuple[int, ...], key: Path) -> str:
    """manager.conf; filters in the syntax the version understands."""
    head = (
        f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nport={plan.ami_port}\ntimestampevents=yes\ndisplayconnects=no\n"
    )
    if plan.ami_tls_port:
        head += f"tlsenable=yes\ntlsbindaddr=127.0.0.1:{plan.ami_tls_port}\ntlscertfile={key}\n"
    return head + "".join(_manager(manager, _filters_by_name(version)) for manager in plan.managers)


def _manager(manager: Manager, by_name: bool) -> str:
    shape = "eventfilter(action(exclude),name({})) =\n" if by_name else "eventfilter = !Event: {}$\n"
    return (
        f"[{manager.name}]\nsecret={manager.secret}\ndeny=0.0.0.0/0.0.0.0\n"
        f"permit=127.0.0.1/255.255.255.255\nread={manager.read}\nwrite={manager.write}\n"
        + "".join(shape.format(event) for event in manager.silent)
    )


def _filters_by_name(version: tuple[int, ...]) -> bool:
    if version[0] > FILTERS_BY_NAME_SINCE[0][0]:
        return True
    return any(version[0] == since[0] and version[:2] >= since for since in FILTERS_BY_NAME_SINCE)


def _present_modules(installed: Installed, plan: Plan) -> list[str]:
    wanted = [*modules.names(), *(records.MODULES if plan.keeps_records else ())]
    return [name for name in wanted if (installed.modules / f"{name}.so").exists()]


def _asterisk(base: Path, run_folder: Path, installed: Installed) -> str:
    folders = {
        "astcachedir": base / "cache",
        "astetcdir": base / "etc",
        "astmoddir": installed.modules,
        "astvarlibdir": base / "var",
        "astdbdir": base / "var",
        "astkeydir": base / "var",
        "astdatadir": installed.data,
        "astagidir": base / "var",
        "astspooldir": base / "spool",
        "astrundir": run_folder,
        "astlogdir": base / "log",
        "astsbindir": base / "var",
    }
    lines = "".join(f"{name} => {path}\n" for name, path in folders.items())
    # Where the package was only unpacked nobody has made "en" of its voice; without its prompts no key hands a call on.
    voice = f"defaultlanguage={installed.sounds.name}\n" if installed.sounds else ""
    return f"[directories]\n{lines}[options]\n{voice}verbose=0\ndebug=0\ndocumentation_language=en_US\n"
