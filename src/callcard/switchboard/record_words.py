"""What is wrong with the record of a PBX, and what to do about it, in the administrator's language."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from callcard.calls.reconcile.models import Reconciliation

PROBLEMS = {
    "no_file": _("There is no such file on this machine. Is the folder of the telephone system shared with it?"),
    "is_folder": _("This is a folder. Name the file in it, such as Master.csv:"),
    "not_readable": _("It cannot be read. Give the account under which Callcard runs the right to read it."),
    "not_a_record": _("This is not a file of CDRs as Asterisk writes them. If its columns are your own, name them."),
    "no_ids": _("The record has no ids of calls. Set loguniqueid=yes under [csv] in cdr.conf, or use cdr_custom."),
    "columns_missing": _("Columns that are needed are missing:"),
    "other_pbx": _("This is the record of another telephone system: the ids of its calls say so. Nothing was written."),
    "other_calls": _(
        "This is the record of another telephone system: its calls are not those that were seen. Nothing was written."
    ),
    "strange": _(
        "No phone and no line in this record is known here. Is it the right one? Nothing was written. If it is, give "
        "people their extensions (Settings, People), or let it be read all the same. Its phones:"
    ),
    "no_database": _("The database cannot be reached. Check the address, the user name and the secret."),
    "no_such_database": _("Only sqlite:///, postgresql:// and mysql:// databases can be read, or a file."),
    "no_driver": _("The driver for this database is not installed:"),
    "no_table": _("There is no such table in the database:"),
    "no_zone": _("There is no such time zone:"),
}
# Those in which somebody who knows better may have it read all the same.
CONFIRMABLE = frozenset({"other_calls", "strange"})
FAULTS = {
    "too_long": _("longer than any line"),
    "not_a_row": _("not a line of this record"),
    "torn": _("torn"),
    "no_id": _("without an id"),
    "no_time": _("without a time that can be"),
    "no_outcome": _("without an outcome"),
    "other_pbx": _("of another telephone system"),
}


def explain_problem(problem: str, detail: str = "") -> str:
    words = str(PROBLEMS.get(problem, problem))
    return f"{words} {detail}".strip()


def explain_record(found: Reconciliation) -> str:
    """The problem of a reading; empty when it had none."""
    return explain_problem(found.problem, found.detail) if found.problem else ""


def explain_faults(found: Reconciliation) -> str:
    """The lines that were passed over; empty when there were none."""
    if not found.faults:
        return ""
    kinds = ", ".join(f"{count} {FAULTS.get(problem, problem)}" for problem, count in found.faults.items())
    words = ngettext("%(count)d line could not be read", "%(count)d lines could not be read", found.unread)
    return f"{words % {'count': found.unread}}: {kinds}"


def explain_shift(shift: timedelta) -> str:
    """That the record is in another time zone; empty when it is not."""
    if not shift:
        return ""
    hours = f"{shift / timedelta(hours=1):+g}"
    return gettext(
        "The times of the record were %(hours)s hours off and were put right by its ids. Set its time zone."
    ) % {"hours": hours}
