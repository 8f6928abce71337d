"""One attempt: whether the certificate is due, the order, and how it ended."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime

from callcard.config.acme import kept, rules
from callcard.config.acme.certificates import Seen, look_at
from callcard.config.acme.kept import State
from callcard.config.acme.ordering import Authority, NotGot
from callcard.config.acme.wish import Wish

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


def attempt(wish: Wish, host: str, *, at_once: bool = False, clock: Callable[[], datetime] = _now) -> State:
    """What holds afterwards. `host`: the address on which the authority is answered. `at_once`: the administrator
    asks, so waits of our own are over; those that the authority imposed are not."""
    with kept.alone(wish):
        state, now = kept.read_state(wish), clock()
        if now < state.is_due_at and (state.told_to_wait or not at_once):
            return state
        state = _attempt(wish, host, state, now)
        kept.write_state(wish, state)
        return state


def _attempt(wish: Wish, host: str, state: State, now: datetime) -> State:
    seen = look_at(wish.certificate)
    serves = seen is not None and not seen.is_own and seen.names >= set(wish.names) and state.is_of_this_authority
    try:
        authority = Authority(wish, now)
        due = _due(authority, seen) if seen and serves else now
        if seen and due > now:
            return _all_well(state, min(due, now + rules.LOOK_AGAIN))
        kept.write(wish.certificate, authority.order(host))
    except NotGot as problem:
        return _failed(state, now, problem, is_urgent=not (seen and serves and now < _own_due(seen)))
    log.info("A new certificate for %s lies in %s.", ", ".join(wish.names), wish.certificate)
    return _all_well(state, now + rules.LOOK_AGAIN)


def _own_due(seen: Seen) -> datetime:
    return rules.renew_at(seen.begins, seen.ends, seen.serial)


def _due(authority: Authority, seen: Seen) -> datetime:
    suggested = authority.suggested(seen.first_pem)
    return min(suggested, _own_due(seen)) if suggested else _own_due(seen)


def _all_well(state: State, next_look: datetime) -> State:
    return state.in_future(next_look, failures=0, problem="", told_to_wait=False, is_of_this_authority=True)


def _failed(state: State, now: datetime, problem: NotGot, *, is_urgent: bool) -> State:
    """Nothing is lost while the certificate is young: then it was only asked for its opinion."""
    if not is_urgent:
        return _all_well(state, now + rules.LOOK_AGAIN)
    failures = state.failures + 1
    wait = rules.wait_after(failures, problem.wait, random.random())
    log.error("No certificate (%d in a row; again in %d minutes): %s", failures, wait.total_seconds() // 60, problem)
    is_told = problem.wait is not None
    return state.in_future(now + wait, failures=failures, problem=str(problem), told_to_wait=is_told)
