"""Rule packs: values of working-time law as data, one file per country or state.

A pack is a starting point for a planner's own confirmation, not legal advice. Each
value names its source, the date on which that was read, whether the text of the law
or a summary of it was read, and whether a person has verified it. A value that nobody
has verified is off until a plan confirms it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from wfm.domain.errors import UsageError
from wfm.domain.registry import Registry

NOT_LEGAL_ADVICE = (
    "Rule packs restate what public sources say about working-time law; they are not "
    "legal advice. Confirm each value for your people before you rely on it."
)
PremiumKind: TypeAlias = Literal["night", "sunday", "holiday", "overtime"]
Evidence: TypeAlias = Literal["text", "summary", "memory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a value was read.

    Attributes
    ----------
    law
        Act and article.
    url
        The page that was read.
    read
        When.
    evidence
        Whether that page gives the ``"text"`` of the law (a translation included) or
        a ``"summary"`` of it; ``"memory"`` says that no page was at hand.
    """

    law: str
    url: str
    read: date
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PackValue:
    """One value: a rule and the parameters that the law gives it.

    *words* say it in a sentence. *since* is when it came into force, where that
    matters. *verified* is true only if a person has compared it with the law.
    """

    key: str
    rule: str
    parameters: Mapping[str, object]
    words: str
    source: Source
    since: date | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackPremium:
    """Pay on top of the wage, as a fraction of it.

    ``night`` has a span in minutes of the local day; ``overtime`` counts beyond
    *after_hours_a_week* paid hours of a week.
    """

    key: str
    kind: PremiumKind
    fraction: float
    words: str
    source: Source
    from_minute: int = 0
    to_minute: int = 0
    after_hours_a_week: float = 0.0
    since: date | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The values and premia of one country or state.

    *extends* names packs whose values hold too, unless this one states the same key.
    *not_covered* lists what the law asks for that no rule expresses.
    """

    name: str
    title: str
    values: tuple[PackValue, ...]
    premia: tuple[PackPremium, ...] = ()
    extends: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        keys = [value.key for value in self.values]
        keys += [premium.key for premium in self.premia]
        if len(keys) != len(set(keys)):
            msg = f"pack {self.name} has a key twice"
            raise UsageError(msg)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all values and premia, inherited ones included."""
        values = (value.key for value in all_values(self))
        return (*values, *(premium.key for premium in all_premia(self)))


PACKS: Registry[Pack] = Registry("rule pack", "solver.packs")


def all_values(pack: Pack) -> tuple[PackValue, ...]:
    """Return the values of *pack* and of those it extends, its own first."""
    found = {value.key: value for base in _line(pack) for value in base.values}
    return tuple(found.values())


def all_premia(pack: Pack) -> tuple[PackPremium, ...]:
    """Return the premia of *pack* and of those it extends, its own first."""
    found = {premium.key: premium for base in _line(pack) for premium in base.premia}
    return tuple(found.values())


def _line(pack: Pack) -> Iterator[Pack]:
    """Yield the packs that *pack* builds on, the most general first, itself last."""
    for name in pack.extends:
        yield from _line(PACKS[name])
    yield pack
