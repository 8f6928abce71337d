"""Why there is no link to the PBX, in the stable words of `LinkReport.problem`."""

from __future__ import annotations


class LinkProblem(Exception):
    """`refused`: only a changed setting will help, so it is tried again slowly."""

    def __init__(self, problem: str, detail: str = "", *, refused: bool = False) -> None:
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem = problem
        self.detail = detail
        self.refused = refused


class ActionRefused(Exception):
    """Asterisk answered an action with an error; the text is Asterisk's own."""


class ActionUnanswered(Exception):
    """Asterisk did not answer an action in time."""
