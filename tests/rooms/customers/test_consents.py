"""What a customer allowed: the newest answer counts, and every answer stays to be read."""

from __future__ import annotations

import pytest

from callcard.customers.consent.models import Consent
from callcard.customers.consent.services import newest_of, note_consent, refused_by
from callcard.customers.merge_services import merge_customers, undo_merge
from callcard.customers.services import create_customer
from callcard.staff.models import Change
from tests.rooms.staff.windows import Window, give, person

pytestmark = pytest.mark.django_db


def test_the_newest_answer_counts() -> None:
    one, other = create_customer(name="One"), create_customer(name="Other")
    note_consent(customer=one, way="sms", answer="given", by=None)
    note_consent(customer=one, way="sms", answer="refused", by=None)
    note_consent(customer=one, way="email", answer="given", by=None)
    note_consent(customer=other, way="sms", answer="given", by=None)
    assert {way: row.answer for way, row in newest_of(one.pk).items()} == {"sms": "refused", "email": "given"}
    assert refused_by([one.pk, other.pk], way="sms") == {one.pk}
    assert refused_by([one.pk, other.pk], way="email") == set()


def test_a_merge_takes_them_along_and_gives_them_back() -> None:
    kept, gone = create_customer(name="Kept"), create_customer(name="Gone")
    note_consent(customer=gone, way="calls", answer="refused", by=None)
    merge = merge_customers(kept=kept, gone=[gone], by=None)
    assert refused_by([kept.pk], way="calls") == {kept.pk}
    undo_merge(merge=merge, by=None)
    assert refused_by([kept.pk, gone.pk], way="calls") == {gone.pk}


def test_an_answer_is_noted_in_the_window_and_stands_in_the_history() -> None:
    user, foreign = person("manager"), create_customer(name="Foreign")
    give([user], "manager", records="own")
    customer = create_customer(name="Own", responsible=user)
    told = {"way": "voice", "answer": "refused", "said_on": "2026-03-04", "how": "by phone", "text": "<b>no</b>"}
    assert Window(user).post(f"/customers/{customer.pk}/consents", told).status_code == 302
    row = Consent.objects.get()
    assert (row.way, row.answer, str(row.said_on), row.noted_by) == ("voice", "refused", "2026-03-04", user)
    page = Window(user).text(f"/customers/{customer.pk}/consents")
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert Change.objects.get(about="consent").after == {"voice": "refused", "how": "by phone", "text": "<b>no</b>"}
    assert "Consent" in Window(user).text(f"/customers/{customer.pk}/history")
    assert Window(user).post(f"/customers/{customer.pk}/consents", {**told, "way": "x"}).status_code == 422
    assert Window(user).post(f"/customers/{foreign.pk}/consents", told).status_code == 404
    assert Consent.objects.count() == 1
