"""Asterisk's own record of calls, as docs/admin/asterisk.md asks for it: CDRs in files and a database, queue_log."""

from __future__ import annotations

from pathlib import Path

from lab.asterisk.plan import Plan

CUSTOM = "callcard.csv"
COLUMNS = (
    *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end"),
    *("duration", "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "sequence", "linkedid"),
)
_FINER = {"start": "u", "answer": "u", "end": "u", "duration": "f", "billsec": "f"}
# The last two are new in Asterisk 22 and what the others are made of there.
MODULES = ("res_cdrel_custom", "cdr_custom", "cdr_csv", "cdr_sqlite3_custom")


def files(plan: Plan) -> dict[str, str]:
    """File name to text."""
    if not plan.keeps_records:
        return {"cdr.conf": "[general]\nenable=yes\nunanswered=yes\n"}
    return {
        "cdr.conf": "[general]\nenable=yes\nunanswered=yes\ncongestion=yes\n"
        "[csv]\nusegmtime=yes\nloguniqueid=yes\nloguserfield=yes\naccountlogs=no\nnewcdrcolumns=yes\n",
        "cdr_custom.conf": f"[mappings]\n{CUSTOM} => {','.join(map(_quoted, COLUMNS))}\n",
        "cdr_sqlite3_custom.conf": f"[master]\ntable => cdr\ncolumns => {', '.join(map(_column, COLUMNS))}\n"
        f"values => {','.join(map(_value, COLUMNS))}\n",
    }


def custom_file(base: Path) -> Path:
    return base / "log/cdr-custom" / CUSTOM


def plain_file(base: Path) -> Path:
    return base / "log/cdr-csv/Master.csv"


def database(base: Path) -> Path:
    return base / "log/master.db"


def queue_log(base: Path) -> Path:
    return base / "log/queue_log"


def _asked(column: str) -> str:
    return f"${{CDR({column}{',' + _FINER[column] if column in _FINER else ''})}}"


def _quoted(column: str) -> str:
    return f"${{CSV_QUOTE({_asked(column)})}}"


def _column(column: str) -> str:
    """`end` is a word of SQL."""
    return f'"{column}"' if column == "end" else column


def _value(column: str) -> str:
    return f"'${{CDR({column}{',' + _FINER[column] if column in ('duration', 'billsec') else ''})}}'"
