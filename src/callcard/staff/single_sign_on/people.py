"""Who somebody is here of whom the provider speaks, and which roles their groups give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from callcard.staff.models import User
from callcard.staff.roles.models import Role
from callcard.staff.roles.rules import CHANGES_ROLES, joined
from callcard.staff.services import Person, UserNameTaken, add_person, give_roles, locked_administrators
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.sessions import end_all_sessions
from callcard.staff.single_sign_on.models import Group, Identity
from callcard.staff.single_sign_on.rules import NotLetIn, Why, groups_in, verified_mail


class Vouching(Protocol):
    """Who says who somebody is: a provider or a directory, with what the administrator lets it say."""

    @property
    def issuer(self) -> str: ...
    @property
    def groups_claim(self) -> str: ...
    @property
    def name_claim(self) -> str: ...
    @property
    def lets_in_unknown(self) -> bool: ...
    @property
    def trusts_names(self) -> bool: ...
    @property
    def trusts_mail(self) -> bool: ...


def come_in(request: HttpRequest, provider: Vouching, claims: Mapping[str, Any], *, how: str) -> User:
    """Who they are; they have the roles of their groups from now on. Raises NotLetIn; then nobody is made or joined,
    but whoever is in no group any more is signed out everywhere."""
    has_table = Group.objects.exists()
    given = roles_of(groups_in(claims, provider.groups_claim))
    user = user_of(claims, provider)
    if has_table and not given:
        if user is not None:
            _shut_out(request, user)
        raise NotLetIn(Why.NO_GROUP)
    with transaction.atomic():
        if user is None:
            user = foreseen(provider, claims, given) or _make(provider, claims, given)
            connect(request, user, provider, claims, how=how)
        else:
            _rename(user, provider, claims)
        if not user.is_active:
            raise NotLetIn(Why.INACTIVE)
        if has_table:
            renew_roles(user, given)
    return User.objects.get(pk=user.pk)


def user_of(claims: Mapping[str, Any], provider: Vouching) -> User | None:
    """Only by the subject: nothing else stays the same person's."""
    row = Identity.objects.filter(issuer=provider.issuer, subject=claims["sub"]).select_related("user").first()
    return row.user if row else None


def roles_of(groups: frozenset[str]) -> list[Role]:
    names = list(groups)[:1000]
    return list(Role.objects.filter(pk__in=Group.objects.filter(name__in=names).values("roles"), removed_at=None))


def renew_roles(user: User, given: list[Role]) -> None:
    """Roles that the table names come and go with the groups; those that it does not name stay as they were given.
    The last who can change roles keeps that."""
    named = set(Group.objects.values_list("roles", flat=True))
    before = list(user.roles.order_by("pk"))
    after = list({role.pk: role for role in [*(one for one in before if one.pk not in named), *given]}.values())
    if {role.pk for role in before} == {role.pk for role in after}:
        return
    with transaction.atomic():
        stays_one = joined(role.given for role in after).may(CHANGES_ROLES)
        if not stays_one and locked_administrators() == {user.pk}:
            after += [role for role in before if role not in after]
        give_roles(user=user, roles=after, by=None)


def _shut_out(request: HttpRequest, user: User) -> None:
    with transaction.atomic():
        renew_roles(user, [])
        end_all_sessions(user, request, by=user)


def foreseen(provider: Vouching, claims: Mapping[str, Any], given: list[Role]) -> User | None:
    """Whose account would be joined; None: a new one would be made. Nothing is written. Raises NotLetIn."""
    user = _of_same_name(provider, claims) or _of_same_mail(provider, claims)
    if user is None and not (provider.lets_in_unknown and given):
        raise NotLetIn(Why.UNKNOWN)
    return user


def _of_same_name(provider: Vouching, claims: Mapping[str, Any]) -> User | None:
    """The account of whoever can change roles is connected by its owner alone."""
    name = _text(claims, provider.name_claim)
    found = User.objects.filter(username__iexact=name).first() if name and provider.trusts_names else None
    if found is not None and found.may(CHANGES_ROLES):
        raise NotLetIn(Why.NOT_CONNECTED, name[:100])
    return found


def _of_same_mail(provider: Vouching, claims: Mapping[str, Any]) -> User | None:
    """The one user who has this address. Whoever can change roles only by an address that the provider has verified."""
    said = claims.get("email")
    found = list(User.objects.filter(email__iexact=said.strip())[:2]) if isinstance(said, str) and said.strip() else []
    if len(found) != 1:
        return None
    user = found[0]
    trusts = provider.trusts_mail and not user.may(CHANGES_ROLES)
    if not verified_mail(claims, trusts_mail=trusts):
        raise NotLetIn(Why.UNVERIFIED)
    return user


def connect(request: HttpRequest, user: User, provider: Vouching, claims: Mapping[str, Any], *, how: str) -> None:
    """From now on this subject is this user. Raises NotLetIn when either belongs to another already."""
    name = _called(provider, claims)
    try:
        with transaction.atomic():
            Identity.objects.create(user=user, issuer=provider.issuer, subject=claims["sub"], name=name)
    except IntegrityError:
        raise NotLetIn(Why.SOMEBODY_ELSE) from None
    write_down(What.CONNECTED, request, user=user, how=f"{how}: {name}"[:200])


def _rename(user: User, provider: Vouching, claims: Mapping[str, Any]) -> None:
    name = _called(provider, claims)
    Identity.objects.filter(user=user, issuer=provider.issuer).exclude(name=name).update(name=name)


def _called(provider: Vouching, claims: Mapping[str, Any]) -> str:
    return (_text(claims, provider.name_claim) or _text(claims, "email"))[:150].replace("\x00", "")


def _make(provider: Vouching, claims: Mapping[str, Any], given: list[Role]) -> User:
    """Without a password. An address that is not verified is not kept: it would be believed later."""
    name = User.normalize_username(_text(claims, provider.name_claim)) or verified_mail(claims, trusts_mail=False)
    if not name or len(name) > 150 or not name.isprintable() or User.objects.filter(username__iexact=name).exists():
        raise NotLetIn(Why.NAME_TAKEN, name[:100])
    person = Person(
        username=name,
        first_name=_text(claims, "given_name")[:150],
        last_name=_text(claims, "family_name")[:150],
        email=verified_mail(claims, trusts_mail=provider.trusts_mail)[:254],
        roles=tuple(given),
        team="",
        language="",
        extensions=(),
    )
    try:
        user = add_person(person, password="")
    except UserNameTaken:
        raise NotLetIn(Why.NAME_TAKEN, name[:100]) from None
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return user


def _text(claims: Mapping[str, Any], name: str) -> str:
    said = claims.get(name)
    return said.strip() if isinstance(said, str) else ""
