"""The text format of the shift-scheduling benchmarks, as it is written.

Sections may come in any order and more than once; spaces around cells, blank lines,
comments from # on, empty cells at a line's end and any line ends are taken.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Employee:
    """One row of SECTION_STAFF, and the employee's days off."""

    max_shifts: dict[str, int]
    max_minutes: int
    min_minutes: int
    max_run: int
    min_run: int
    min_off: int
    max_weekends: int
    days_off: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Request:
    """A row of the sections of requests: *price* if it is not met."""

    employee: str
    day: int
    shift: str
    price: int
    is_off: bool


@dataclass(frozen=True, kw_only=True)
class Cover:
    """A row of SECTION_COVER."""

    day: int
    shift: str
    wanted: int
    under: int
    over: int


@dataclass(frozen=True, kw_only=True)
class Given:
    """A file: days, minutes of each shift, what must not follow it, and the rest."""

    days: int
    minutes: dict[str, int]
    not_after: dict[str, frozenset[str]]
    staff: dict[str, Employee]
    requests: tuple[Request, ...]
    cover: tuple[Cover, ...]


@dataclass(kw_only=True)
class _Sections:
    """Cells of every line, by section."""

    rows: dict[str, list[list[str]]] = field(default_factory=dict)

    def of(self, name: str) -> list[list[str]]:
        return self.rows.get(name, [])


def read(text: str) -> Given:
    """Read the text of an instance."""
    parts = _sections(text)
    off: dict[str, frozenset[int]] = {}
    for name, *days in parts.of("DAYS_OFF"):
        there = frozenset(int(day) for day in days if day)
        off[name] = off.get(name, frozenset()) | there
    return Given(
        days=int(parts.of("HORIZON")[0][0]),
        minutes={row[0]: int(row[1]) for row in parts.of("SHIFTS")},
        not_after={
            row[0]: frozenset(_listed(row[2] if len(row) > 2 else ""))
            for row in parts.of("SHIFTS")
        },
        staff={row[0]: _employee(row, off) for row in parts.of("STAFF")},
        requests=tuple(
            Request(
                employee=row[0],
                day=int(row[1]),
                shift=row[2],
                price=int(row[3]),
                is_off=kind == "OFF",
            )
            for kind in ("ON", "OFF")
            for row in parts.of(f"SHIFT_{kind}_REQUESTS")
        ),
        cover=tuple(_cover(row) for row in parts.of("COVER")),
    )


def _sections(text: str) -> _Sections:
    parts, name = _Sections(), ""
    for raw in text.lstrip("\ufeff").splitlines():
        line = raw.partition("#")[0].strip()
        if line.upper().startswith("SECTION_"):
            name = line.upper().removeprefix("SECTION_").strip(" ,:")
        elif line:
            cells = [cell.strip() for cell in line.split(",")]
            parts.rows.setdefault(name, []).append(cells)
    return parts


def _listed(cell: str) -> list[str]:
    return [item.strip() for item in cell.split("|") if item.strip()]


def _employee(row: list[str], off: dict[str, frozenset[int]]) -> Employee:
    limits = (item.split("=") for item in _listed(row[1]))
    numbers = [int(cell) for cell in row[2:8]]
    return Employee(
        max_shifts={shift.strip(): int(most) for shift, most in limits},
        max_minutes=numbers[0],
        min_minutes=numbers[1],
        max_run=numbers[2],
        min_run=numbers[3],
        min_off=numbers[4],
        max_weekends=numbers[5],
        days_off=off.get(row[0], frozenset()),
    )


def _cover(row: list[str]) -> Cover:
    wanted, under, over = (int(cell) for cell in row[2:5])
    return Cover(day=int(row[0]), shift=row[1], wanted=wanted, under=under, over=over)
