"""What is installed from the wheel is whole: templates, styles and scripts of others, migrations, all of it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture import source


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    subprocess.run(build, cwd=source.PROJECT, check=True, capture_output=True)
    (built,) = folder.glob("callcard-*.whl")
    return built


def _package_files() -> set[str]:
    """Of the work tree, third-party files included, which version control does not have."""
    return {
        path.relative_to(source.PACKAGE.parent).as_posix()
        for path in source.PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_everything_in_the_package_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == _package_files()


def test_the_wheel_has_what_a_page_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "callcard/desk/templates/desk/shell.html",
        "callcard/calls/migrations/0001_squashed.py",
        "callcard/ui/static/ui/vendor/htmx.js",
        "callcard/ui/static/ui/vendor/jssip.js",
        "callcard/ui/static/ui/vendor/tabler.css",
    }
    assert wanted - names == set()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_installed_wheel_runs_by_itself(wheel: Path, tmp_path: Path) -> None:
    """Away from the work tree and with nothing of it on the path."""
    place = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(place)
    program = "import callcard; print(callcard.__file__); from callcard.config.command import main; main()"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CALLCARD_")},
        "PYTHONPATH": str(place),
        "CALLCARD_DATA_DIR": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
    }
    command = [sys.executable, "-c", program, "migrate", "--verbosity=0"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == str(place / "callcard" / "__init__.py")
    assert (tmp_path / "data" / "callcard.sqlite3").is_file()
