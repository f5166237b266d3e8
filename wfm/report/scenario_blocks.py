"""Cost lines grouped as a reader thinks of them, and bridges between two options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scenarios.money import Money
from scenarios.result import ScenarioResult

BLOCKS = (
    "own wages",
    "premia and overtime",
    "employer's contributions",
    "supervisors and staff",
    "places and tools",
    "hiring and leaving",
    "purchases",
    "vendor charges",
    "vendor minimum",
    "bonus and malus",
    "ramp discount",
    "exchange-rate clause",
    "transition and exit",
    "self-service",
    "taxes",
    "other",
)
_BY_HEAD: Mapping[str, str] = {
    "wage": "own wages",
    "extra_wages": "own wages",
    "premium": "premia and overtime",
    "overtime": "premia and overtime",
    "burden": "employer's contributions",
    "role": "supervisors and staff",
    "seats": "places and tools",
    "home": "places and tools",
    "technology": "places and tools",
    "fixed": "places and tools",
    "recruiting": "hiring and leaving",
    "training": "hiring and leaving",
    "training_months": "hiring and leaving",
    "severance": "hiring and leaving",
    "home_set_up": "hiring and leaving",
    "capex": "purchases",
    "charge": "vendor charges",
    "minimum": "vendor minimum",
    "kpi": "bonus and malus",
    "kpi_cap": "bonus and malus",
    "ramp": "ramp discount",
    "fx": "exchange-rate clause",
    "transition": "transition and exit",
    "exit": "transition and exit",
    "platform": "self-service",
    "attempts": "self-service",
    "resolved_contacts": "self-service",
    "tax": "taxes",
}
MOST_STEPS = 8


def block_of(code: str) -> str:
    """Return the block of a line by its *code*."""
    return _BY_HEAD.get(code.split(".", 1)[0], "other")


def cost_of_blocks(result: ScenarioResult) -> dict[str, Money]:
    """Return block -> cost; all blocks together are the option's cost."""
    return _summed(result, ((block_of(x.line.code), x.amount) for x in result.lines))


def _summed(
    result: ScenarioResult, parts: Iterable[tuple[str, Money]]
) -> dict[str, Money]:
    none = Money(0, result.currency)
    found: dict[str, Money] = {}
    for name, amount in parts:
        found[name] = found.get(name, none) + amount
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """The way from the cost of *one* option to that of the *other*, step by step."""

    one: ScenarioResult
    other: ScenarioResult
    steps: tuple[tuple[str, Money], ...]

    def levels(self) -> tuple[Money, ...]:
        """Return the sum before the first step and after each one."""
        level = self.one.cost
        found = [level]
        for _, step in self.steps:
            level += step
            found.append(level)
        return tuple(found)


def bridge(one: ScenarioResult, other: ScenarioResult) -> Bridge:
    """Return the bridge between two options; it adds up to the minor unit.

    Steps that are nothing are left out. Of more than :data:`MOST_STEPS` the smallest
    are taken together as ``other``.
    """
    before, after = cost_of_blocks(one), cost_of_blocks(other)
    none = Money(0, one.currency)
    changes = [
        (name, after.get(name, none) - before.get(name, none))
        for name in BLOCKS
        if name in before or name in after
    ]
    steps = [(name, step) for name, step in changes if step.amount_minor]
    if len(steps) > MOST_STEPS:
        by_size = sorted(steps, key=lambda step: -abs(step[1].amount_minor))
        kept = {name for name, _ in by_size[: MOST_STEPS - 1]} - {"other"}
        rest = [step for name, step in steps if name not in kept]
        steps = [(name, step) for name, step in steps if name in kept]
        steps.append(("other", sum(rest, none)))
    return Bridge(one=one, other=other, steps=tuple(steps))
