"""Effects of special days: learnt with shrinkage, applied to ordinary forecasts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

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
from forecasting.special import Tag, stated_factors, sum_of
from wfm.domain.arrays import BoolArray, FloatArray

LEVEL_DAYS = 15
LEVEL_PRIOR_DAYS = 0.25
MIN_DAY_SD = 0.03
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


EVENT = Prior()
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

    *occurrences* is how many days taught it.
    """

    ordinary: float
    resembled: float = 0.0
    occurrences: int = 0

    def applied(self, mean: FloatArray, other: FloatArray | None) -> FloatArray:
        """Return the special cells, from ordinary *mean* and resembled *other*."""
        if other is None:
            return mean * max(self.ordinary + self.resembled, 0.0)
        return np.maximum(self.ordinary * mean + self.resembled * other, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Learnt effects by kind and by (kind, name)."""

    by_kind: Mapping[str, Effect] = field(default_factory=dict)
    by_name: Mapping[tuple[str, str], Effect] = field(default_factory=dict)

    def of(self, tag: Tag) -> Effect:
        """Return the effect of *tag*: stated, learnt by name, by kind, or assumed."""
        if tag.effect is not None:
            return Effect(ordinary=tag.effect)
        named = self.by_name.get((tag.kind, tag.name))
        return named or self.by_kind.get(tag.kind) or _assumed(tag)

    def knows(self, tag: Tag) -> bool:
        """Return whether the effect of *tag* is stated or learnt."""
        return tag.effect is not None or tag.kind in self.by_kind


def _assumed(tag: Tag) -> Effect:
    prior = PRIORS.get(tag.kind, EVENT)
    if tag.like_weekday is None:
        return Effect(ordinary=1.0)
    return Effect(ordinary=1.0 - prior.share, resembled=prior.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """Normal equations of one tag: precision ``[2, 2]``, right side ``[2]``."""

    kind: str
    name: str
    shape: FloatArray
    right: FloatArray
    variance: float


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
        The tags on *history* and, for each, ``[n, s]`` what was expected of the weekday
        that it resembles (``None``: none).
    expected
        ``[d, s]`` what was expected of ordinary days.
    """
    learnt = [tag for tag in tags if tag.effect is None]
    if not learnt:
        return Effects()
    expected = expected * stated_factors(tags, expected.shape)[0]
    level, day_sd = _levels(history, expected)
    single = history.usable & (sum_of(learnt, history.usable.shape) == 1)
    others = [r for t, r in zip(tags, resembled, strict=True) if t.effect is None]
    sums = [
        found
        for tag, other in zip(learnt, others, strict=True)
        if (found := _sums(tag, other, history, expected, level, single, day_sd))
    ]
    return _shrunken(sums)


def _levels(history: QueueHistory, expected: FloatArray) -> tuple[FloatArray, float]:
    """Return the ratio ``[d]`` of offered to expected nearby, and its daily spread."""
    mask = history.ordinary & (expected > 0)
    offered = (history.offered_contacts * mask).sum(axis=1)
    total = (expected * mask).sum(axis=1)
    days = total > 0
    if not days.any():
        return np.ones(len(total)), 1.0
    window = np.ones(LEVEL_DAYS)
    prior = LEVEL_PRIOR_DAYS * float(total[days].mean())
    around = slice(LEVEL_DAYS // 2, LEVEL_DAYS // 2 + len(total))
    near, near_total = (np.convolve(x, window)[around] for x in (offered, total))
    level = (near + prior) / (near_total + prior)
    log_ratio = np.log((offered[days] + 0.5) / (total[days] * level[days] + 0.5))
    spread = (_MAD_TO_SD * float(np.median(np.abs(log_ratio)))) ** 2
    poisson = float(np.median(1.0 / (total[days] + 1.0)))
    return level, max(float(np.sqrt(max(spread - poisson, 0.0))), MIN_DAY_SD)


def _sums(
    tag: Tag,
    other: FloatArray | None,
    history: QueueHistory,
    expected: FloatArray,
    level: FloatArray,
    single: BoolArray,
    day_sd: float,
) -> _Sums | None:
    cells = tag.cells & single[tag.rows]
    scale = level[tag.rows, None] * cells
    ordinary = expected[tag.rows] * scale
    total = float(ordinary.sum())
    if total <= 0:
        return None
    alike = np.zeros_like(ordinary) if other is None else other * scale
    both = ordinary + alike
    weight = np.divide(1.0, both, out=np.zeros_like(both), where=both > 0)
    weight *= float(both.sum()) / total**2
    offered = history.offered_contacts[tag.rows]
    cross = float((weight * ordinary * alike).sum())
    return _Sums(
        kind=tag.kind,
        name=tag.name,
        shape=np.array(
            [
                [float((weight * ordinary * ordinary).sum()), cross],
                [cross, float((weight * alike * alike).sum())],
            ]
        ),
        right=np.array(
            [
                float((weight * ordinary * offered).sum()),
                float((weight * alike * offered).sum()),
            ]
        ),
        variance=day_sd**2 + 1.0 / total,
    )


def _shrunken(sums: Sequence[_Sums]) -> Effects:
    by_kind: dict[str, Effect] = {}
    by_name: dict[tuple[str, str], Effect] = {}
    for kind in sorted({one.kind for one in sums}):
        prior = PRIORS.get(kind, EVENT)
        mine = [one for one in sums if one.kind == kind]
        start = np.array([1.0 - prior.share, prior.share])
        spread = _covariance(prior.share, prior.level_sd, prior.share_sd)
        by_kind[kind] = _posterior(mine, start, spread, prior.name_level_sd**2)
        named = _covariance(prior.share, prior.name_level_sd, prior.name_share_sd)
        for name in sorted({one.name for one in mine if one.name}):
            same = [one for one in mine if one.name == name]
            middle = np.array([by_kind[kind].ordinary, by_kind[kind].resembled])
            by_name[kind, name] = _posterior(same, middle, named, 0.0)
    return Effects(by_kind=by_kind, by_name=by_name)


def _covariance(share: float, level_sd: float, share_sd: float) -> FloatArray:
    """Return the covariance of *(a, b)* given those of their sum and of the share."""
    turn = np.array([[1.0 - share, -1.0], [share, 1.0]])
    return np.asarray(turn @ np.diag([level_sd**2, share_sd**2]) @ turn.T)


def _posterior(
    sums: Iterable[_Sums], mean: FloatArray, covariance: FloatArray, extra: float
) -> Effect:
    precision = np.linalg.inv(covariance)
    right, seen = precision @ mean, 0
    for one in sums:
        precision = precision + one.shape / (one.variance + extra)
        right = right + one.right / (one.variance + extra)
        seen += 1
    ordinary, resembled = np.linalg.solve(precision, right)
    return Effect(
        ordinary=float(ordinary), resembled=float(resembled), occurrences=seen
    )


def apply_effects(
    mean: FloatArray,
    tags: Sequence[Tag],
    effects: Effects,
    resembled: Sequence[FloatArray | None],
) -> FloatArray:
    """Return *mean* ``[d, s]`` with the effects of *tags*; where tags meet, in turn."""
    result = mean.copy()
    for tag, other in zip(tags, resembled, strict=True):
        cells = result[tag.rows]
        cells[tag.cells] = effects.of(tag).applied(cells, other)[tag.cells]
    return result


def effect_notes(
    tags: Iterable[Tag], effects: Effects, is_open: BoolArray
) -> Iterator[str]:
    """Yield what had to be assumed of the special days ahead, for the planner."""
    coming = [tag for tag in tags if (tag.cells & is_open[tag.rows]).any()]
    for kind in sorted({tag.kind for tag in coming if not effects.knows(tag)}):
        shares = {effects.of(tag).resembled for tag in coming if tag.kind == kind}
        if max(shares) > 0:
            yield (
                f"no earlier {kind} in the history: taken to lie halfway between an "
                "ordinary day and the market's day of rest"
            )
        else:
            yield f"no earlier {kind} in the history: taken to change no volumes"
    for name in sorted({tag.name for tag in coming if tag.provisional}):
        yield f"the date of {name} is provisional"
