"""Why a number is not dialled, or not before a question is answered. `words` are in the user's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class NotDialled(Exception):
    """`words`: why, and what to do."""

    words: str


class KeyUsed(NotDialled):
    """The key names an earlier press, which asked for something else."""


@dataclass(eq=False)
class AskFirst(Exception):
    """`words`: the question that must be answered with yes before this number is called. `yes` and `no`: what stands on
    the buttons; empty: that it is called, or not."""

    words: str
    yes: str = ""
    no: str = ""


@dataclass(eq=False)
class OtherCallFirst(Exception):
    """`words`: the question whether the call that is being placed, `command_id`, is given up for the new one."""

    words: str
    command_id: str
