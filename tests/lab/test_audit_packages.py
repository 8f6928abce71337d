"""Locked packages are audited, and what nobody could be asked about is never taken for harmless."""

from __future__ import annotations

import json

import pytest

from scripts.audit_packages import FRAME, Audit, code, of_npm, of_python, told

FINE = {"name": "django", "version": "5.2.19", "vulns": []}
WEAK = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]}
UNKNOWN = {"name": "gone", "skip_reason": "gone could not be audited"}


def test_a_weak_package_is_named_with_what_mends_it_and_fails() -> None:
    audit = of_python(json.dumps({"dependencies": [FINE, WEAK]}))
    assert audit == Audit("Python packages", 2, ("old 1.0: PYSEC-1 (mended in 1.1 or 2.0)",))
    assert code([audit], is_required=False) == 1
    assert "  WEAK: old 1.0: PYSEC-1 (mended in 1.1 or 2.0)" in told([audit])


def test_what_is_known_to_be_fine_passes_without_a_frame() -> None:
    audits = [of_python(json.dumps({"dependencies": [FINE]})), of_npm('{"vulnerabilities": {}}', 12)]
    assert code(audits, is_required=True) == 0
    assert told(audits) == [
        "Python packages: 1 packages asked for, 0 with known weaknesses",
        "Packages of the page: 12 packages asked for, 0 with known weaknesses",
    ]


@pytest.mark.parametrize(
    "audit",
    [
        of_python(json.dumps({"dependencies": [UNKNOWN]})),
        of_python("ERROR: no network\n"),
        of_python("[]"),
        of_npm('{"message": "405 Method Not Allowed", "error": {}}', 3),
        of_npm("", 3),
    ],
)
def test_what_could_not_be_asked_for_is_framed_and_fails_where_it_is_required(audit: Audit) -> None:
    assert audit.asked == 0
    assert FRAME in told([audit])
    assert any(line.startswith(f"NOT AUDITED, {audit.name}") for line in told([audit]))
    assert code([audit], is_required=False) == 0
    assert code([audit], is_required=True) == 1


def test_a_weak_package_of_the_page_fails() -> None:
    said = json.dumps({"vulnerabilities": {"htmx.org": {"severity": "high", "range": "<2.0.4"}}})
    audit = of_npm(said, 5)
    assert (audit.asked, audit.weak) == (5, ("htmx.org <2.0.4: high",))
    assert code([audit], is_required=False) == 1
