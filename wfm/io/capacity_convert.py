"""capacity.yaml and the hours needed, as a problem for the capacity plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from scenarios.capacity import (
    CapacityProblem,
    Layoffs,
    Need,
    Outsourcing,
    Overtime,
    Pool,
    Recruiting,
    TenureCurve,
    Training,
    Transfer,
)
from scenarios.capacity_stress import Stress
from scenarios.fx import FxTable
from scenarios.months import Month
from wfm.domain.arrays import FloatArray
from wfm.domain.people import Agent
from wfm.io.capacity_file import CapacityFile
from wfm.io.capacity_schema import (
    LayoffTable,
    PoolTable,
    RecruitingTable,
    StressTable,
    TenureTable,
    TrainingTable,
)
from wfm.pipeline.money import minor_digits


def capacity_problem(
    file: CapacityFile, hours: Mapping[str, FloatArray]
) -> CapacityProblem:
    """Return the problem of *file* for *hours* at work by queue ``[t]``."""
    return _Builder(file).problem(hours)


def stress_of(table: StressTable) -> Stress:
    """Return how wrong the assumptions may be."""
    return Stress(
        need_cv=table.need_cv,
        need_memory=table.need_memory,
        need_in_common=table.need_in_common,
        attrition_cv=table.attrition_cv,
        class_fill=table.class_fill,
    )


@dataclass(frozen=True, slots=True)
class _Builder:
    file: CapacityFile

    def problem(self, hours: Mapping[str, FloatArray]) -> CapacityProblem:
        table = self.file.table
        return CapacityProblem(
            start=table.start,
            currency=self.file.currency,
            num_months=table.months,
            pools=tuple(self._pool(name, pool) for name, pool in table.pools.items()),
            needs=tuple(self._need(name, hours) for name in table.needs),
            transfers=tuple(
                Transfer(
                    source=entry.source,
                    target=entry.target,
                    months=entry.months,
                    loss_fraction=entry.loss,
                    cost_minor=round(self._minor(entry.cost)),
                    max_heads=_or_no_limit(entry.max_heads),
                )
                for entry in table.transfers
            ),
            vendors=tuple(self._vendor(name) for name in table.vendors),
            site_seats={
                name: np.full(table.months, site.max_heads)
                for name, site in table.sites.items()
            },
            annual_discount_rate=table.discount_rate,
        )

    def _minor(self, amount: float, rate: float = 1.0) -> float:
        """Return *amount* of major units at *rate*, in minor units of the report."""
        return amount * rate * float(10 ** minor_digits(self.file.currency))

    def _rates(self, currency: str | None) -> FloatArray:
        fx = FxTable.of(self.file.base.exchange_rates)
        target = self.file.currency
        return np.array(
            [float(fx.rate(currency or target, target, m)) for m in self.file.months]
        )

    def _need(self, name: str, hours: Mapping[str, FloatArray]) -> Need:
        own = [hours[queue] for queue in self.file.queues_of[name]]
        needed = np.sum(own, axis=0) if own else np.zeros(self.file.table.months)
        for change in self.file.table.demand:
            if change.need == name:
                held = np.array(
                    [
                        (change.first is None or change.first <= month)
                        and (change.last is None or month <= change.last)
                        for month in self.file.months
                    ]
                )
                changed = np.maximum(needed * change.factor + change.hours, 0.0)
                needed = np.where(held, changed, needed)
        table = self.file.table.needs[name]
        price = table.missing_hour
        return Need(
            need_id=name,
            hours=needed,
            missing_minor=None if price is None else self._minor(price),
            missing_steps=tuple((s[0], s[1]) for s in table.missing_steps),
        )

    def _pool(self, name: str, pool: PoolTable) -> Pool:
        own = self.file.people_of[name]
        productive = self._productive_share(pool)
        currency = pool.currency or next((a.currency for a in own if a.currency), None)
        rates = self._rates(currency)
        mean_rate = float(rates.mean())
        hourly = self._wage(pool, own) * (1 + pool.burden)
        wage = np.array([self._minor(hourly * pool.paid_hours, r) for r in rates])
        tenure = _curve(self.file.table.tenure[pool.tenure])
        before, arrivals = self._heads(own, tenure.num_bands)
        return Pool(
            pool_id=name,
            site=pool.site,
            serves=frozenset(pool.serves),
            heads_before=before,
            hours_per_head=np.full(len(rates), pool.paid_hours * productive),
            wage_minor=wage,
            tenure=tenure,
            training=_training(pool.training, float(wage.mean())),
            recruiting=self._recruiting(pool.recruiting, mean_rate),
            layoffs=self._layoffs(pool.layoffs, mean_rate),
            overtime=self._overtime(pool, hourly, productive, mean_rate),
            arrivals=arrivals,
            idle_minor=self._minor(pool.idle_hour, mean_rate),
            least_quality=pool.least_quality,
        )

    def _productive_share(self, pool: PoolTable) -> float:
        """Return hours at work where needed per paid hour: all shrinkage compounds."""
        left = (1 - pool.leave) * pool.roster_fit
        for part in self.file.base.plan.shrinkage:
            left *= 1 - part.fraction
        return left

    def _wage(self, pool: PoolTable, own: tuple[Agent, ...]) -> float:
        if pool.wage_per_hour is not None:
            return pool.wage_per_hour
        paid = [a for a in own if a.hourly_cost_minor]
        return fmean(a.hourly_cost_minor / 10 ** minor_digits(a.currency) for a in paid)

    def _heads(
        self, own: tuple[Agent, ...], num_bands: int
    ) -> tuple[tuple[float, ...], FloatArray]:
        """Return heads by tenure before the first month, and those yet to come.

        Somebody without a first day counts as experienced.
        """
        start, last = self.file.months[0], num_bands - 1
        before, arrivals = [0.0] * num_bands, np.zeros(len(self.file.months))
        for agent in own:
            if agent.valid_to is not None and agent.valid_to < start.first_date:
                continue
            if agent.valid_from is None:
                before[last] += 1
                continue
            months = start - Month.of(agent.valid_from)
            if months > 0:
                before[min(months - 1, last)] += 1
            elif -months < len(arrivals):
                arrivals[-months] += 1
        return tuple(before), arrivals

    def _recruiting(
        self, table: RecruitingTable | None, rate: float
    ) -> Recruiting | None:
        if table is None:
            return None
        least, most = table.class_size
        return Recruiting(
            lead_months=table.lead_months,
            hire_minor=round(self._minor(table.cost_per_hire, rate)),
            max_hires=_or_no_limit(table.max_hires),
            class_size=(least, most),
            class_minor=round(self._minor(table.cost_per_class, rate)),
            max_classes=table.max_classes,
            is_whole=self.file.table.whole_people,
        )

    def _layoffs(self, table: LayoffTable | None, rate: float) -> Layoffs | None:
        if table is None:
            return None
        return Layoffs(
            severance_minor=round(self._minor(table.severance, rate)),
            max_heads=_or_no_limit(table.max_heads),
        )

    def _overtime(
        self, pool: PoolTable, hourly: float, productive: float, rate: float
    ) -> Overtime | None:
        """Return overtime priced by the productive hour, breaks paid as well."""
        if pool.overtime is None:
            return None
        paid = hourly * (1 + pool.overtime.premium) / productive
        return Overtime(
            minor_per_hour=self._minor(paid, rate),
            max_fraction=pool.overtime.max_share,
        )

    def _vendor(self, name: str) -> Outsourcing:
        vendor = self.file.table.vendors[name]
        rate = float(self._rates(vendor.currency).mean())
        hours = [
            vendor.max_hours if vendor.first is None or vendor.first <= month else 0.0
            for month in self.file.months
        ]
        return Outsourcing(
            vendor_id=name,
            serves=frozenset(vendor.serves),
            minor_per_hour=self._minor(vendor.price_per_hour, rate),
            max_hours=np.array(hours),
            max_rise_hours=_or_no_limit(vendor.max_rise_hours),
        )


def _or_no_limit(value: float | None) -> float:
    return np.inf if value is None else value


def _curve(table: TenureTable) -> TenureCurve:
    return TenureCurve(
        attrition=table.attrition,
        productivity=table.productivity,
        aht_factor=table.aht_factor or (),
        quality=table.quality or (),
    )


def _training(table: TrainingTable, wage_minor: float) -> Training:
    return Training(
        months=table.months,
        wage_minor=round(wage_minor),
        trainer_hours=table.trainer_hours,
        loss_fraction=table.loss,
        max_trainees=_or_no_limit(table.max_trainees),
    )
