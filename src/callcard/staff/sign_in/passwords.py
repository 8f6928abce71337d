"""Passwords are judged by how soon they would be guessed (zxcvbn), not by which kinds of marks are in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from callcard.staff.company import company
from callcard.staff.models import User

GOOD = 3
"""Of 0 to 4: more than 10^8 guesses, as zxcvbn counts them."""
_LONGEST = 72  # more is not looked at: it only takes longer


@dataclass(frozen=True, slots=True)
class Judged:
    """`score`: 0 to 4. `words`: what makes it easy to guess, and what would help."""

    score: int
    words: str

    @property
    def is_good(self) -> bool:
        return self.score >= GOOD


def judge(password: str, user: User | None = None) -> Judged:
    from zxcvbn import zxcvbn  # its lists of words take a tenth of a second to load

    found: dict[str, Any] = zxcvbn(password[:_LONGEST] or " ", user_inputs=_own_words(user))
    score = int(found["score"])
    if score >= GOOD:
        return Judged(score, "")
    better = _("Four or five words that have nothing to do with each other are easy to keep and hard to guess.")
    return Judged(score, f"{_why(found['sequence'])} {better}")


def _own_words(user: User | None) -> list[str]:
    """What somebody who knows them would try first."""
    own = [user.username, user.first_name, user.last_name, user.email] if user else []
    parts = [part for text in (*own, company().name) for part in (text, *text.split())]
    return [part.casefold() for part in (*parts, "callcard") if len(part) > 2]


def _why(sequence: list[dict[str, Any]]) -> str:
    """About the longest part that would be guessed."""
    longest = max(sequence, key=lambda part: len(str(part.get("token", ""))), default={})
    pattern = longest.get("pattern")
    if pattern == "dictionary":
        if longest.get("dictionary_name") == "user_inputs":
            return _("It is made of names of yours or of the company.")
        if longest.get("dictionary_name") == "passwords":
            return _("It is much like a password that many people use.")
        return _("A word or a name by itself is guessed quickly, also with marks in place of letters.")
    reasons = {
        "spatial": _("Keys that lie side by side are guessed quickly."),
        "repeat": _("What is repeated counts little more than once."),
        "sequence": _("Rows such as abc or 6543 are guessed quickly."),
        "regex": _("Years are guessed quickly."),
        "date": _("Dates are guessed quickly."),
    }
    return reasons.get(str(pattern), _("It is too short or too plain."))


class HardToGuess:
    """For AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: Any = None) -> None:
        judged = judge(password, user if isinstance(user, User) else None)
        if not judged.is_good:
            raise ValidationError(judged.words, code="easy_to_guess")

    def get_help_text(self) -> str:
        return _("It must be hard to guess: four or five words that have nothing to do with each other will do.")
