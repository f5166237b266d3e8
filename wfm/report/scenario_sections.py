"""The sections of the scenario page: pictures, what to read from them, tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from scenarios.money import Money
from scenarios.repriced import LeverScan
from scenarios.result import ScenarioResult
from scenarios.risk import RiskReport
from wfm.report.scenario_blocks import Bridge, bridge
from wfm.report.scenario_break_even import BreakEvens, lever_label, top_levers
from wfm.report.scenario_canvas import NARROW, Canvas, Drawing, svg
from wfm.report.scenario_decision import nearest_changes
from wfm.report.scenario_figures import (
    MOST_LINES,
    bridge_figure,
    contract_figure,
    mix_figure,
    priced_contracts,
    saving_figure,
)
from wfm.report.scenario_inputs import ScenarioReport, bridged
from wfm.report.scenario_risk_figures import (
    break_even_figure,
    fan_figure,
    range_figure,
    tornado_figure,
)
from wfm.report.scenario_risk_table import risk_rows
from wfm.report.scenario_sentences import percent, share
from wfm.report.scenario_words import Say

RANGE = (
    "The bar holds 80 % of {draws} futures, the mark the middle one. All options met "
    "the same futures: bars that overlap may still rank clearly."
)
CHECKED = (
    "Futures are priced by a response solved from the chain; against the chain itself "
    "it was off by {error} at most."
)
FAN = (
    "Band: 80 % of futures in each month; line: the middle one. Where bands part, "
    "which option is cheaper in that month is hardly open."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One figure, wide and for a phone, and the caption that says what to read."""

    key: str
    title: str
    caption: str
    wide: str
    narrow: str
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page; *absent* says in a line why it has no picture."""

    key: str
    short: str
    title: str
    pictures: tuple[Picture, ...] = ()
    more: tuple[Picture, ...] = ()
    more_title: str = ""
    table: tuple[tuple[str, ...], ...] = ()
    absent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """Everything that has a picture, of one report."""

    report: ScenarioReport
    evens: BreakEvens
    say: Say

    def all(self) -> tuple[Section, ...]:
        """Return the sections in the order in which they are read."""
        return (
            self.bridges(),
            self.savings(),
            self.risk(),
            self.levers(),
            self.contracts(),
            self.mix(),
        )

    def bridges(self) -> Section:
        """Return the bridge that matters most; the others fold away."""
        say, report = self.say, self.report
        title = say("Where the difference comes from")
        others = report.options()[1:]
        if not others:
            text = say("There is one option only, so there is nothing to bridge.")
            return Section(key="bridge", short=say("Bridge"), title=title, absent=text)
        main = bridged(report)
        rest = [option for option in others if option is not main][:MOST_LINES]
        return Section(
            key="bridge",
            short=say("Bridge"),
            title=title,
            pictures=(self._bridge(main),),
            more=tuple(self._bridge(option) for option in rest),
            more_title=say("Bridges to the other options"),
        )

    def _bridge(self, option: ScenarioResult) -> Picture:
        say, way = self.say, bridge(self.report.reference, option)
        apart = option.cost - self.report.reference.cost
        caption = say(
            "{other} costs {currency} {apart} against {one}. {steps} The steps add up "
            "to the cent; orange makes dearer, green cheaper. The axis may not start "
            "at zero.",
            other=option.scenario_id,
            one=self.report.reference.scenario_id,
            currency=apart.currency,
            apart=f"{apart.amount:+,.2f}".replace("-", "−"),
            steps=_largest_steps(way, say),
        )
        table = [
            (say(name), f"{step.amount:+,.2f}".replace("-", "−"))
            for name, step in way.steps
        ]
        first = (way.one.scenario_id, f"{way.one.cost.amount:,.2f}")
        last = (way.other.scenario_id, f"{way.other.cost.amount:,.2f}")
        return self._picture(
            f"bridge-{option.scenario_id}",
            f"{way.one.scenario_id} → {option.scenario_id}",
            caption,
            partial(bridge_figure, bridge=way),
            table=(first, *table, last),
        )

    def savings(self) -> Section:
        """Return the course of savings: the dip and when it is made good."""
        say, report = self.say, self.report
        title = say("Saved until then, month by month")
        shown = report.leading(MOST_LINES + 1)[1:]
        if not shown:
            text = say("There is one option only, so there is nothing to save against.")
            return Section(
                key="savings", short=say("Savings"), title=title, absent=text
            )
        parts = [self._course(option) for option in shown]
        caption = say(
            "Below zero an option has cost more than {reference} until then. {parts}",
            reference=report.reference.scenario_id,
            parts=" ".join(parts),
        )
        draw = partial(saving_figure, report=report, shown=shown)
        picture = self._picture("savings", "", caption, draw)
        return Section(
            key="savings", short=say("Savings"), title=title, pictures=(picture,)
        )

    def _course(self, option: ScenarioResult) -> str:
        say, saved, course = self.say, 0, []
        for one, other in zip(self.report.reference.months, option.months, strict=True):
            saved += (one.cost - other.cost).amount_minor
            course.append(saved)
        deepest = min(course)
        if course[-1] > 0 > deepest:
            month = self.report.months[
                max(k for k, level in enumerate(course) if level < 0) + 1
            ]
            return say(
                "{option} makes good what it costs first by {month}.",
                option=option.scenario_id,
                month=month,
            )
        if course[-1] > 0:
            text = "{option} saves from the first month on."
        elif max(course) <= 0:
            text = "{option} never saves in these months."
        else:
            text = "{option} saves at first, but not over all months."
        return say(text, option=option.scenario_id)

    def risk(self) -> Section:
        """Return ranges of cost, the fan by month, and what moves the difference."""
        say, risk, report = self.say, self.report.risk, self.report
        title, short = say("How sure it is"), say("Risk")
        if risk is None:
            text = say(
                "No futures were drawn in this run; wfm scenarios --draws 10000 does."
            )
            return Section(key="risk", short=short, title=title, absent=text)
        ids = [option.scenario_id for option in report.leading(MOST_LINES + 1)]
        names = list(
            dict.fromkeys((report.reference.scenario_id, bridged(report).scenario_id))
        )
        ranges = partial(range_figure, risk=risk, names=ids)
        fan = partial(fan_figure, risk=risk, months=report.months, names=names)
        pictures = (
            self._picture(
                "range", say("Cost over all months"), self._range_caption(risk), ranges
            ),
            self._picture("fan", say("Cost by month"), say(FAN), fan),
            *self._tornados(),
        )
        return Section(
            key="risk",
            short=short,
            title=title,
            pictures=pictures,
            table=risk_rows(report, risk, say),
        )

    def _range_caption(self, risk: RiskReport) -> str:
        text = self.say(RANGE, draws=f"{risk.num_draws:,}")
        if self.report.risk_error is None:
            return text
        checked = self.say(CHECKED, error=percent(self.report.risk_error, 2))
        return f"{text} {checked}"

    def _tornados(self) -> Iterator[Picture]:
        say, option = self.say, bridged(self.report)
        found = self.report.apart.get(option.scenario_id)
        if found is None or not found.bars:
            return
        caption = say(
            "Each uncertainty alone, from its P10 to its P90, the others in the "
            "middle: change of what {option} costs against {reference}. {widest} "
            "matters most.",
            option=option.scenario_id,
            reference=self.report.reference.scenario_id,
            widest=found.bars[0].name,
        )
        draw = partial(tornado_figure, tornado=found, currency=self.report.currency)
        title = say("What moves the difference: {option}", option=option.scenario_id)
        yield self._picture("tornado", title, caption, draw)

    def levers(self) -> Section:
        """Return where options change places, lever by lever."""
        say = self.say
        title = say("What would change the answer")
        groups = top_levers(self.evens)
        if not groups:
            text = say("No lever scanned moves the options apart.")
            return Section(
                key="levers", short=say("Break-even"), title=title, absent=text
            )
        caption = say(
            "What each option saves against {reference} if one thing alone turns out "
            "otherwise; people and service stay. Where a line meets zero the two cost "
            "the same.",
            reference=self.report.reference.scenario_id,
        )
        found = self._turning(groups)
        draw = partial(break_even_figure, scans=groups, currency=self.report.currency)
        picture = self._picture("levers", "", f"{caption} {found}", draw)
        return Section(
            key="levers", short=say("Break-even"), title=title, pictures=(picture,)
        )

    def _turning(self, groups: Sequence[Sequence[LeverScan]]) -> str:
        """Return in words where options change places."""
        say = self.say
        points = [
            say(
                "{lever} {change} ({other} against {one})",
                lever=lever_label(scan.lever, say),
                change=share(change, 0),
                other=scan.other,
                one=scan.one,
            )
            for group in groups
            for scan in group
            for change in nearest_changes(scan)
        ]
        if points:
            return say("Options change places at: {points}.", points="; ".join(points))
        return say("No line meets zero within the range shown.")

    def contracts(self) -> Section:
        """Return what contracts charge by volume."""
        say, report = self.say, self.report
        title = say("What the contracts charge by volume")
        found = priced_contracts(report)
        if not found:
            text = say("No option has a contract with a price by volume.")
            return Section(
                key="contracts", short=say("Contracts"), title=title, absent=text
            )
        caption = say(
            "Charges of a month before results, fees and taxes; dots are the months "
            "as planned. A flat start is a minimum, a kink a tier, a riser a step."
        )
        draw = partial(contract_figure, report=report, contracts=found)
        picture = self._picture("contracts", "", caption, draw)
        return Section(
            key="contracts", short=say("Contracts"), title=title, pictures=(picture,)
        )

    def mix(self) -> Section:
        """Return who does how much of the work."""
        say, report = self.say, self.report
        title = say("Who does the work")
        shown = [report.reference]
        other = bridged(report)
        if other is not report.reference:
            shown.append(other)
        caption = say(
            "Contacts settled by each site, vendor and bot; the areas add up to all "
            "contacts handled in the month."
        )
        draw = partial(mix_figure, report=report, shown=shown)
        picture = self._picture("mix", "", caption, draw)
        return Section(key="mix", short=say("Mix"), title=title, pictures=(picture,))

    def _picture(
        self,
        key: str,
        title: str,
        caption: str,
        draw: Drawing,
        *,
        table: tuple[tuple[str, ...], ...] = (),
    ) -> Picture:
        language = self.report.language
        own = "".join(c if c.isalnum() and c.isascii() else "-" for c in key)
        return Picture(
            key=own,
            title=title,
            caption=caption,
            wide=svg(draw, Canvas(language=language), f"{own}-w"),
            narrow=svg(draw, Canvas(width=NARROW, language=language), f"{own}-n"),
            table=table,
        )


def signed(amount: Money) -> str:
    """Return whole major units with their sign."""
    return f"{amount.amount:+,.0f}".replace("-", "−")


def _largest_steps(way: Bridge, say: Say) -> str:
    """Return the two largest steps in words."""
    largest = sorted(way.steps, key=lambda step: -abs(step[1].amount_minor))[:2]
    parts = [f"{say(name)} {signed(step)}" for name, step in largest]
    return say("Most of it: {parts}.", parts=", ".join(parts)) if parts else ""
