"""Figures and the bars they have to clear, as a table in the terminal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure. Give `at_most` or `at_least` where there is a bar; neither makes it only a statement.

    `beside`: the floor or the peer measured in the same run, in words, such as "panoramisk 1.4: 21,400/s".
    """

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    beside: str = ""

    @property
    def is_short(self) -> bool:
        too_much = self.at_most is not None and not self.value <= self.at_most
        too_little = self.at_least is not None and not self.value >= self.at_least
        return too_much or too_little

    @property
    def bar(self) -> str:
        if self.at_most is not None:
            return f"≤ {number(self.at_most)}"
        return f"≥ {number(self.at_least)}" if self.at_least is not None else ""

    @property
    def verdict(self) -> str:
        return "" if not self.bar else "short" if self.is_short else "ok"


def number(value: float) -> str:
    """Three figures that matter: 12,345 and 123 and 12.3 and 0.0123."""
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:#.3g}"


def table(figures: list[Figure]) -> str:
    heads = ("figure", "value", "floor or peer", "bar", "")
    rows = [heads, *((f.name, f"{number(f.value)} {f.unit}".strip(), f.beside, f.bar, f.verdict) for f in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths).rstrip(), *lines[1:]])
