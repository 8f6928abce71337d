"""What nobody will ask for any more goes every hour, and what may still be asked for stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from callcard.api.tokens.models import KeptAnswer
from callcard.api.tokens.services import make_token
from callcard.config.jobs import KINDS
from callcard.staff.models import User


@pytest.mark.django_db
def test_answers_to_programs_are_kept_for_a_day() -> None:
    user, now = User.objects.create_user("anna"), timezone.now()
    token, _secret = make_token(user=user, name="Till", scopes=["customers.see"], expires_at=now + timedelta(days=9))
    for key, age in (("old", timedelta(days=1, minutes=1)), ("young", timedelta(hours=23))):
        row = KeptAnswer.objects.create(token=token, key=key, request="x")
        KeptAnswer.objects.filter(pk=row.pk).update(asked_at=now - age)
    tidy_up: Any = next(kind.run for kind in KINDS if kind.name == "tidy-up")
    tidy_up(None)
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["young"]
