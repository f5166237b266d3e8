"""The capacity plan as a mixed-integer programme.

People flow from month to month through tenure bands (expected heads, so fractions are
right); classes and new people come in whole numbers. After Gans and Zhou 2002,
Operations Research 50(6), 991-1006, whose linear programme with expected attrition
comes within about one per cent of the optimal policy unless flexible capacity is dear:
hence the stress test beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from scenarios.capacity import CapacityProblem, Need, Pool, Recruiting, Transfer
from scenarios.mip import Builder, Limit, Programme

Terms = list[tuple[int, float]]


@dataclass(slots=True)
class CapacityModel:
    """The programme with the meaning of its variables.

    ``heads[p, k, t]``, ``hires[p, t]`` (trainees who start), ``classes[p, t]``,
    ``layoffs[p, k, t]``, ``moved[r, t]`` (r counts transfers), ``overtime[p, t]``,
    ``short_time[p, t]`` (heads), ``idle[p, t]``, ``flow[p, n, t]``, ``bought[x, n, t]``
    (x counts vendors) and ``missing[n, k, t]`` in hours (k counts steps of price).
    """

    problem: CapacityProblem
    builder: Builder = field(default_factory=Builder)
    heads: dict[tuple[int, int, int], int] = field(default_factory=dict)
    hires: dict[tuple[int, int], int] = field(default_factory=dict)
    classes: dict[tuple[int, int], int] = field(default_factory=dict)
    layoffs: dict[tuple[int, int, int], int] = field(default_factory=dict)
    moved: dict[tuple[int, int], int] = field(default_factory=dict)
    overtime: dict[tuple[int, int], int] = field(default_factory=dict)
    short_time: dict[tuple[int, int], int] = field(default_factory=dict)
    idle: dict[tuple[int, int], int] = field(default_factory=dict)
    flow: dict[tuple[int, int, int], int] = field(default_factory=dict)
    bought: dict[tuple[int, int, int], int] = field(default_factory=dict)
    missing: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def programme(self) -> Programme:
        """Return the whole programme."""
        for p, pool in enumerate(self.problem.pools):
            self._add_heads(p, pool)
            self._add_hires(p, pool)
            self._add_flexible(p, pool)
        for r, transfer in enumerate(self.problem.transfers):
            self._add_transfer(r, transfer)
        for p, pool in enumerate(self.problem.pools):
            for t in self._months:
                self._balance(p, pool, t)
                self._supply(p, pool, t)
            self._limit_training(p, pool)
            self._keep_quality(p, pool)
        self._add_vendors()
        self._meet_needs()
        self._limit_seats_and_idleness()
        return self.builder.programme()

    @property
    def _months(self) -> range:
        return range(self.problem.num_months)

    def _price(self, minor: float, t: int) -> float:
        return float(minor) * float(self.problem.discount()[t])

    def _add_heads(self, p: int, pool: Pool) -> None:
        for t in self._months:
            wage = self._price(pool.wage_minor[t], t)
            for k in range(pool.tenure.num_bands):
                self.heads[p, k, t] = self.builder.variable(cost=wage)
                if pool.layoffs is not None:
                    severance = self._price(pool.layoffs.severance_minor, t)
                    self.layoffs[p, k, t] = self.builder.variable(cost=severance)
            if pool.layoffs is not None and np.isfinite(pool.layoffs.max_heads):
                bands = range(pool.tenure.num_bands)
                self.builder.row(
                    [(self.layoffs[p, k, t], 1.0) for k in bands],
                    high=pool.layoffs.max_heads,
                    limit=Limit(f"layoffs {pool.pool_id}", t),
                )

    def _add_hires(self, p: int, pool: Pool) -> None:
        recruiting = pool.recruiting
        if recruiting is None:
            return
        for t in range(recruiting.lead_months, self.problem.num_months):
            training_minor = sum(
                self._price(pool.training.wage_minor, month)
                for month in range(t, t + pool.training.months)
                if month < self.problem.num_months
            )
            self.hires[p, t] = self.builder.variable(
                cost=self._price(recruiting.hire_minor, t) + training_minor,
                whole=recruiting.is_whole,
            )
            high, limit = recruiting.max_hires, Limit(f"recruiting {pool.pool_id}", t)
            if np.isfinite(high):
                self.builder.row([(self.hires[p, t], 1)], high=high, limit=limit)
            if recruiting.class_size != (0.0, np.inf):
                self._add_classes(p, pool, recruiting, t)

    def _add_classes(self, p: int, pool: Pool, recruiting: Recruiting, t: int) -> None:
        least, most = recruiting.class_size
        started = self.builder.variable(
            cost=self._price(recruiting.class_minor, t),
            most=recruiting.max_classes,
            whole=True,
        )
        self.classes[p, t] = started
        column, limit = self.hires[p, t], Limit(f"class size {pool.pool_id}", t)
        self.builder.row([(column, 1), (started, -least)], low=0, limit=limit)
        if np.isfinite(most):
            self.builder.row([(column, 1), (started, -most)], high=0, limit=limit)

    def _add_flexible(self, p: int, pool: Pool) -> None:
        for t in self._months:
            self.idle[p, t] = self.builder.variable(
                cost=self._price(pool.idle_minor, t)
            )
            if pool.overtime is not None:
                price = self._price(pool.overtime.minor_per_hour, t)
                self.overtime[p, t] = self.builder.variable(cost=price)
                worked = self._worked_hours(p, pool, t)
                most = pool.overtime.max_fraction
                self.builder.row(
                    [(self.overtime[p, t], 1.0), *((c, -most * h) for c, h in worked)],
                    high=0,
                    limit=Limit(f"overtime {pool.pool_id}", t),
                )
            if pool.short_time is not None:
                price = self._price(pool.short_time.minor_per_head, t)
                self.short_time[p, t] = self.builder.variable(cost=price)
                self.builder.row(
                    [(self.short_time[p, t], 1.0)],
                    high=pool.short_time.max_heads,
                    limit=Limit(f"short time {pool.pool_id}", t),
                )

    def _worked_hours(self, p: int, pool: Pool, t: int) -> Terms:
        hours = float(pool.hours_per_head[t]) * pool.tenure.output()
        bands = range(pool.tenure.num_bands)
        return [(self.heads[p, k, t], float(hours[k])) for k in bands]

    def _add_transfer(self, r: int, transfer: Transfer) -> None:
        target = self.problem.pool_index(transfer.target)
        wage = self.problem.pools[self.problem.pool_index(transfer.source)].wage_minor
        for t in self._months:
            away = range(t, min(t + transfer.months, self.problem.num_months))
            cost = self._price(transfer.cost_minor, t)
            cost += sum(self._price(wage[month], month) for month in away)
            self.moved[r, t] = self.builder.variable(cost=cost)
            limit = Limit(f"transfer {transfer.name}", t)
            if np.isfinite(transfer.max_heads):
                terms = [(self.moved[r, t], 1.0)]
                self.builder.row(terms, high=transfer.max_heads, limit=limit)
            if (share := transfer.max_fraction_of_target) is not None:
                bands = range(self.problem.pools[target].tenure.num_bands)
                heads = [(self.heads[target, k, t], -share) for k in bands]
                terms = [(self.moved[r, t], 1.0), *heads]
                self.builder.row(terms, high=0, limit=limit)

    def _balance(self, p: int, pool: Pool, t: int) -> None:
        """Heads of a band: those who stayed, those who came, less those who went."""
        last = pool.tenure.num_bands - 1
        for k in range(last + 1):
            terms = [(self.heads[p, k, t], 1.0)]
            constant = 0.0
            for came_from, stay in staying(pool, k):
                if t:
                    terms.append((self.heads[p, came_from, t - 1], -stay))
                else:
                    constant += stay * pool.heads_before[came_from]
            if k == 0:
                constant += 0.0 if pool.arrivals is None else float(pool.arrivals[t])
                started = self.hires.get((p, t - pool.training.months))
                if started is not None:
                    terms.append((started, -(1 - pool.training.loss_fraction)))
            if (p, k, t) in self.layoffs:
                terms.append((self.layoffs[p, k, t], 1.0))
            terms += self._transfers_into(p, k, t)
            self.builder.row(terms, low=constant, high=constant)

    def _transfers_into(self, p: int, k: int, t: int) -> Iterator[tuple[int, float]]:
        bands = self.problem.pools[p].tenure.num_bands
        for r, transfer in enumerate(self.problem.transfers):
            source = self.problem.pool_index(transfer.source)
            target = self.problem.pool_index(transfer.target)
            if source == p and k == bands - 1:
                yield self.moved[r, t], 1.0
            left = (r, t - transfer.months)
            if target == p and k == transfer.to_band % bands and left in self.moved:
                yield self.moved[left], -(1 - transfer.loss_fraction)

    def _trainees(self, p: int, pool: Pool, t: int) -> Terms:
        starts = range(t - pool.training.months + 1, t + 1)
        return [(self.hires[p, s], 1.0) for s in starts if (p, s) in self.hires]

    def _supply(self, p: int, pool: Pool, t: int) -> None:
        """Hours worked, less trainers' time, go to needs or stand idle."""
        terms = self._worked_hours(p, pool, t)
        trainees = self._trainees(p, pool, t)
        terms += [(c, -pool.training.trainer_hours) for c, _ in trainees]
        if pool.short_time is not None:
            lost = (1 - pool.short_time.output_fraction) * float(pool.hours_per_head[t])
            terms.append((self.short_time[p, t], -lost))
        if pool.overtime is not None:
            terms.append((self.overtime[p, t], 1.0))
        terms.append((self.idle[p, t], -1.0))
        for n, need in enumerate(self.problem.needs):
            if need.need_id in pool.serves:
                self.flow[p, n, t] = self.builder.variable()
                terms.append((self.flow[p, n, t], -1.0))
        self.builder.row(terms, low=0, high=0)

    def _limit_training(self, p: int, pool: Pool) -> None:
        most = pool.training.max_trainees
        for t in self._months if np.isfinite(most) else ():
            limit = Limit(f"training places {pool.pool_id}", t)
            self.builder.row(self._trainees(p, pool, t), high=most, limit=limit)

    def _keep_quality(self, p: int, pool: Pool) -> None:
        if pool.least_quality is None:
            return
        for t in self._months:
            terms = [
                (self.heads[p, k, t], quality - pool.least_quality)
                for k, quality in enumerate(pool.tenure.quality)
            ]
            limit = Limit(f"quality {pool.pool_id}", t)
            self.builder.row(terms, low=0, limit=limit)

    def _add_vendors(self) -> None:
        for x, vendor in enumerate(self.problem.vendors):
            served = [
                n
                for n, need in enumerate(self.problem.needs)
                if need.need_id in vendor.serves
            ]
            for t in self._months:
                price = self._price(vendor.minor_per_hour, t)
                for n in served:
                    self.bought[x, n, t] = self.builder.variable(cost=price)
                terms = [(self.bought[x, n, t], 1.0) for n in served]
                high = float(vendor.max_hours[t])
                limit = Limit(f"vendor {vendor.vendor_id}", t)
                self.builder.row(terms, high=high, limit=limit)
                if t and np.isfinite(vendor.max_rise_hours):
                    before = [(self.bought[x, n, t - 1], -1.0) for n in served]
                    limit = Limit(f"rise of {vendor.vendor_id}", t)
                    self.builder.row(
                        [*terms, *before], high=vendor.max_rise_hours, limit=limit
                    )

    def _meet_needs(self) -> None:
        for n, need in enumerate(self.problem.needs):
            for t in self._months:
                terms = [
                    (column, 1.0)
                    for table in (self.flow, self.bought)
                    for (_, served, month), column in table.items()
                    if served == n and month == t
                ]
                for k, (most, price) in enumerate(_steps(need, t)):
                    self.missing[n, k, t] = self.builder.variable(
                        cost=self._price(price, t), most=most
                    )
                    terms.append((self.missing[n, k, t], 1.0))
                hours, limit = float(need.hours[t]), Limit(f"need {need.need_id}", t)
                self.builder.row(terms, low=hours, high=hours, limit=limit)

    def _limit_seats_and_idleness(self) -> None:
        pools = self.problem.pools
        for t in self._months:
            for site, seats in self.problem.site_seats.items():
                terms: Terms = []
                for p, pool in enumerate(pools):
                    if pool.site == site:
                        bands = range(pool.tenure.num_bands)
                        terms += [(self.heads[p, k, t], 1.0) for k in bands]
                        terms += self._trainees(p, pool, t)
                limit = Limit(f"seats {site}", t)
                self.builder.row(terms, high=float(seats[t]), limit=limit)
            if np.isfinite(self.problem.max_idle_hours):
                terms = [(self.idle[p, t], 1.0) for p in range(len(pools))]
                high, limit = self.problem.max_idle_hours, Limit("idle hours", t)
                self.builder.row(terms, high=high, limit=limit)


def _steps(need: Need, t: int) -> tuple[tuple[float, float], ...]:
    return () if need.missing_minor is None else need.steps(t)


def staying(pool: Pool, k: int) -> Iterator[tuple[int, float]]:
    """Yield (band of the month before, share that stays) of those now in band *k*."""
    last = pool.tenure.num_bands - 1
    if k:
        yield k - 1, 1 - pool.tenure.attrition[k - 1]
    if k == last:
        yield last, 1 - pool.tenure.attrition[last]
