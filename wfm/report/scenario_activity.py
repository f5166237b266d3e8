"""What lanes did, as cells of the sheet ``activity`` that formulas read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from xlsxwriter.utility import xl_col_to_name

from scenarios.activity import MEASURES, MonthActivity
from scenarios.money import decimal
from wfm.report.scenario_names import InputList
from wfm.report.scenario_numbers import Num, Truth, added, either, equal, ratio

SHEET = "activity"
HEADS = ("option", "month", "lane", "factor")
MEASURED = (
    "contacts",
    "resolved_contacts",
    "attempts",
    "handle_minutes",
    "productive_hours",
    "logged_hours",
    "paid_hours",
    "heads",
    "outcomes",
    "outcome_value",
    "forecast_contacts",
    "overtime_hours",
    "hires",
    "leavers",
    "trainees",
)
_BY_NAME = {
    "premium": "premium_hours",
    "grade": "headcount_by_grade",
    "forecast": "forecast",
    "result": "kpis",
}
FACTOR_COLUMN = len(HEADS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """One lane's month of one option; *values* by column where there is one."""

    option: str
    activity: MonthActivity
    factor: Num
    values: Mapping[str, float]


class ActivitySheet:
    """Rows of the sheet, and where each quantity stands."""

    def __init__(
        self, options: Mapping[str, Sequence[MonthActivity]], names: InputList
    ) -> None:
        done = [(option, a) for option, listed in options.items() for a in listed]
        self.columns = (*MEASURED, *_named_columns([a for _, a in done]))
        everything = names.ask("volume_factor", 1, "of all work")
        self.rows = [
            ActivityRow(
                option=option,
                activity=a,
                factor=everything
                * names.ask(f"volume_factor.{a.lane_id}", 1, "of the lane's work"),
                values=_values(a),
            )
            for option, a in done
        ]
        self._row_of = {
            (row.option, row.activity.lane_id, row.activity.month): n
            for n, row in enumerate(self.rows)
        }

    def cells(self, option: str, activities: Sequence[MonthActivity]) -> "Cells":
        """Return the quantities of some lanes of one month, taken together."""
        rows = [self._row_of[option, a.lane_id, a.month] for a in activities]
        return Cells(sheet=self, rows=tuple(rows))

    def number(self, row: int, column: str) -> Num | None:
        """Return one input; ``None`` where the activity has none of that name."""
        value = self.rows[row].values.get(column)
        if value is None:
            return None
        letter = xl_col_to_name(len(HEADS) + self.columns.index(column))
        return Num(f"{SHEET}!{letter}{row + 2}", Fraction(decimal(value)))

    def factor(self, row: int) -> Num:
        """Return by what the quantities of a row are multiplied."""
        letter = xl_col_to_name(FACTOR_COLUMN)
        return Num(f"{SHEET}!{letter}{row + 2}", self.rows[row].factor.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The quantities of one invoice or cost sheet; several lanes are pooled."""

    sheet: ActivitySheet
    rows: tuple[int, ...]
    changed: tuple[str, Num] | None = None

    @property
    def first(self) -> MonthActivity:
        """The activity of the first lane."""
        return self.sheet.rows[self.rows[0]].activity

    def replaced(self, measure: str, quantity: Num) -> "Cells":
        """Return the same with another quantity of one measure."""
        return Cells(sheet=self.sheet, rows=self.rows, changed=(measure, quantity))

    def of(self, column: str) -> Num | None:
        """Return a quantity, factors applied; ``None`` where no lane has it."""
        if self.changed is not None and column == self.changed[0]:
            return self.changed[1]
        found = [
            value * self.sheet.factor(row)
            for row in self.rows
            if (value := self.sheet.number(row, column)) is not None
        ]
        return added(found) if found else None

    def measure(self, name: str) -> Num:
        """Return a quantity that every activity has."""
        found = self.of(name)
        if found is None:
            raise AssertionError(name)
        return found

    def named(self, kind: str, name: str) -> Num | None:
        """Return a quantity by name: of a *kind* of premium, grade or forecast."""
        return self.of(f"{kind}.{name}")

    def grades(self) -> Mapping[str, Num]:
        """Return headcounts by grade; empty where they are not known."""
        names = dict.fromkeys(
            name
            for row in self.rows
            for name in self.sheet.rows[row].activity.headcount_by_grade
        )
        found = {name: self.named("grade", name) for name in names}
        return {name: count for name, count in found.items() if count is not None}

    def result(self, name: str) -> Num | None:
        """Return a result: the mean by contacts over the lanes that have it."""
        pairs = [
            (value, self.sheet.number(row, "contacts"))
            for row in self.rows
            if (value := self.sheet.number(row, f"result.{name}")) is not None
        ]
        weighted = [(value, weight) for value, weight in pairs if weight is not None]
        if len(weighted) < 2:
            return weighted[0][0] if weighted else None
        whole = added([weight for _, weight in weighted])
        mean = ratio(added([value * weight for value, weight in weighted]), whole)
        plain = added([value for value, _ in weighted]) / len(weighted)
        return either(equal(whole, 0), plain, mean)

    def forecast_of(self, name: str) -> Num:
        """Return what had been forecast of a measure, as the activity does."""
        own = self.named("forecast", name)
        if own is not None:
            return own
        contacts = self.measure("forecast_contacts")
        if name == "contacts":
            return contacts
        return ratio(contacts * self.measure(name), self.measure("contacts"))

    def is_idle(self) -> Truth:
        """Return whether nothing was done that could be charged."""
        return equal(added([self.measure(name) for name in MEASURES]), 0)


def _named_columns(activities: Sequence[MonthActivity]) -> list[str]:
    return [
        f"{kind}.{name}"
        for kind, attribute in _BY_NAME.items()
        for name in dict.fromkeys(
            name for a in activities for name in getattr(a, attribute)
        )
    ]


def _values(activity: MonthActivity) -> dict[str, float]:
    plain = {name: float(getattr(activity, name)) for name in MEASURED}
    named = {
        f"{kind}.{name}": float(value)
        for kind, attribute in _BY_NAME.items()
        for name, value in getattr(activity, attribute).items()
    }
    return plain | named
