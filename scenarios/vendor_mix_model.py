"""The vendor mix as a mixed-integer programme.

Tiers of both kinds are written by multiple choice (one piece at a time, each with a
fixed part and a slope), whose relaxation is as tight as any piecewise form can be:
Croxton, Gendron and Magnanti 2003, Management Science 49(9), 1268-1273. Rising
incremental prices need no whole numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from scenarios.mip import Builder, Limit, Programme
from scenarios.vendor_mix import HandOver, Lane, MixProblem, TierPrices
from scenarios.vendor_mix_bounds import most_contacts, most_used_units

Terms = list[tuple[int, float]]


@dataclass(slots=True)
class MixModel:
    """The programme with the meaning of its variables; ``v`` counts lanes.

    ``contacts[v, g, t]``, ``is_open[v, t]``, ``starts[v, t]``, ``stops[v, t]`` (lanes
    that open and close), ``billed[v, t]`` (lanes with tiers),
    ``overlap[v, band, t]`` (hours of hand-over, several variables each). The rows that
    link one month to others are *linking*: openings, terms and ramps.
    """

    problem: MixProblem
    builder: Builder = field(default_factory=Builder)
    contacts: dict[tuple[int, int, int], int] = field(default_factory=dict)
    is_open: dict[tuple[int, int], int] = field(default_factory=dict)
    starts: dict[tuple[int, int], int] = field(default_factory=dict)
    stops: dict[tuple[int, int], int] = field(default_factory=dict)
    billed: dict[tuple[int, int], int] = field(default_factory=dict)
    overlap: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    opening_rows: dict[int, list[int]] = field(default_factory=dict)
    ramp_rows: list[int] = field(default_factory=list)

    def programme(self) -> Programme:
        """Return the whole programme."""
        for v, lane in enumerate(self.problem.lanes):
            self._add_contacts(v, lane)
            self._add_opening(v, lane)
        self._add_demand()
        for hand_over in self.problem.hand_overs:
            self._add_hand_over(hand_over)
        for v, lane in enumerate(self.problem.lanes):
            self._add_capacity(v, lane)
            self._add_ramp(v, lane)
            self._add_bills(v, lane)
        self._add_shares()
        self._add_service()
        return self.builder.programme()

    @property
    def _months(self) -> range:
        return range(self.problem.num_months)

    def _add_contacts(self, v: int, lane: Lane) -> None:
        demand = self.problem.demand
        for g in np.flatnonzero(lane.eligible).tolist():
            least = 0.0 if lane.minimum_contacts is None else lane.minimum_contacts[g]
            for t in self._months:
                if demand[g, t] <= 0 or demand[g, t] < least:
                    continue
                column = self.builder.variable()
                self.contacts[v, g, t] = column
                if least > 0:
                    self._all_or_nothing(column, least, demand[g, t], (v, g, t))

    def _all_or_nothing(
        self, column: int, least: float, most: float, at: tuple[int, int, int]
    ) -> None:
        v, g, t = at
        lane, segment = self.problem.lanes[v], self.problem.segments[g]
        limit = Limit(f"smallest share of {lane.lane_id} in {segment}", t)
        used = self.builder.variable(most=1, whole=True)
        self.builder.row([(column, 1), (used, -least)], low=0, limit=limit)
        self.builder.row([(column, 1), (used, -most)], high=0)

    def _add_opening(self, v: int, lane: Lane) -> None:
        for t in self._months:
            self.is_open[v, t] = self.builder.variable(
                least=0 if lane.is_optional else 1,
                most=1,
                whole=True,
                cost=lane.monthly_minor * self.problem.discount()[t],
            )
        starts = [self._add_start_and_stop(v, lane, t) for t in self._months]
        for t in self._months:
            recent = starts[max(0, t - lane.term_months + 1) : t + 1]
            if lane.term_months > 1:
                limit = Limit(f"term of {lane.lane_id}", t)
                terms = [
                    (self.is_open[v, t], 1.0),
                    *((start, -1.0) for start in recent),
                ]
                row = self.builder.row(terms, low=0, limit=limit)
                self.opening_rows[v].append(row)

    def _add_start_and_stop(self, v: int, lane: Lane, t: int) -> int:
        discount = self.problem.discount()[t]
        start = self.builder.variable(most=1, cost=lane.opening_minor * discount)
        stop = self.builder.variable(most=1, cost=lane.closing_minor * discount)
        self.starts[v, t], self.stops[v, t] = start, stop
        terms = [(self.is_open[v, t], 1.0), (start, -1.0), (stop, 1.0)]
        before = float(lane.open_before)
        if t:
            terms.append((self.is_open[v, t - 1], -1.0))
            before = 0.0
        row = self.builder.row(terms, low=before, high=before)
        self.opening_rows.setdefault(v, []).append(row)
        return start

    def _add_demand(self) -> None:
        for g, segment in enumerate(self.problem.segments):
            for t in self._months:
                contacts = float(self.problem.demand[g, t])
                if contacts > 0:
                    self.builder.row(
                        self._contacts_of(range(len(self.problem.lanes)), [g], t),
                        low=contacts,
                        high=contacts,
                        limit=Limit(f"demand {segment}", t),
                    )

    def _contacts_of(
        self, lanes: list[int] | range, segments: list[int] | range, t: int
    ) -> Terms:
        return [
            (self.contacts[v, g, t], 1.0)
            for v in lanes
            for g in segments
            if (v, g, t) in self.contacts
        ]

    def _hours_of(self, v: int, segments: list[int] | range, t: int) -> Terms:
        hours = self.problem.lanes[v].hours_per_contact
        return [
            (self.contacts[v, g, t], float(hours[g]))
            for g in segments
            if (v, g, t) in self.contacts
        ]

    def _add_hand_over(self, hand_over: HandOver) -> None:
        for before, after, in_before in self._changes(hand_over):
            b = before if in_before else after
            for t in self._months:
                for lanes in self._regions().values():
                    extra = self._overlap_variables(lanes, b, t)
                    change = self._load_change(hand_over, (before, after), lanes, t)
                    sign = 1.0 if in_before else -1.0
                    terms = [(c, -sign * value) for c, value in change]
                    if terms:
                        self.builder.row([*extra, *terms], low=0)

    def _changes(self, hand_over: HandOver) -> Iterator[tuple[int, int, bool]]:
        """Yield (band before, band after, whether the overlap is in the first)."""
        problem = self.problem
        open_bands = [
            b
            for b, band in enumerate(problem.bands)
            if problem.segments_of(hand_over.queue, band.name)
        ]
        num = len(problem.bands)
        pairs = list(pairwise(range(num)))
        if hand_over.around_the_clock and num > 1:
            pairs.append((num - 1, 0))
        for before, after in pairs:
            if before in open_bands and after in open_bands:
                loads = [
                    self._contacts_an_hour(hand_over.queue, b) for b in (before, after)
                ]
                yield before, after, loads[1] <= loads[0]

    def _contacts_an_hour(self, queue: str, b: int) -> float:
        band = self.problem.bands[b]
        segments = self.problem.segments_of(queue, band.name)
        return float(self.problem.demand[segments].sum()) / band.length_hours

    def _regions(self) -> dict[str, list[int]]:
        regions: dict[str, list[int]] = {}
        for v, lane in enumerate(self.problem.lanes):
            regions.setdefault(lane.hand_over_region, []).append(v)
        return regions

    def _overlap_variables(self, lanes: list[int], b: int, t: int) -> Terms:
        columns = []
        for v in lanes:
            column = self.builder.variable()
            self.overlap.setdefault((v, b, t), []).append(column)
            columns.append((column, 1.0))
        return columns

    def _load_change(
        self, hand_over: HandOver, change: tuple[int, int], lanes: list[int], t: int
    ) -> Terms:
        """Return overlap hours by which agents rise from one band to the next."""
        terms: Terms = []
        for b, sign in zip(change, (-1.0, 1.0), strict=True):
            band = self.problem.bands[b]
            scale = sign * hand_over.overlap_hours / band.length_hours
            segments = self.problem.segments_of(hand_over.queue, band.name)
            for v in lanes:
                terms += [(c, scale * h) for c, h in self._hours_of(v, segments, t)]
        return terms

    def _add_capacity(self, v: int, lane: Lane) -> None:
        for t in self._months:
            if lane.is_optional:
                self._only_if_open(v, t)
            if lane.capacity_hours is None:
                continue
            for b, band in enumerate(self.problem.bands):
                segments = [
                    g
                    for g, s in enumerate(self.problem.segments)
                    if s.band == band.name
                ]
                terms = self._hours_of(v, segments, t)
                terms += [(c, 1.0) for c in self.overlap.get((v, b, t), [])]
                terms.append((self.is_open[v, t], -float(lane.capacity_hours[b, t])))
                name = f"capacity {lane.lane_id} {band.name}".rstrip()
                self.builder.row(terms, high=0, limit=Limit(name, t))

    def _only_if_open(self, v: int, t: int) -> None:
        for g in range(len(self.problem.segments)):
            column = self.contacts.get((v, g, t))
            if column is not None:
                # a hair above, lest the dual of demand be shared with this row
                most = 1.0001 * most_contacts(self.problem, v, g, t)
                self.builder.row([(column, 1), (self.is_open[v, t], -most)], high=0)

    def _add_ramp(self, v: int, lane: Lane) -> None:
        everything = range(len(self.problem.segments))
        for t in self._months:
            terms, before = self._hours_of(v, everything, t), lane.hours_before
            if t:
                earlier = self._hours_of(v, everything, t - 1)
                terms += [(column, -hours) for column, hours in earlier]
                before = 0.0
            if before is None:
                continue
            for name, low, high in (
                ("rise", -np.inf, before + lane.max_rise_hours),
                ("fall", before - lane.max_fall_hours, np.inf),
            ):
                if np.isfinite(low) or np.isfinite(high):
                    limit = Limit(f"{name} of {lane.lane_id}", t)
                    row = self.builder.row(terms, low=low, high=high, limit=limit)
                    self.ramp_rows.append(row)

    def _add_bills(self, v: int, lane: Lane) -> None:
        for t in self._months:
            discount = float(self.problem.discount()[t])
            bill = [
                (column, float(lane.contact_price[g, t]))
                for g in range(len(self.problem.segments))
                if (column := self.contacts.get((v, g, t))) is not None
            ]
            if lane.tiers is not None:
                bill += self._tier_terms(v, lane, lane.tiers, t)
            paid = self.builder.variable(cost=discount)
            least = float(lane.minimum_minor)
            if least:
                limit = Limit(f"minimum bill of {lane.lane_id}", t)
                terms = [(paid, 1.0), (self.is_open[v, t], -least)]
                self.builder.row(terms, low=0, limit=limit)
            self.builder.row([(paid, 1.0), *((c, -p) for c, p in bill)], low=0)

    def _tier_terms(self, v: int, lane: Lane, tiers: TierPrices, t: int) -> Terms:
        billed = self._add_billed(v, lane, t)
        pieces = tiers.pieces(self._most_units(v, lane, tiers, t))
        if len(pieces) == 1:
            return [(billed, pieces[0][3])]
        if tiers.kind == "incremental" and list(tiers.prices) == sorted(tiers.prices):
            cost = self.builder.variable()
            for _, _, fixed, price in pieces:
                self.builder.row([(cost, 1), (billed, -price)], low=fixed)
            return [(cost, 1.0)]
        bill: Terms = []
        whole: Terms = [(billed, -1.0)]
        chosen: Terms = [(self.is_open[v, t], -1.0)]
        for start, end, fixed, price in pieces:
            units = self.builder.variable()
            in_it = self.builder.variable(most=1, whole=True)
            self.builder.row([(units, 1), (in_it, -start)], low=0)
            self.builder.row([(units, 1), (in_it, -end)], high=0)
            bill += [(units, price), (in_it, fixed)]
            whole.append((units, 1.0))
            chosen.append((in_it, 1.0))
        self.builder.row(whole, low=0, high=0)
        self.builder.row(chosen, low=0, high=0)
        return bill

    def _add_billed(self, v: int, lane: Lane, t: int) -> int:
        billed = self.builder.variable()
        self.billed[v, t] = billed
        if np.isfinite(lane.max_units):
            limit = Limit(f"most units of {lane.lane_id}", t)
            self.builder.row([(billed, 1)], high=lane.max_units, limit=limit)
        units = lane.units_per_contact()
        used = [
            (column, -float(units[g]))
            for g in range(len(self.problem.segments))
            if (column := self.contacts.get((v, g, t))) is not None
        ]
        if lane.unit == "hour":
            used += [(c, -1.0) for c in self._all_overlap(v, t)]
        self.builder.row([(billed, 1.0), *used], low=0)
        if lane.minimum_units > 0:
            limit = Limit(f"committed units of {lane.lane_id}", t)
            terms = [(billed, 1.0), (self.is_open[v, t], -lane.minimum_units)]
            self.builder.row(terms, low=0, limit=limit)
        return billed

    def _all_overlap(self, v: int, t: int) -> list[int]:
        bands = range(len(self.problem.bands))
        return [c for b in bands for c in self.overlap.get((v, b, t), [])]

    def _most_units(self, v: int, lane: Lane, tiers: TierPrices, t: int) -> float:
        """Return units beyond which nothing more could be of use."""
        used = most_used_units(self.problem, v, t)
        # a tier above what can be used may still be bought up to its first unit
        useful = max(used, tiers.from_units[-1], lane.minimum_units)
        return float(min(useful, lane.max_units))

    def _add_shares(self) -> None:
        problem = self.problem
        for limit in problem.share_limits:
            lanes = [v for v, x in enumerate(problem.lanes) if x.lane_id in limit.lanes]
            segments = [
                g
                for g, segment in enumerate(problem.segments)
                if not limit.queues or segment.queue in limit.queues
            ]
            for t in self._months:
                total = float(problem.demand[segments, t].sum())
                for word, low, high in (
                    ("least", limit.least_fraction * total, np.inf),
                    ("most", -np.inf, limit.most_fraction * total),
                ):
                    if low > 0 or high < total:
                        name = Limit(f"share {limit.name}, {word}", t)
                        terms = self._contacts_of(lanes, segments, t)
                        self.builder.row(terms, low=low, high=high, limit=name)

    def _add_service(self) -> None:
        problem = self.problem
        for queue, target in problem.service_targets.items():
            for t in self._months:
                terms = [
                    (column, float(level[g]) - target)
                    for (v, g, month), column in self.contacts.items()
                    if (level := problem.lanes[v].service_level) is not None
                    and month == t
                    and problem.segments[g].queue == queue
                ]
                limit = Limit(f"service of {queue}", t)
                self.builder.row(terms, low=0, limit=limit)
