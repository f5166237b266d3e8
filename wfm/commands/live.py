"""Live progress of the search, and a Ctrl-C that keeps the best roster so far."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from rich.console import Console
from rich.live import Live
from rich.table import Table

from solver.outcome import Progress

LINE_EVERY_S = 10.0


class SearchDisplay:
    """Shows incumbent, bound, gap and time left; plain lines where there's no terminal.

    Parameters
    ----------
    console
        Where to show.
    max_time_s
        The search's time limit.
    currency, digits
        To show objective units (thousandths of a minor unit) as money.
    """

    def __init__(
        self, console: Console, max_time_s: float, currency: str, digits: int
    ) -> None:
        self._console = console
        self._max_time_s = max_time_s
        self._currency = currency
        self._unit = 1000 * 10**digits
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._last_line_s = -LINE_EVERY_S

    def __enter__(self) -> "SearchDisplay":
        """Start showing."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop showing."""
        if self._console.is_terminal:
            self._live.stop()

    def __call__(self, progress: Progress) -> None:
        """Show one step of the search."""
        if self._console.is_terminal:
            self._live.update(self._table(progress))
        elif progress.wall_s - self._last_line_s >= LINE_EVERY_S:
            self._last_line_s = progress.wall_s
            self._console.print(self._line(progress), highlight=False)

    def _cells(self, progress: Progress) -> tuple[str, str, str, str, str]:
        gap = "–"
        best = self._money(progress.objective)
        if progress.violations:
            best += f" ({progress.violations} breaches)"
        elif progress.objective is not None and progress.bound is not None:
            distance = max(0, progress.objective - progress.bound)
            gap = f"{distance / max(progress.objective, 1):.2%}"
        left = max(0.0, self._max_time_s - progress.wall_s)
        return (
            progress.phase,
            best,
            self._money(progress.bound),
            gap,
            f"{left:.0f} s",
        )

    def _money(self, value: int | None) -> str:
        if value is None:
            return "–"
        return f"{value / self._unit:,.0f} {self._currency}"

    def _table(self, progress: Progress) -> Table:
        table = Table(title="Roster search (Ctrl-C keeps the best roster so far)")
        for heading in ("phase", "best roster", "bound", "gap", "time left"):
            table.add_column(heading, justify="right")
        table.add_row(*self._cells(progress))
        return table

    def _line(self, progress: Progress) -> str:
        phase, best, bound, gap, left = self._cells(progress)
        return f"  {phase}: best {best}, bound {bound}, gap {gap}, {left} left"


@contextmanager
def stop_on_interrupt() -> Iterator[Event]:
    """Turn the first Ctrl-C into an event; a second one interrupts as usual."""
    event = Event()

    def first(_signum: int, _frame: FrameType | None) -> None:
        event.set()
        signal.signal(signal.SIGINT, before)
        sys.stderr.write("\nstopping: keeping the best roster so far\n")

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, first)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


def seconds_since(start: float) -> float:
    """Return the seconds since the :func:`time.perf_counter` value *start*."""
    return time.perf_counter() - start
