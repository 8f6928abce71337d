"""Rows of the call log, written in Python: whatever stands in a call stays text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from callcard.calls.call_html import number_html, outcome_html, who_html
from callcard.calls.log_rows_html import rows_html
from callcard.calls.models import Call
from callcard.customers.models import Customer
from callcard.ui.icons import icon
from callcard.ui.lists import Column

HOSTILE = "<script>'\"&"
SAFE = "&lt;script&gt;&#x27;&quot;&amp;"
AT = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)


def call(**fields: object) -> Call:
    return Call(**{"pk": 7, "direction": "inbound", "outcome": "answered", "started_at": AT, **fields})


def row(one: Call, *keys: str) -> str:
    return rows_html([one], [Column(key, key.title()) for key in keys]).partition("</td>\n")[2]


@pytest.mark.django_db
def test_a_row_of_hostile_words() -> None:
    one = call(note=HOSTILE, result=HOSTILE, queue=HOSTILE, line=HOSTILE)
    cells = row(one, "note", "result", "queue", "line")
    assert cells == (
        f'<td class="long" dir="auto">{SAFE}</td><td><b><bdi>{SAFE}</bdi></b></td><td><bdi>{SAFE}</bdi></td>'
        f"<td><bdi>{SAFE}</bdi></td></tr>"
    )


def test_the_keyboard_enters_the_first_row_only() -> None:
    first, second, end = rows_html([call(), call(pk=8, outcome="missed")], []).split("</td>\n")
    assert first.startswith('<tr data-id="7" class="tone-green" aria-selected="false" tabindex="0">')
    assert second.startswith('</tr>\n<tr data-id="8" class="tone-red" aria-selected="false" tabindex="-1">')
    assert end == "</tr>"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"withheld": True}, "Number withheld"),
        ({}, "No number"),
        ({"number": "301", "match": "own"}, "Colleagues"),
        ({"number": "1"}, '<span class="quiet">Unknown</span>'),
        (
            {"customer": Customer(pk=5, name=HOSTILE), "match": "possible"},
            f'<a href="/customers/5/" data-window tabindex="-1"><b><bdi>{SAFE}</bdi></b></a>'
            ' <span class="badge-state tone-orange">possibly</span>',
        ),
    ],
)
def test_whom_a_call_was_with(fields: dict[str, object], told: str) -> None:
    assert who_html(call(**fields)) == told


def test_a_colleagues_customer_and_a_colleague_are_named() -> None:
    one = call(number="1")
    one.known_to = HOSTILE
    assert who_html(one) == f"Known customer of {SAFE}"
    one.known_to, one.colleague = "", HOSTILE
    assert who_html(one) == f'<span dir="auto">{SAFE}</span>'


def test_numbers_are_offered_unless_a_colleague_has_them() -> None:
    shown = f'<bdi class="number-shown" dir="ltr">{SAFE}</bdi>'
    assert number_html(call()) == ""
    assert number_html(call(number=HOSTILE, direction="internal")) == shown
    link = f'<a class="list-number-link" tabindex="-1" href="tel:%3Cscript%3E%27%22%26">{icon("phone")}{shown}</a>'
    assert number_html(call(number=HOSTILE)) == link
    assert ' title="+8562055512345678901234"' in number_html(call(number="1", e164="+8562055512345678901234"))


def test_how_it_ended_that_it_was_blocked_and_not_seen_whole() -> None:
    one = call(outcome="missed", is_complete=False)
    one.was_blocked = True
    assert outcome_html(one) == (
        '<span class="badge-state is-sentence tone-red">Missed</span>'
        ' <span class="badge-state tone-orange">number blocked</span>'
        ' <span class="badge-state tone-orange">not seen whole</span>'
    )


def test_marks_are_those_of_the_call() -> None:
    blocked, played = call(number="1"), call(answered_at=AT, talk_seconds=61)
    blocked.block, played.played, played.played_as = "may", 3, "gsm"
    assert 'data-block="/calls/7/block"' in row(blocked, "number")
    assert 'aria-pressed="false"' in row(blocked, "number")
    told = row(played, "talked")
    assert told.startswith('<td class="seconds" data-label="Talked">1:01<span class="recording-mark"')
    assert 'data-recordings-of="7"' in told
    assert 'data-decode="gsm"' in told
    assert "7203115009041" not in told
    cost = row(call(cost=Decimal("1.5"), cost_currency="EUR"), "cost")
    assert cost.startswith('<td class="seconds" data-label="Cost">€1')
