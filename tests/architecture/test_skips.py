"""A test that was left out counts as failed in CI, and on a developer's machine it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import source

LEFT_OUT = """
import pytest

def test_peer():
    pytest.skip("no Asterisk here")
"""
MODULE_LEFT_OUT = 'import pytest\npytest.skip("no Chromium here", allow_module_level=True)\n'


def _run(folder: Path, text: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--rootdir", str(folder), "-q", str(folder)]
    environment = {**os.environ, "CI": ci}
    return subprocess.run(command, cwd=source.PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "closing", "reason"),
    [(LEFT_OUT, "1 failed", "no Asterisk here"), (MODULE_LEFT_OUT, "1 error", "no Chromium here")],
)
def test_in_ci_a_skip_is_a_failure_that_names_its_reason(tmp_path: Path, text: str, closing: str, reason: str) -> None:
    done = _run(tmp_path, text, ci="true")
    lines = done.stdout.splitlines()
    assert lines[-1].startswith(closing)
    assert [line for line in lines if "which CI does not allow" in line and f"Skipped: {reason}" in line]


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    done = _run(tmp_path, LEFT_OUT, ci="")
    assert (done.returncode, "1 skipped" in done.stdout) == (0, True)
