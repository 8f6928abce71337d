"""pjsip.conf: transports, the trunk, and every phone.

The trunk is known by a header of its own, because on the loopback it shares the phones'
address. Its callers may therefore carry any number, even one that is also a phone's.
"""

from __future__ import annotations

from lab.asterisk.plan import Plan

TRUNK_HEADER = "X-Lab-Trunk"
TRUNK_HEADER_VALUE = "outside"

_HEAD = """[global]
type=global
user_agent=lab
endpoint_identifier_order=header,ip,username
[system]
type=system
timer_t1=500
threadpool_initial_size=8
threadpool_max_size=50
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}
[ws]
type=transport
protocol={web_protocol}
bind=127.0.0.1
[trunk]
type=endpoint
transport=udp
context=from-trunk
disallow=all
allow=ulaw,alaw
direct_media=no
aors=trunk
from_domain=127.0.0.1
trust_id_inbound=yes
[trunk]
type=aor
contact=sip:127.0.0.1:{trunk_port}
[trunk-identify]
type=identify
endpoint=trunk
match_header={header}: {value}
[phone](!)
type=endpoint
transport=udp
context=internal
disallow=all
allow=ulaw,alaw
direct_media=no
call_group=1
pickup_group=1
[web](!)
type=endpoint
context=internal
disallow=all
allow=ulaw,opus
webrtc=yes
dtls_auto_generate_cert=yes
direct_media=no
call_group=1
pickup_group=1
[account](!)
type=auth
auth_type=digest
[place](!)
type=aor
max_contacts=5
remove_existing=yes
"""


def text(plan: Plan) -> str:
    head = _HEAD.format(
        sip_port=plan.sip_port,
        trunk_port=plan.trunk_port,
        web_protocol="wss" if plan.http_tls_port else "ws",
        header=TRUNK_HEADER,
        value=TRUNK_HEADER_VALUE,
    )
    phones = [_phone(plan, number) for number in plan.phones]
    static = [_static(plan, number) for number in plan.static_phones]
    web = [_web(plan, number) for number in plan.web_phones]
    return head + "".join([*phones, *static, *web])


def web_secret(number: str) -> str:
    """The password of a phone in a browser; those cannot do without one."""
    return f"pw{number}"


def _caller_id(plan: Plan, number: str) -> str:
    return f"callerid={plan.names.get(number, f'Agent {number}')} <{number}>\n"


def _phone(plan: Plan, number: str) -> str:
    secret = plan.secrets.get(number)
    auth = f"auth={number}\n" if secret else ""
    account = f"[{number}](account)\nusername={number}\npassword={secret}\n" if secret else ""
    endpoint = f"[{number}](phone)\naors={number}\n{auth}{_caller_id(plan, number)}"
    return f"{endpoint}[{number}](place)\n{account}"


def _static(plan: Plan, number: str) -> str:
    place = f"[{number}]\ntype=aor\ncontact=sip:{number}@127.0.0.1:{plan.static_port}\nqualify_frequency=0\n"
    return f"[{number}](phone)\naors={number}\n{_caller_id(plan, number)}{place}"


def _web(plan: Plan, number: str) -> str:
    endpoint = f"[{number}](web)\naors={number}\nauth={number}\n{_caller_id(plan, number)}"
    account = f"[{number}](account)\nusername={number}\npassword={web_secret(number)}\n"
    return f"{endpoint}[{number}](place)\n{account}"
