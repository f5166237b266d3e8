"""Tables and claims: what a block of the forecasting benchmark hands back."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A figure asked for (*at_least* or *at_most*) and the figure measured."""

    text: str
    value: float
    at_most: float = float("inf")
    at_least: float = float("-inf")

    @property
    def holds(self) -> bool:
        return self.at_least <= self.value <= self.at_most

    def line(self) -> str:
        asked = [
            f"{sign} {number:.4g}"
            for sign, number in (("≥", self.at_least), ("≤", self.at_most))
            if abs(number) != float("inf")
        ]
        verdict = "holds" if self.holds else "**does not hold**"
        return f"| {self.text} | {' and '.join(asked)} | {self.value:.4g} | {verdict} |"


@dataclass(kw_only=True)
class Block:
    """A title, a table and the claims that it decides."""

    title: str
    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def text(self) -> str:
        lines = [f"### {self.title}", ""]
        if self.rows:
            lines += [_line(self.head), "|---" + "|---:" * (len(self.head) - 1) + "|"]
            lines += [_line(row) for row in self.rows]
        lines += ["", *self.notes]
        return "\n".join(lines).rstrip() + "\n"


def claims_text(claims: Sequence[Claim]) -> str:
    lines = ["### Claims", "", "| claim | asked | measured | |", "|---|---:|---:|---|"]
    return "\n".join([*lines, *(claim.line() for claim in claims)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def three(value: tuple[float, float, float], scale: float = 1.0) -> str:
    """Return a figure and its 90 % interval."""
    middle, low, high = (scale * part for part in value)
    return f"{middle:.3f} [{low:.3f}, {high:.3f}]"


def points(value: tuple[float, float, float]) -> str:
    """Return a signed difference in percentage points and its 90 % interval."""
    middle, low, high = (100.0 * part for part in value)
    return f"{middle:+.2f} [{low:+.2f}, {high:+.2f}]"
