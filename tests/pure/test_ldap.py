"""What is sent to a directory: filters and names out of which nobody breaks, and bytes that are no LDAP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.staff.directory.ldap import ber, messages
from callcard.staff.directory.ldap.filters import FilterNotValid, read_filter
from callcard.staff.directory.ldap.messages import Entry, Policy, Result
from callcard.staff.directory.ldap.names import (
    NameNotValid,
    as_value,
    is_below,
    own_value,
    read_name,
    root_of,
)
from callcard.staff.directory.rules import (
    ServerNotValid,
    claims_of,
    counted_name,
    groups_below,
    is_closed,
    named_groups,
    read_servers,
    subject_of,
    why_refused,
)
from callcard.staff.single_sign_on.rules import Why

TEMPLATE = "(&(objectClass=person)(|(uid={name})(mail={name}@*)))"
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


def shape(element: ber.Element) -> object:
    """Which kinds of elements are in which, whatever the values."""
    if element.tag & 0x20:
        return element.tag, [shape(part) for part in element.parts()]
    return element.tag


def leaves(element: ber.Element) -> list[bytes]:
    return [leaf for part in element.parts() for leaf in leaves(part)] if element.tag & 0x20 else [element.content]


@given(names)
def test_whatever_is_typed_stays_one_value_of_the_filter(name: str) -> None:
    (plain,), (made,) = (ber.read_all(read_filter(TEMPLATE, {"name": each})) for each in ("x", name))
    assert shape(made) == shape(plain)
    assert leaves(made) == [
        *(b"objectClass", b"person", b"uid", name.encode(), b"mail", name.encode() + b"@"),
    ]


@given(names)
def test_whatever_is_typed_stays_one_value_of_the_name(name: str) -> None:
    made = read_name(f"uid={as_value(name)},ou=people,dc=example,dc=com")
    assert made == (
        frozenset({("uid", " ".join(name.casefold().split()))}),
        *read_name("ou=people,dc=example,dc=com"),
    )


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("(uid=*)", "8703756964"),
        ("(uid=a)", "a3080403756964040161"),
        (r"(uid=\2a)", "a308040375696404012a"),
        ("(!(uid=a))", "a20aa3080403756964040161"),
        ("(n>=1)", "a50604016e040131"),
        ("(n<=1)", "a60604016e040131"),
        ("(n~=1)", "a80604016e040131"),
        ("(n=a*b*c)", "a40e04016e3009800161810162820163"),
        ("(m:1.2:=x)", "a90b8103312e3282016d830178"),
        ("(:dn:1.2:=x)", "a90b8103312e328301788401ff"),
    ],
)
def test_filters_are_sent_as_rfc_4511_says(text: str, sent: str) -> None:
    assert read_filter(text).hex() == sent


@pytest.mark.parametrize(
    "text",
    [
        *("", "uid=a", "(uid=a", "(uid)", "()", "(&)", "(!(a=1)(b=2))", "(a=1)(b=2)", r"(a=\zz)", r"(a=\2)"),
        *("(a b=1)", "(=1)", "(:=1)", "(a=**)", "(a>=*)", "(" * 99, "(&" * 99, "({name}=1)"),
    ],
)
def test_what_is_no_filter_is_said_to_be_none(text: str) -> None:
    with pytest.raises(FilterNotValid):
        read_filter(text, {"name": "x"})


def test_names_are_compared_as_directories_do() -> None:
    assert read_name("CN=Sales,  OU=Groups , dc=X") == read_name("cn=sales,ou=groups,dc=x")
    assert read_name(r"cn=a\2Cb,dc=x") == read_name(r"cn=a\,b,dc=x") != read_name("cn=a,dc=x")
    assert read_name(r"cn=\d0\96,dc=x") == read_name("cn=ж,dc=x")
    assert own_value(r"CN=Sales\, East,OU=x") == "Sales, East"
    assert is_below(read_name("cn=a,ou=b,dc=x"), read_name("OU=B,DC=X"))
    assert not is_below(read_name("cn=a,ou=c,dc=x"), read_name("ou=b,dc=x"))
    assert not is_below(read_name("dc=x"), read_name("ou=b,dc=x"))
    assert root_of(read_name("ou=p,dc=Example,dc=com")) == "example.com"
    assert root_of(read_name("ou=p,o=Acme")) == "ou=p,o=acme"
    assert read_name("") == ()
    for wrong in ("people", "=x", "cn=a\\", "c n=x", "cn=a,,dc=x"):
        with pytest.raises(NameNotValid):
            read_name(wrong)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_ldap_are_refused_and_nothing_else_happens(data: bytes) -> None:
    try:
        message = messages.read_message(data)
        messages.result_of(message)
        messages.entry_of(message)
    except ber.NotValid:
        pass


@given(st.integers(-(2**40), 2**40), st.binary(max_size=300))
def test_what_is_written_is_read_again(value: int, content: bytes) -> None:
    first, second = ber.read_all(ber.number(value) + ber.text(content))
    assert (first.number(), second.content) == (value, content)
    assert ber.whole_length(ber.text(content)) == len(ber.text(content))


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (Result(0, ""), None),
        (Result(0, "", Policy.MUST_CHANGE), Why.MUST_CHANGE),
        (Result(49, ""), Why.PASSWORD),
        (Result(34, "invalid DN"), Why.PASSWORD),
        (Result(49, "", Policy.EXPIRED), Why.EXPIRED_THERE),
        (Result(49, "", Policy.LOCKED), Why.LOCKED_THERE),
        (Result(53, "Account inactivated"), Why.CLOSED_THERE),
        (Result(19, "Exceed password retry limit"), Why.LOCKED_THERE),
        (Result(8, ""), Why.ANSWER),
        *(
            (Result(49, f"80090308: LdapErr: DSID-0C09, comment: AcceptSecurityContext error, data {code}, v4563"), why)
            for code, why in {
                "52e": Why.PASSWORD,
                "525": Why.PASSWORD,
                "530": Why.CLOSED_THERE,
                "532": Why.EXPIRED_THERE,
                "533": Why.CLOSED_THERE,
                "701": Why.CLOSED_THERE,
                "773": Why.MUST_CHANGE,
                "775": Why.LOCKED_THERE,
            }.items()
        ),
    ],
)
def test_why_a_password_does_not_let_in(result: Result, why: Why | None) -> None:
    assert why_refused(result) == why


def test_who_an_entry_is() -> None:
    guid = bytes.fromhex("33221100554477668899aabbccddeeff")
    entry = Entry("cn=m", {"objectguid": [guid], "samaccountname": [b"mali"], "mail": [b" m@example.com "]})
    assert subject_of(entry) == "00112233-4455-6677-8899-aabbccddeeff"
    assert subject_of(Entry("x", {"entryuuid": [b"abc"]})) == "abc"
    assert subject_of(Entry("x", {"mail": [b"abc"]})) == ""
    claims = claims_of(entry, name_attribute="sAMAccountName", groups=["a"])
    assert (claims["name"], claims["email"], claims["groups"]) == ("mali", "m@example.com", ["a"])
    assert "email_verified" not in claims
    assert is_closed(Entry("x", {"useraccountcontrol": [b"514"]}))
    assert is_closed(Entry("x", {"nsaccountlock": [b"TRUE"]}))
    assert not is_closed(Entry("x", {"useraccountcontrol": [b"512"]}))


def test_guesses_at_one_entry_are_counted_as_one() -> None:
    names = ("uid=mali,ou=people,dc=x", "UID=Mali , OU=people,dc=x", "uid=ma\u00adli,ou=people,dc=x")
    assert len({counted_name(name) for name in (*names, "uid=\\ mali,ou=people,dc=x")}) == 1
    assert counted_name("uid=noi,ou=people,dc=x") != counted_name(names[0])


def test_groups_count_by_their_whole_name_or_their_own_below_the_base() -> None:
    found = groups_below(["CN=Sales,OU=G,DC=X", "cn=chiefs,ou=other,dc=x", "no name"], "ou=g,dc=x")
    assert found == ["CN=Sales,OU=G,DC=X"]
    table = ["sales", "cn=sales,ou=g,dc=x", "cn=sales,ou=h,dc=x", "chiefs", "Books"]
    assert named_groups(found, table) == ["sales", "cn=sales,ou=g,dc=x"]


def test_servers_are_read_line_by_line() -> None:
    said = "dc1.example.com\n\n ldaps://dc2:3269/ \n[::1]:389"
    assert read_servers(said, port=636) == [("dc1.example.com", 636), ("dc2", 3269), ("::1", 389)]
    for wrong in ("http://x", "a b", "x:0", "x:99999", "x/y"):
        with pytest.raises(ServerNotValid):
            read_servers(wrong, port=636)
