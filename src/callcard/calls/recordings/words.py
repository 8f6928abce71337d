"""Problems of recordings in words that say what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _


def explain(problem: str, detail: str = "") -> str:
    words = _words().get(problem, problem)
    return f"{words} ({detail})" if detail else words


def _words() -> dict[str, str]:
    return {
        "not_there": _("There is no file of this call yet. Look whether the telephone system names files by calls."),
        "gone": _("It is not at its address any more."),
        "being_written": _("The telephone system is still writing the file."),
        "empty": _("The file is empty. Look whether the telephone system records, and has room on its disk."),
        "too_large": _("The file is larger than recordings may be. An administrator can allow larger ones."),
        "not_sound": _("This is no sound, or a kind of file that is not known. Convert it to WAV or MP3."),
        "broken": _(
            "The file begins as sound does, but no sound follows: it is broken. Look whether it plays elsewhere."
        ),
        "here_already": _("This recording is here already."),
        "climbs": _("The file is not within its folder, or is a link that leads out of it. Copy it there."),
        "no_folder": _("The folder is not there. Look whether the disk is mounted and the path is right."),
        "no_rights": _("Callcard may not read there. Give its user the right to read."),
        "disk": _("The disk of Callcard cannot take it. Look whether it is full."),
        "address": _("The address cannot be used."),
        "forbidden": _("The address leads into a private network or away from where it began, so it was not opened."),
        "away": _("The server does not answer."),
        "slow": _("The server takes too long."),
        "login": _("The server refuses the login. Look at user name and secret."),
        "status": _("The server answers with an error."),
    }
