"""extensions.conf and queues.conf.

Outside callers come in at a company line, which goes to one of the short test extensions
below; callers of a bench or a test may call those directly.

    a phone's own  that phone, 30 s            600, 610  ring group (static, registered)
    321            301 for 2 s only            611       ring group for 2 s only
    322            301, recorded               700, 710  queue, answered first, 30 s
    323            301 after an answered menu  711       queue, not answered first
    324            301, recorded by the day  712       queue that gives up after 3 s
    325            301, who hands on by keys
    330            302 by a Local channel
    331            301 and, by Local, 302      650       straight on to an outside number
    801            hung up at once             800       echo

`*8` picks up any ringing phone of the group, `*8301` that one.
"""

from __future__ import annotations

from lab.asterisk.plan import Plan

FORWARD_NUMBER = "+99365777888"
RING_SECONDS = 30

_TRUNK_TESTS = """exten => 321,1,Dial(PJSIP/301,2)
 same => n,Hangup()
exten => 322,1,MixMonitor(${UNIQUEID}.wav)
 same => n,Dial(PJSIP/301,30)
 same => n,Hangup()
exten => 323,1,Answer()
 same => n,Wait(1)
 same => n,Dial(PJSIP/301,30)
 same => n,Hangup()
exten => 324,1,Set(DAY=${STRFTIME(${EPOCH},,%Y/%m/%d)})
 same => n,MixMonitor(${DAY}/${CALLERID(num)}-${UNIQUEID}.wav)
 same => n,Dial(PJSIP/301,30)
 same => n,Hangup()
exten => 325,1,Dial(PJSIP/301,30,tT)
 same => n,Hangup()
exten => 330,1,Dial(Local/302@internal,30)
 same => n,Hangup()
exten => 331,1,Dial(PJSIP/301&Local/302@internal,30)
 same => n,Hangup()
exten => 801,1,Wait(0.2)
 same => n,Hangup(16)
"""
_CODES = """exten => *8,1,Pickup()
 same => n,Hangup()
exten => _*8X.,1,PickupChan(PJSIP/${EXTEN:2},p)
 same => n,Hangup()
exten => 999,1,Answer()
 same => n,Milliwatt()
"""


def extensions(plan: Plan) -> str:
    head = f"[general]\nstatic=yes\nwriteprotect=yes\n[globals]\nSHOWN={plan.shown_number}\n"
    inside = f"[internal]\n{_shared(plan)}{_CODES}{_outside(plan)}"
    return f"{head}{plan.first}[from-trunk]\n{_lines(plan)}{_shared(plan)}{_TRUNK_TESTS}{_forward(plan)}{inside}"


def queues(plan: Plan) -> str:
    return "[general]\npersistentmembers=no\n" + "".join(
        _queue(number, members) for number, members in plan.queues.items()
    )


def queue_name(number: str) -> str:
    """The name under which the queue of an extension appears in the manager interface."""
    return f"sales-{number}"


def _lines(plan: Plan) -> str:
    first = "Gosub(callcard,s,1)\n same => n," if plan.first else ""
    return "".join(f"exten => {line},1,{first}Goto({exten},1)\n" for line, exten in plan.lines.items())


def _shared(plan: Plan) -> str:
    numbers = (*plan.phones, *plan.static_phones, *plan.web_phones)
    phones = "".join(f"exten => {number},1,{_dial(f'PJSIP/{number}')}" for number in numbers)
    rings = "".join(_ring(number, members) for number, members in plan.rings.items())
    queues_ = "".join(_to_queue(number) for number in plan.queues)
    return f"{phones}{rings}{queues_}exten => 800,1,Answer()\n same => n,Echo()\n"


def _dial(target: str, seconds: int = RING_SECONDS) -> str:
    return f"Dial({target},{seconds})\n same => n,Hangup()\n"


def _ring(number: str, members: tuple[str, ...]) -> str:
    phones = "&".join(f"PJSIP/{member}" for member in members)
    return f"exten => {number},1,{_dial(phones)}exten => {int(number) + 1},1,{_dial(phones, 2)}"


def _to_queue(number: str) -> str:
    """Three doors to one queue: answered first, not answered, and giving up early."""
    name, base = queue_name(number), int(number)
    return (
        f"exten => {base},1,Answer()\n same => n,Queue({name},,,,30)\n same => n,Hangup()\n"
        f"exten => {base + 1},1,Queue({name},,,,30)\n same => n,Hangup()\n"
        f"exten => {base + 2},1,Answer()\n same => n,Queue({name},,,,3)\n same => n,Hangup()\n"
    )


def _queue(number: str, members: tuple[str, ...]) -> str:
    settings = "strategy=ringall\ntimeout=15\nretry=1\nwrapuptime=0\nringinuse=no\nautofill=yes\n"
    who = "".join(f"member => PJSIP/{m},0,Agent {m},PJSIP/{m}\n" for m in members)
    return f"[{queue_name(number)}]\n{settings}{who}"


def _to_trunk(plan: Plan, number: str) -> str:
    return _dial(f"PJSIP/trunk/sip:{number}@127.0.0.1:{plan.trunk_port}")


def _outside(plan: Plan) -> str:
    """Outside numbers, in international form or as dialled, shown with the company's number."""
    shown = "Set(CALLERID(num)=${SHOWN})\n same => n," + _to_trunk(plan, "${EXTEN}")
    return "".join(f"exten => {pattern},1,{shown}" for pattern in ("_+X.", "_XXXXX."))


def _forward(plan: Plan) -> str:
    return f"exten => 650,1,{_to_trunk(plan, FORWARD_NUMBER)}"
