"""How the rights of several roles add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import CHANGES_ROLES, MODULES, RIGHTS, Given, Permissions, Scope, joined, read, written

roles = st.builds(
    Given,
    kind=st.sampled_from(["", *READY]),
    rights=st.frozensets(st.sampled_from(sorted(RIGHTS))),
    scope=st.sampled_from(Scope),
)
several = st.lists(roles, max_size=5)


@given(several, roles)
def test_another_role_never_takes_anything_away(have: list[Given], more: Given) -> None:
    before, after = joined(have), joined([*have, more])
    assert after.may_all_of(before)
    assert after.kinds >= before.kinds


@given(several)
def test_the_order_and_the_number_of_equal_roles_do_not_count(have: list[Given]) -> None:
    assert joined(have) == joined(reversed(have)) == joined([*have, *have])


@given(several)
def test_nothing_is_given_that_no_role_gives(have: list[Given]) -> None:
    together = joined(have)
    assert together.rights <= frozenset().union(*(role.rights for role in have))
    assert together.scope in {Scope.OWN, *(role.scope for role in have)}


@given(several)
def test_who_does_not_see_a_module_does_nothing_in_it(have: list[Given]) -> None:
    together = joined(have)
    for module in MODULES:
        if "see" in module.actions and not together.may(f"{module.key}.see"):
            assert not any(map(together.may, module.rights))


@given(several)
def test_what_is_kept_with_a_user_is_read_as_it_was(have: list[Given]) -> None:
    together = joined(have)
    assert read(written(together)) == together


@given(st.text(max_size=200))
def test_whatever_is_kept_gives_known_rights_only(text: str) -> None:
    assert read(text).rights <= RIGHTS


def test_what_is_kept_can_be_searched_word_by_word() -> None:
    assert written(joined([Given("manager", frozenset({"tasks.see", "tasks.add"}), Scope.TEAM)])) == (
        " scope:team is:manager tasks.add tasks.see "
    )
    assert read("scope:all nonsense scope:moon customers.fly") == Permissions(scope=Scope.ALL)


def test_a_right_that_there_is_not_is_a_mistake_of_the_program() -> None:
    with pytest.raises(AssertionError, match=r"customers\.fly"):
        Permissions().may("customers.fly")


def test_nobody_has_nothing() -> None:
    assert joined([]) == Permissions(frozenset(), Scope.OWN, frozenset())


@pytest.mark.parametrize("kind", [kind for kind in READY if kind != "exporter"])
def test_a_ready_role_gives_all_that_it_ticks(kind: str) -> None:
    """No tick is in vain because its module is not seen."""
    assert joined([READY[kind]]) == Permissions(READY[kind].rights, READY[kind].scope, frozenset({kind}))


def test_only_the_administrator_gives_roles_and_may_everything() -> None:
    assert [kind for kind, role in READY.items() if CHANGES_ROLES in role.rights] == ["administrator"]
    assert READY["administrator"].rights == RIGHTS


def test_who_may_export_and_nothing_else_sees_no_more_records_than_before() -> None:
    manager = Given("manager", READY["manager"].rights, Scope.TEAM)
    together = joined([manager, READY["exporter"]])
    assert (together.may("customers.export"), together.scope) == (True, Scope.TEAM)
    assert not joined([READY["listener"], READY["exporter"]]).may("sales.see")
    assert joined([READY["exporter"]]).rights == frozenset()


def test_settings_open_for_who_may_set_something() -> None:
    assert [kind for kind, role in READY.items() if joined([role]).may_set_up] == ["administrator"]
    assert joined([Given("", frozenset({"company.lists"}), Scope.OWN)]).may_set_up
