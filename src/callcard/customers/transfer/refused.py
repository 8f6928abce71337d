"""Why a file is not taken, in words for whoever chose it."""

from __future__ import annotations

import enum

from django.utils.translation import gettext as _


class Reason(enum.Enum):
    EMPTY = "empty"
    NO_ROWS = "no rows"
    NOT_A_TABLE = "not a table"
    PICTURE = "picture"
    OLD_EXCEL = "old excel"
    LOCKED = "locked"
    TOO_BIG = "too big"
    TOO_BIG_INSIDE = "too big inside"
    TOO_MANY_ROWS = "too many rows"
    TOO_MANY_COLUMNS = "too many columns"
    OPEN_QUOTE = "open quote"
    OTHER_ENCODING = "other encoding"
    BROKEN_XLSX = "broken xlsx"
    NO_CARDS = "no cards"


class FileRefused(Exception):
    """Nothing of the file is taken. `str` is for the user."""

    def __init__(self, reason: Reason, *, row: int = 0, limit: int = 0) -> None:
        super().__init__(reason.value)
        self.reason, self.row, self.limit = reason, row, limit

    def __str__(self) -> str:
        return _words(self.reason) % {"row": self.row, "limit": self.limit}


def _words(reason: Reason) -> str:
    return {
        Reason.EMPTY: _("The file is empty."),
        Reason.NO_ROWS: _("There is nothing under the names of the columns."),
        Reason.NOT_A_TABLE: _("This is no table: choose a CSV, XLSX or vCard file."),
        Reason.PICTURE: _("This is a picture, whatever its name says: choose a CSV, XLSX or vCard file."),
        Reason.OLD_EXCEL: _("This is a workbook of an old Excel. Open it and save it as XLSX or CSV."),
        Reason.LOCKED: _("The workbook has a password or is not one at all. Save it without a password, as XLSX."),
        Reason.TOO_BIG: _("The file is bigger than %(limit)d MB. Split it, or ask your administrator."),
        Reason.TOO_BIG_INSIDE: _("What is packed in this workbook is too big to be opened. Save the sheet as CSV."),
        Reason.TOO_MANY_ROWS: _("The file has more than %(limit)d rows. Split it."),
        Reason.TOO_MANY_COLUMNS: _("Row %(row)d has more than %(limit)d columns."),
        Reason.OPEN_QUOTE: _(
            "In row %(row)d a quotation mark is opened and never closed, or a cell has more than %(limit)d characters."
        ),
        Reason.OTHER_ENCODING: _("Row %(row)d cannot be read in this encoding. Choose another one."),
        Reason.BROKEN_XLSX: _("The workbook is damaged. Open it in a spreadsheet program and save it again."),
        Reason.NO_CARDS: _("There is no vCard in the file."),
    }[reason]
