"""A test that was left out counts as failed in CI, and on a developer's machine it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture import source

LEFT_OUT = """
import pytest

def test_peer():
    pytest.skip("no Asterisk here")
"""
MODULE_LEFT_OUT = 'import pytest\npytest.skip("no Chromium here", allow_module_level=True)\n'


def _run(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """Of one file with a test that is left out, and of one that is left out as a whole."""
    (folder / "test_peer.py").write_text(LEFT_OUT)
    (folder / "test_module.py").write_text(MODULE_LEFT_OUT)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--rootdir", str(folder), "-q"]
    environment = {**os.environ, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command += ["--continue-on-collection-errors", str(folder)]
    return subprocess.run(command, cwd=source.PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_in_ci_a_skip_is_a_failure_that_names_its_reason(tmp_path: Path) -> None:
    lines = _run(tmp_path, ci="true").stdout.splitlines()
    assert lines[-1].startswith("1 failed, 1 error in ")
    for reason in ("no Asterisk here", "no Chromium here"):
        assert [line for line in lines if "which CI does not allow" in line and f"Skipped: {reason}" in line]


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    done = _run(tmp_path, ci="")
    assert (done.returncode, "2 skipped" in done.stdout) == (0, True)
