"""How the certificate stands, in words for an administrator's page."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from callcard.config.acme.kept import State, read_state
from callcard.config.acme.rules import WARN_OF_A_FILE, warn_of_renewal
from callcard.config.acme.wish import Wish
from callcard.staff.certificate import Standing


def standing() -> Standing | None:
    """None: Callcard itself speaks no https."""
    if not settings.TLS_CERTIFICATE:
        return None
    from callcard.config.acme.certificates import look_at  # loaded by whoever needs it, not by every start

    seen, wish = look_at(Path(settings.TLS_CERTIFICATE)), settings.ACME
    if seen is None or (wish is not None and seen.is_own):
        return Standing(
            " ".join([_("There is no certificate that browsers trust yet."), *_asking(wish)]), is_well=False
        )
    day = date_format(timezone.localtime(seen.ends), "DATE_FORMAT")
    now = timezone.now()
    is_over = seen.ends <= now
    ends_soon = seen.ends < now + (WARN_OF_A_FILE if wish is None else warn_of_renewal(seen.begins, seen.ends))
    words = _("The certificate ended on %(day)s.") if is_over else _("The certificate holds until %(day)s.")
    problems = _asking(wish)
    return Standing(" ".join([words % {"day": day}, *problems]), is_well=not ends_soon and not _problem(wish))


def _asking(wish: Wish | None) -> list[str]:
    """What is done about it, and what went wrong last."""
    if wish is None:
        return [_("It is the file that CALLCARD_TLS_CERTIFICATE names; a new one there is taken up within a minute.")]
    problem = _problem(wish)
    if not problem:
        return [_("It is got and renewed by itself.")]
    return [_("The last attempt failed: %(problem)s") % {"problem": problem}, _("It is tried again by itself.")]


def _problem(wish: Wish | None) -> str:
    state = State() if wish is None else read_state(wish)
    return state.problem
