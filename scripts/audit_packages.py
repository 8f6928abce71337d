"""Whether a weakness is known of a package that is locked: `make audit`, and a stage of `make ci`.

Python's packages are asked for at the package index (pip-audit), those of the page at npm's registry (npm audit). A
package of which nobody could be asked is said, loudly, and fails only where CALLCARD_AUDIT=required: a registry that
does not answer says nothing of the packages (docs/developer/adr/0165-say-aloud-what-could-not-be-audited.md).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.build_assets import PROJECT, AssetsMissing, npm_command

LOCKS = ("requirements.lock", "requirements-node.lock")
TIMEOUT_SECONDS = 300
FRAME = "!" * 100


@dataclass(frozen=True, slots=True)
class Audit:
    """Of one registry: how many packages were asked for, what is known of which, and what was not asked, in words."""

    name: str
    asked: int
    weak: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


def main() -> int:
    audits = [of_python(_run(pip_audit(), {})), of_npm(*_npm())]
    for line in told(audits):
        print(line)
    return code(audits, is_required=os.environ.get("CALLCARD_AUDIT") == "required")


def code(audits: list[Audit], *, is_required: bool) -> int:
    """1: a weakness is known, or nobody could be asked where that is required."""
    return int(any(audit.weak or (is_required and audit.unasked) for audit in audits))


def told(audits: list[Audit]) -> list[str]:
    """Line by line; what was not looked at stands in a frame that nobody overlooks."""
    lines = []
    for audit in audits:
        lines.append(f"{audit.name}: {audit.asked} packages asked for, {len(audit.weak)} with known weaknesses")
        lines += [f"  WEAK: {one}" for one in audit.weak]
        if audit.unasked:
            lines += [FRAME, f"NOT AUDITED, {audit.name}: {len(audit.unasked)} could not be asked for. First:"]
            lines += [f"  {audit.unasked[0]}", "  Run `make audit` where this registry answers.", FRAME]
    return lines


def pip_audit() -> list[str]:
    given = [part for lock in LOCKS for part in ("-r", lock)]
    program = str(Path(sys.executable).parent / "pip-audit")
    quiet = ["--progress-spinner", "off", "--format", "json"]
    return [program, "--disable-pip", "--require-hashes", "--vulnerability-service", "pypi", *quiet, *given]


def of_python(said: str) -> Audit:
    """What pip-audit said, as JSON; anything else is words on why it could not."""
    name = "Python packages"
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Audit(name, 0, unasked=(_first_line(said),))
    weak = tuple(f"{one['name']} {one['version']}: {_ids(one)}" for one in packages if one.get("vulns"))
    unasked = tuple(str(one["skip_reason"]) for one in packages if "skip_reason" in one)
    return Audit(name, len(packages) - len(unasked), weak, unasked)


def of_npm(said: str, locked: int) -> Audit:
    """What npm audit said, as JSON. `locked`: how many packages it has to ask for."""
    name = "Packages of the page"
    try:
        answer: dict[str, Any] = json.loads(said)
        known: dict[str, dict[str, Any]] = answer["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Audit(name, 0, unasked=(_why(said),) * locked)
    weak = tuple(f"{package} {one['range']}: {one['severity']}" for package, one in known.items())
    return Audit(name, locked, weak)


def _ids(package: dict[str, Any]) -> str:
    """Of its weaknesses, with the version that is good."""
    return ", ".join(
        f"{one['id']} (mended in {' or '.join(one['fix_versions']) or 'none'})" for one in package["vulns"]
    )


def _why(said: str) -> str:
    try:
        return str(json.loads(said)["message"])
    except (ValueError, KeyError, TypeError):
        return _first_line(said)


def _first_line(said: str) -> str:
    return next((line for line in said.splitlines() if line.strip()), "no answer")


def _npm() -> tuple[str, int]:
    locked = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    count = sum(bool(path) for path in locked)
    try:
        command, environment = npm_command()
    except AssetsMissing as missing:
        return str(missing), count
    return _run([*command, "audit", "--json", "--package-lock-only", "--loglevel=silent"], environment), count


def _run(command: list[str], environment: dict[str, str]) -> str:
    """What it printed; when that is nothing, its complaints."""
    given = {**os.environ, **environment}
    try:
        done = subprocess.run(
            command, cwd=PROJECT, env=given, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stdout.strip() or done.stderr.strip()


if __name__ == "__main__":
    sys.exit(main())
