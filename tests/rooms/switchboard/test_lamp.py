"""The lamp of the link: everybody's follows it, and tells nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.live.queries import missed_events, newest_event_id
from callcard.staff.models import User
from callcard.switchboard.journal import write_link_report
from callcard.switchboard.models import LinkLog, Pbx
from callcard.switchboard.queries import lamp, links
from callcard.switchboard.services import remove_pbx, set_pbx
from callcard.telephony.connector import LinkReport, LinkState

pytestmark = pytest.mark.django_db


def _pbx(slug: str, *, is_enabled: bool = True) -> Pbx:
    return set_pbx(slug=slug, name=f"The secret {slug}", kind="asterisk", options={}, is_enabled=is_enabled)


def _report(slug: str, state: LinkState, problem: str = "") -> None:
    at = timezone.now()
    write_link_report(slug, LinkReport(state=state, at=at, problem=problem, detail="10.0.0.7 says no", about="20.1"))


@pytest.mark.parametrize("role", User.Role.values)
def test_everybody_hears_that_the_link_is_refused_and_not_why(role: str) -> None:
    user = User.objects.create_user("anna", role=role)
    _pbx("main")
    since = newest_event_id()
    _report("main", LinkState.REFUSED, "wrong_secret")
    told = missed_events(user.pk, since=since).events
    assert [(event.kind, event.payload) for event in told] == [("link", {"links": ["refused"]})]


def test_who_was_away_while_two_links_changed_hears_of_both() -> None:
    user = User.objects.create_user("anna")
    _pbx("one")
    _pbx("two")
    since = newest_event_id()
    _report("one", LinkState.DOWN)
    _report("two", LinkState.CONNECTING)
    _report("two", LinkState.UP)
    assert [event.payload for event in missed_events(user.pk, since=since).events] == [{"links": ["down", "up"]}]


def test_a_link_that_is_switched_off_or_removed_leaves_the_lamp() -> None:
    user = User.objects.create_user("anna")
    _pbx("one")
    gone = _pbx("two")
    _report("one", LinkState.UP)
    _report("two", LinkState.DOWN)
    since = newest_event_id()
    _pbx("two", is_enabled=False)
    assert [event.payload for event in missed_events(user.pk, since=since).events] == [{"links": ["up"]}]
    _pbx("two")
    since = newest_event_id()
    remove_pbx(pbx=gone)
    assert [event.payload for event in missed_events(user.pk, since=since).events] == [{"links": ["up"]}]


def test_a_link_that_said_nothing_yet_is_being_made() -> None:
    _pbx("main")
    assert lamp() == {"links": ["connecting"]}


def test_the_page_comes_with_the_state_and_without_the_name(client: Client) -> None:
    client.force_login(User.objects.create_user("anna"))
    _pbx("main")
    _report("main", LinkState.DOWN, "unreachable")
    page = client.get("/").content.decode()
    assert 'data-links="down"' in page
    assert "secret main" not in page


def test_the_newest_line_of_each_link_counts() -> None:
    one, two = _pbx("one"), _pbx("two")
    now = timezone.now()
    LinkLog.objects.create(pbx=two, state="up", at=now)
    LinkLog.objects.create(pbx=one, state="down", at=now)
    LinkLog.objects.create(pbx=one, state="up", at=now - timedelta(hours=1))
    assert [(link.pbx, link.last and link.last.state) for link in links()] == [(one, "down"), (two, "up")]
