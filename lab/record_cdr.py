"""Keep what Asterisk itself writes down of a flow: its CDRs and the log of its queues.

    python -m lab.record_cdr FOLDER [FLOW ...]

Each flow gives FOLDER/<flow>.csv (as docs/admin/asterisk.md has it), <flow>.plain.csv (Asterisk's Master.csv),
<flow>.queue_log where there is any, and a line in FOLDER/truth.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from lab.asterisk import records
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.exchange import Exchange
from lab.flows.catalogue import FLOWS

FLOW_SECONDS = 40.0
_SETTLE_SECONDS = 0.5  # a CDR is written a moment after its channel has gone


async def record_all(folder: Path, names: Iterable[str]) -> None:
    index = folder / "truth.json"
    truths = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    with Asterisk(Plan(keeps_records=True)) as asterisk:
        written = {
            "csv": records.custom_file(asterisk.base),
            "plain.csv": records.plain_file(asterisk.base),
            "queue_log": records.queue_log(asterisk.base),
        }
        for name in names:
            before = {kind: _size(path) for kind, path in written.items()}
            async with Exchange(asterisk) as exchange:
                truth = await asyncio.wait_for(FLOWS[name](exchange), FLOW_SECONDS)
                await exchange.idle()
            await asyncio.sleep(_SETTLE_SECONDS)
            for kind, path in written.items():
                if news := path.read_bytes()[before[kind] :] if path.exists() else b"":
                    (folder / f"{name}.{kind}").write_bytes(news)
            truths[name] = asdict(truth)
            sys.stdout.write(f"{name}: {truth.story}\n")
            sys.stdout.flush()
            text = json.dumps(truths, indent=1, ensure_ascii=False, sort_keys=True)
            index.write_text(f"{text}\n", encoding="utf-8")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("flow", nargs="*", help=f"all when none is given: {', '.join(FLOWS)}")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(record_all(given.folder, given.flow or FLOWS))


if __name__ == "__main__":
    main()
