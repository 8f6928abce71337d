"""What the trial with a real Asterisk tells Callcard of it."""

from __future__ import annotations

import subprocess
import sys

from scripts.run_asterisk import link_options

SAID = "starting\nRECORDS /tmp/a b/log/cdr-custom/callcard.csv\nAMI 127.0.0.1:5038 user callcard secret s3\n"


def test_the_link_and_where_calls_are_written_down_are_told() -> None:
    command = [sys.executable, "-c", f"import sys; sys.stdout.write({SAID!r})"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as exchange:
        assert link_options(exchange) == {
            "host": "127.0.0.1",
            "port": 5038,
            "username": "callcard",
            "secret": "s3",
            "dial_context": "internal",
            "records": "/tmp/a b/log/cdr-custom/callcard.csv",
        }
