"""A search seen while it runs, in a notebook: one chart, drawn anew as news arrives."""

from solver.outcome import Progress
from wfm.report.roster_plots import search_plot

EVERY_S = 2.0


class LiveSearch:
    """Redraws incumbent, bound and gap; hand it to ``plan.roster(on_progress=...)``.

    Parameters
    ----------
    currency, minor_digits
        Of the plan, and digits of its minor unit.
    """

    def __init__(self, currency: str = "", minor_digits: int = 2) -> None:
        self._money = currency, minor_digits
        self._news: list[Progress] = []
        self._shown_s = -EVERY_S
        self._handle: object = None

    def __call__(self, progress: Progress) -> None:
        """Take one line of the search in; draw at most every other second."""
        self._news.append(progress)
        if progress.wall_s - self._shown_s >= EVERY_S:
            self._shown_s = progress.wall_s
            self.draw()

    def draw(self) -> None:
        """Draw what is known now, in the place of the chart before."""
        from IPython.display import display

        figure = search_plot(self._news, *self._money)
        if self._handle is None:
            self._handle = display(  # type: ignore[no-untyped-call]  # untyped upstream
                figure, display_id=True
            )
        else:
            self._handle.update(figure)  # type: ignore[attr-defined]  # untyped
