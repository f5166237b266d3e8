"""Effects of special days: learnt with shrinkage, applied to ordinary forecasts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from forecasting.belief import CERTAIN, Belief, Covariance, belief_in
from forecasting.day_kinds import (
    AFTER,
    BEFORE,
    BETWEEN,
    BRIDGE,
    HOLIDAY,
    LONG_WEEKEND,
    MINOR,
)
from forecasting.model import QueueHistory
from forecasting.special import Tag, stated_factors
from wfm.domain.arrays import BoolArray, FloatArray

LEVEL_DAYS = 15
LEVEL_PRIOR_DAYS = 0.25
MIN_DAY_SD = 0.03
TINY = 1e-100  # below it, quotients have no place in a float
LEAST_CONTACTS = 1e-9
NOTHING = np.empty(0)
YEARS_UNLIKE = 0.25  # one Christmas and the next, against Christmas and Easter
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is believed of a kind before any of its days was seen.

    *share* of the day resembles the weekday that the tag names, the rest is ordinary.
    *level_sd* and *share_sd* say how far a kind may be off that; *name_level_sd* and
    *name_share_sd* how far a name (or an occurrence, where there are no names) may be
    off its kind.
    """

    share: float = 0.0
    level_sd: float = 0.5
    share_sd: float = 1e-3
    name_level_sd: float = 0.2
    name_share_sd: float = 1e-3

    @property
    def mean(self) -> tuple[float, float]:
        """The expected *(a, b)*."""
        return 1.0 - self.share, self.share

    def of_kind(self) -> Belief:
        """Return the belief in a kind."""
        return belief_in(self.mean, self.share, self.level_sd, self.share_sd)

    def of_name(self, kind: tuple[float, float]) -> Belief:
        """Return the belief in a name whose kind has the effect *kind*."""
        return belief_in(kind, self.share, self.name_level_sd, self.name_share_sd)


