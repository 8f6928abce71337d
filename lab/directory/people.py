"""Who is in the lab's directory. Everybody's password is SECRET."""

from __future__ import annotations

BASE = "dc=example,dc=com"
SERVICE = f"cn=callcard,{BASE}"
SECRET = "s3cret of it, \\2a*"
_PEOPLE = f"ou=people,{BASE}"
_GROUPS = f"ou=groups,{BASE}"
_LONG_AGO = "20200101000000Z"


def dn(uid: str) -> str:
    return f"uid={uid},{_PEOPLE}"


def group_dn(name: str) -> str:
    return f"cn={name},{_GROUPS}"


# Given name, family name, department, and what is amiss with the account.
_WHO = {
    "mali": ("Mali", "Vong", "Sales", ""),
    "noi": ("Noi", "Keo", "Support", ""),
    "boss": ("Bou", "Ss", "Board", ""),
    "stranger": ("Str", "Anger", "", ""),
    "closed": ("Clo", "Sed", "", "pwdAccountLockedTime: 000001010000Z"),
    "expired": ("Ex", "Pired", "", f"pwdChangedTime: {_LONG_AGO}"),
    "reset": ("Re", "Set", "", "pwdReset: TRUE"),
}
# "asia" is within "everywhere": who is in the one is in the other, too.
_MEMBERS = {
    "sales": [dn("mali"), dn("closed"), dn("expired"), dn("reset")],
    "asia": [dn("noi")],
    "everywhere": [group_dn("asia")],
    "chiefs": [dn("boss")],
}


def entries() -> str:
    """LDIF. The memberof module writes `memberOf` only where the server runs, so it is given here."""
    made = [
        _entry(BASE, "objectClass: dcObject", "objectClass: organization", "dc: example", "o: Example"),
        _entry(_PEOPLE, "objectClass: organizationalUnit", "ou: people"),
        _entry(_GROUPS, "objectClass: organizationalUnit", "ou: groups"),
        _entry(
            f"cn=policy,{BASE}",
            *("objectClass: device", "objectClass: pwdPolicy", "cn: policy", "pwdAttribute: userPassword"),
            *("pwdMaxAge: 86400", "pwdMustChange: TRUE", "pwdLockout: TRUE", "pwdMaxFailure: 100"),
        ),
        _entry(SERVICE, "objectClass: person", "cn: callcard", "sn: callcard", f"userPassword: {SECRET}"),
        *(_person(uid, *said) for uid, said in _WHO.items()),
        *(
            _entry(
                group_dn(name),
                *("objectClass: groupOfNames", f"cn: {name}", *(f"member: {each}" for each in members)),
                *_member_of(group_dn(name)),
            )
            for name, members in _MEMBERS.items()
        ),
    ]
    return "\n\n".join(made) + "\n"


def _person(uid: str, given: str, family: str, department: str, amiss: str) -> str:
    return _entry(
        dn(uid),
        *("objectClass: inetOrgPerson", f"uid: {uid}", f"cn: {given} {family}", f"givenName: {given}", f"sn: {family}"),
        *(f"mail: {uid}@example.com", f"userPassword: {SECRET}"),
        *([f"departmentNumber: {department}"] if department else []),
        *([amiss] if amiss else []),
        *_member_of(dn(uid)),
    )


def _member_of(name: str) -> list[str]:
    return [f"memberOf: {group_dn(group)}" for group, members in _MEMBERS.items() if name in members]


def _entry(name: str, *lines: str) -> str:
    return "\n".join([f"dn: {name}", *lines])
