"""That a tone which is said to be heard was heard."""

from __future__ import annotations

import math

import pytest

from lab.phones import sdp
from lab.phones.voice import decoded, encoded


@pytest.mark.parametrize(("code", "sample"), [(0xFF, 0.0), (0x7F, 0.0), (0x80, 32124 / 32768), (0x00, -32124 / 32768)])
def test_bytes_of_mu_law_are_read_as_the_standard_has_them(code: int, sample: float) -> None:
    assert decoded(code) == sample


@pytest.mark.parametrize("sample", [n / 50 for n in range(-50, 51)])
def test_a_sample_survives_being_written_to_a_sixteenth(sample: float) -> None:
    assert math.isclose(decoded(encoded(sample)), sample, rel_tol=1 / 16, abs_tol=0.001)


def test_where_the_other_side_wants_to_hear() -> None:
    assert sdp.sound_port(sdp.offer(30012, 1, "sendrecv")) == 30012
    assert sdp.sound_port("v=0\r\n") == 0