EVENT = Prior()
# Set by reasoning, then varied on the bank of 2003, the Technion bank of 1999 and the
# taxis of 2014: halving or doubling the deviations of a kind, or a holiday's share
# between 0 and 1, moves the week-ahead error of all days by less than 1 % of itself.
PRIORS: Mapping[str, Prior] = {
    HOLIDAY: Prior(
        share=0.5, level_sd=0.3, share_sd=0.4, name_level_sd=0.2, name_share_sd=0.3
    ),
    MINOR: Prior(level_sd=0.15, share_sd=0.2, name_level_sd=0.1, name_share_sd=0.1),
    BEFORE: Prior(level_sd=0.15, share_sd=0.3, name_level_sd=0.1, name_share_sd=0.2),
    BRIDGE: Prior(level_sd=0.15, share_sd=0.2, name_level_sd=0.1, name_share_sd=0.1),
    AFTER: Prior(level_sd=0.15, name_level_sd=0.1),
    BETWEEN: Prior(level_sd=0.15, name_level_sd=0.1),
    LONG_WEEKEND: Prior(level_sd=0.15, name_level_sd=0.1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    r"""A special day as :math:`a \cdot` ordinary :math:`+ b \cdot` resembled weekday.

    *spread* is how far the next such day may be off; *occurrences* is how many days
    taught it.
    """

    ordinary: float
    resembled: float = 0.0
    spread: Covariance = CERTAIN
    occurrences: int = 0

    def turn(
        self,
        mean: FloatArray,
        variance: FloatArray,
        cells: BoolArray,
        other: FloatArray | None,
    ) -> None:
        """Turn the *cells* of ordinary days *mean* ``[n, s]`` into special ones.

        *other* ``[s]`` is the weekday resembled, if any. Not knowing the effect for
        certain adds to *variance* ``[n, s]``.
        """
        from forecasting.kernels.effects import turn

        turn((mean, variance), cells, *self._numbers(other))

    def of_day(
        self,
        day: tuple[FloatArray, BoolArray],
        cells: BoolArray,
        other: FloatArray | None,
    ) -> tuple[float, float, float]:
        """Return contacts of an ordinary day, of a special one, and their deviation.

        *day* are what is expected ``[s]`` and the open slots, *cells* ``[s]`` those
        that are special; for *other* see :meth:`turn`.
        """
        from forecasting.kernels.effects import of_day

        return of_day(day, cells, *self._numbers(other))

    def _numbers(
        self, other: FloatArray | None
    ) -> tuple[FloatArray, tuple[float, float], tuple[float, float, float]]:
        """Return resembled weekday, effect and spread as the kernels take them."""
        spread = (self.spread.aa, self.spread.ab, self.spread.bb)
        alike = NOTHING if other is None else other
        return alike, (self.ordinary, self.resembled), spread


@dataclass(frozen=True, slots=True, kw_only=True)
class _Occurrence:
    """What one tag shows: its normal equations, and the noise in them."""

    kind: str
    name: str
    seen: Belief
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Learnt effects by kind, and what was seen of each (kind, name)."""

    by_kind: Mapping[str, Effect] = field(default_factory=dict)
    by_name: Mapping[tuple[str, str], Sequence[_Occurrence]] = field(
        default_factory=dict
    )
    _of_names: dict[tuple[str, str], Effect] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of(self, tag: Tag) -> Effect:
        """Return the effect of *tag*: stated, learnt by name, by kind, or assumed."""
        if tag.effect is not None:
            return Effect(ordinary=tag.effect)
        if (kind := self.by_kind.get(tag.kind)) is None:
            return _assumed(tag)
        name = (tag.kind, tag.name)
        if (known := self._of_names.get(name)) is None:
            seen = self.by_name.get(name)
            known = _of_name(tag.kind, kind, seen) if seen else kind
            self._of_names[name] = known
        return known

    def knows(self, tag: Tag) -> bool:
        """Return whether the effect of *tag* is stated or learnt."""
        return tag.effect is not None or tag.kind in self.by_kind


def _assumed(tag: Tag) -> Effect:
    return _of_prior(tag.kind, has_like=tag.like_weekday is not None)


@lru_cache(maxsize=64)
def _of_prior(kind: str, *, has_like: bool) -> Effect:
    prior = PRIORS.get(kind, EVENT)
    belief, names = _beliefs(prior)
    spread = belief.covariance().plus(names)
    if not has_like:
        return Effect(ordinary=1.0, spread=spread)
    return Effect(ordinary=1.0 - prior.share, resembled=prior.share, spread=spread)


def learn_effects(
    history: QueueHistory,
    tags: Sequence[Tag],
    expected: FloatArray,
    resembled: Sequence[FloatArray | None],
) -> Effects:
    r"""Return what special days did to the volumes that a model expected of them.

    Day *i* of a kind has :math:`A_i = (a E_i + b R_i)(1 + \varepsilon_i)` contacts,
    where *E* was expected of an ordinary day, *R* of the weekday that it resembles, and
    :math:`\operatorname{var}\varepsilon_i = \sigma^2 + 1/E_i` with the measured
    day-to-day deviation :math:`\sigma`. *(a, b)* has a normal prior (:data:`PRIORS`); a
    kind is drawn towards it, a named holiday towards its kind, each by as little as
    the number of occurrences and their noise allow (empirical Bayes; Gelman et al.,
    Bayesian Data Analysis, 3rd ed., ch. 5). *E* is first moved to the level of the
    ordinary days around. Cells under two learnt tags teach nothing, since nobody can
    tell whose effect it was; stated effects are divided out.

    Parameters
    ----------
    tags, resembled
        The tags on *history* and, for each, ``[s]`` or ``[n, s]`` what was expected of
        the weekday that it resembles (``None``: none).
    expected
        ``[d, s]`` what was expected of ordinary days.
    """
    pairs = zip(tags, resembled, strict=True)
    learnt = [pair for pair in pairs if pair[0].effect is None and len(pair[0].cells)]
    if not learnt:
        return Effects()
    if len(learnt) < len(tags):
        expected = expected * stated_factors(tags, expected.shape)[0]
    level, day_sd = _levels(history, expected)
    return _shrunken(_occurrences(learnt, history, expected, level, day_sd))


def _occurrences(
    learnt: Sequence[tuple[Tag, FloatArray | None]],
    history: QueueHistory,
    expected: FloatArray,
    level: FloatArray,
    day_sd: float,
) -> list[_Occurrence]:
    """Return the normal equations of every tag."""
    from forecasting.kernels.effects import products

    cells = np.concatenate([tag.cells for tag, _ in learnt])
    alike = np.zeros(cells.shape)
    rows: list[int] = []
    for tag, other in learnt:
        before = len(rows)
        rows += range(tag.rows.start, tag.rows.stop)
        if other is not None:
            alike[before : len(rows)] = other
    sums = products(
        np.array([len(tag.cells) for tag, _ in learnt]),
        (np.array(rows), cells, alike),
        (history.offered_contacts, history.usable),
        (expected, level),
        TINY,
    )
    return [
        _occurrence(tag, *row, day_sd=day_sd)
        for (tag, _), row in zip(learnt, sums.tolist(), strict=True)
        if row[0] > LEAST_CONTACTS
    ]


def _occurrence(
    tag: Tag,
    ordinary: float,
    both: float,
    *products: float,
    day_sd: float,
) -> _Occurrence:
    """Return the equations, scaled to one observation of variance 1 in all."""
    scale = both / ordinary**2
    aa, ab, bb, right_a, right_b = (scale * product for product in products)
    return _Occurrence(
        kind=tag.kind,
        name=tag.name,
        seen=Belief(aa=aa, ab=ab, bb=bb, right_a=right_a, right_b=right_b),
        variance=day_sd**2 + 1.0 / ordinary,
    )


def _levels(history: QueueHistory, expected: FloatArray) -> tuple[FloatArray, float]:
    """Return the ratio ``[d]`` of offered to expected nearby, and its daily spread."""
    from forecasting.kernels.effects import levels

    return levels(
        history.offered_contacts,
        history.ordinary,
        expected,
        (LEVEL_DAYS // 2, LEVEL_PRIOR_DAYS),
        (_MAD_TO_SD, MIN_DAY_SD),
    )


def _shrunken(occurrences: Sequence[_Occurrence]) -> Effects:
    kinds: dict[str, list[_Occurrence]] = {}
    names: dict[tuple[str, str], list[_Occurrence]] = {}
    for one in occurrences:
        kinds.setdefault(one.kind, []).append(one)
        if one.name:
            names.setdefault((one.kind, one.name), []).append(one)
    by_kind = {kind: _of_kind(kind, kinds[kind]) for kind in sorted(kinds)}
    return Effects(by_kind=by_kind, by_name=names)


def _of_kind(kind: str, occurrences: Sequence[_Occurrence]) -> Effect:
    prior = PRIORS.get(kind, EVENT)
    belief, names = _beliefs(prior)
    belief = _after(belief, occurrences, prior.name_level_sd**2)
    return _effect(belief, names, len(occurrences))


@lru_cache(maxsize=64)  # there is one for each kind
def _beliefs(prior: Prior) -> tuple[Belief, Covariance]:
    """Return the belief in a kind, and how far its names may be off it."""
    return prior.of_kind(), prior.of_name(prior.mean).covariance()


def _of_name(kind: str, effect: Effect, occurrences: Sequence[_Occurrence]) -> Effect:
    prior = PRIORS.get(kind, EVENT)
    unlike = prior.of_name((effect.ordinary, effect.resembled))
    belief = _after(unlike, occurrences, 0.0)
    return _effect(belief, unlike.covariance(), len(occurrences), YEARS_UNLIKE)


def _after(belief: Belief, occurrences: Sequence[_Occurrence], extra: float) -> Belief:
    return belief.after((one.seen, one.variance + extra) for one in occurrences)


def _effect(
    belief: Belief, names: Covariance, occurrences: int, unlike: float = 1.0
) -> Effect:
    ordinary, resembled = belief.mean()
    return Effect(
        ordinary=ordinary,
        resembled=resembled,
        spread=belief.covariance().plus(names, unlike),
        occurrences=occurrences,
    )


def apply_effects(
    mean: FloatArray,
    tags: Sequence[Tag],
    effects: Effects,
    resembled: Sequence[FloatArray | None],
) -> tuple[FloatArray, FloatArray]:
    """Return *mean* ``[d, s]`` with the effects of *tags*, and the variance they add.

    Where tags meet, effects apply in turn and variances add up.
    """
    result, variance = mean.copy(), np.zeros(mean.shape)
    for tag, other in zip(tags, resembled, strict=True):
        rows = tag.rows
        effects.of(tag).turn(result[rows], variance[rows], tag.cells, other)
    return result, variance


def effect_notes(
    tags: Iterable[Tag],
    effects: Effects,
    is_open: BoolArray,
    has_like: Callable[[Tag], bool],
) -> Iterator[str]:
    """Yield what had to be assumed of the special days ahead, for the planner.

    *has_like* says whether the weekday that a tag may resemble is ever open.
    """
    told = (tag for tag in tags if tag.provisional or not effects.knows(tag))
    coming = [tag for tag in told if (tag.cells & is_open[tag.rows]).any()]
    for kind in sorted({tag.kind for tag in coming if not effects.knows(tag)}):
        alike = (tag for tag in coming if tag.kind == kind and has_like(tag))
        if any(effects.of(tag).resembled > 0 for tag in alike):
            yield (
                f"no earlier {kind} in the history: taken to lie halfway between an "
                "ordinary day and the market's day of rest"
            )
        else:
            yield f"no earlier {kind} in the history: taken to change no volumes"
    for name in sorted({tag.name for tag in coming if tag.provisional}):
        yield f"the date of {name} is provisional"
