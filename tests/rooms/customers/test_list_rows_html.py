"""Rows of the list of customers, written in Python: whatever stands in a record stays text."""

from __future__ import annotations

from callcard.customers.list_cells import Row
from callcard.customers.list_rows_html import numbers_cell, rows_html
from callcard.customers.models import Category, Customer, Phone, Tag
from callcard.customers.search_reasons import Reason
from callcard.ui.icons import icon
from callcard.ui.list_panels_html import column_choices, filter_fields
from callcard.ui.lists import Column, Filter
from callcard.ui.options import options_html

HOSTILE = "<script>'\"&"
SAFE = "&lt;script&gt;&#x27;&quot;&amp;"


def test_a_row_of_hostile_words() -> None:
    category, tag = Category(name=HOSTILE, colour="green"), Tag(name=HOSTILE, colour="blue")
    customer = Customer(pk=7, name=HOSTILE, category=category)
    cells = [("name", HOSTILE), ("category", category), ("stage", None), ("tags", [tag]), ("city", HOSTILE)]
    assert rows_html([Row(customer, "green", cells, Reason("", HOSTILE, is_number=True))]) == (
        '<tr data-id="7" class="tone-green" aria-selected="false" tabindex="0"><td class="list-pick">'
        '<input class="form-check-input" type="checkbox" tabindex="-1" value="7"'
        f' aria-label="Select {SAFE}"></td>\n'
        '<td><a class="customer-name" tabindex="-1" href="/customers/7/" data-window>'
        '<span class="portrait portrait-small tone-green" aria-hidden="true">?</span>'
        f'<bdi>{SAFE}</bdi></a><span class="quiet search-why"><bdi dir="ltr">{SAFE}</bdi></span>\n</td>'
        f'<td><span class="badge-state tone-green">{SAFE}</span></td><td></td>'
        f'<td><span class="badge-state tone-blue">{SAFE}</span> </td><td><bdi>{SAFE}</bdi></td></tr>'
    )


def test_the_keyboard_enters_the_first_row_only() -> None:
    rows = [Row(Customer(pk=pk, name="Anna 100 %", portrait="a b.webp"), "", [("name", "")]) for pk in (7, 8)]
    first, _cells, second, cells = rows_html(rows).split("\n")
    assert first.startswith('<tr data-id="7" class="tone-grey" aria-selected="false" tabindex="0">')
    assert second.startswith('<tr data-id="8" class="tone-grey" aria-selected="false" tabindex="-1">')
    assert second.endswith(' aria-label="Select Anna 100 %"></td>')
    assert cells == (
        '<td><a class="customer-name" tabindex="-1" href="/customers/8/" data-window><img class="portrait'
        ' portrait-small" src="/media/a%20b.webp" alt="" width="30" height="30" loading="lazy">'
        "<bdi>Anna 100 %</bdi></a></td></tr>"
    )


def test_numbers_are_offered_unless_nobody_may_call_them() -> None:
    phones = [
        Phone(raw="020 5555", e164="+856205555"),
        Phone(raw=HOSTILE, is_valid_looking=False),
        Phone(raw="1234", do_not_call=True),
    ]
    doubt = (
        '<span class="number-doubt" title="No numbering plan knows such a number">'
        f'{icon("triangle-alert")}<span class="visually-hidden">looks wrong</span></span>'
    )
    assert numbers_cell(phones) == (
        f'<a class="list-number-link" tabindex="-1" href="tel:+856205555">{icon("phone")}'
        '<bdi dir="ltr">020 5555</bdi></a>'
        f'<br><a class="list-number-link" tabindex="-1" href="tel:%3Cscript%3E%27%22%26">{icon("phone")}'
        f'<bdi dir="ltr">{SAFE}</bdi></a> {doubt}<br><bdi dir="ltr"><s>1234</s></bdi>'
    )


def test_options_are_marked_as_chosen_and_stay_text() -> None:
    options = (("3", HOSTILE), (HOSTILE, "Lao"))
    assert options_html(options, ("3",), "tag:", "+ ") == (
        f'<option value="tag:3" selected>+ {SAFE}</option><option value="tag:{SAFE}">+ Lao</option>'
    )
    assert options_html(options) == f'<option value="3">{SAFE}</option><option value="{SAFE}">Lao</option>'
    assert options_html(()) == ""


def test_fields_of_a_filter_keep_what_was_asked_and_stay_text() -> None:
    text = Column(HOSTILE, HOSTILE, "text", may_be_empty=False)
    assert filter_fields([(text, Filter(HOSTILE, (HOSTILE,)))]) == (
        f'<fieldset><legend>{SAFE}</legend>\n<input class="form-control" name="f.{SAFE}" value="{SAFE}" dir="auto"'
        f' aria-label="{SAFE}">\n</fieldset>'
    )
    limit = Column("limit", "Limit", "money")
    fields = filter_fields([(limit, Filter("limit", (), HOSTILE, "20", is_empty=True))])
    assert f'name="f.limit.from" value="{SAFE}" placeholder="from"' in fields
    assert 'name="f.limit.to" value="20" placeholder="to"' in fields
    assert 'name="f.limit.empty" value="1" checked> empty</label></fieldset>' in fields
    chosen = Column("tag", "Tag", "choices", options=(("3", HOSTILE),))
    select = f'name="f.tag" multiple size="4" aria-label="Tag"><option value="3" selected>{SAFE}</option></select>'
    assert select in filter_fields([(chosen, Filter("tag", ("3",)))])


def test_columns_to_choose_from_stay_text() -> None:
    choices = column_choices([(Column(HOSTILE, HOSTILE), True, 90)])
    assert f'name="column" value="{SAFE}" checked> {SAFE}</label>' in choices
    assert f'<input type="hidden" name="width-{SAFE}" value="90">' in choices
    assert f'aria-label="Move down: {SAFE}"' in choices
    assert "<script" not in choices
