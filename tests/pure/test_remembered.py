from __future__ import annotations

import itertools

import pytest

from callcard.kit.remembered import Remembered


def test_it_reads_once_until_it_is_old_or_told_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("callcard.kit.remembered.time.monotonic", lambda: now)
    remembered = Remembered(itertools.count(1).__next__, seconds=2.0)
    assert [remembered.get(), remembered.get()] == [1, 1]
    now = 102.0
    assert remembered.get() == 1
    now = 102.1
    assert remembered.get() == 2
    remembered.forget()
    assert remembered.get() == 3


def test_a_reading_that_fails_is_not_remembered() -> None:
    answers = iter([ZeroDivisionError, 7])

    def read() -> object:
        answer = next(answers)
        if answer is ZeroDivisionError:
            raise ZeroDivisionError
        return answer

    remembered = Remembered(read)
    with pytest.raises(ZeroDivisionError):
        remembered.get()
    assert remembered.get() == 7


def test_nothing_is_an_answer_too() -> None:
    asked = itertools.count()
    remembered = Remembered(lambda: next(asked) and ())
    remembered.get()
    assert next(asked) == 1
    remembered.get()
    assert next(asked) == 2
