"""The search's progress as it is shown, and the first and second Ctrl-C."""

import io
import signal

import pytest
from rich.console import Console

from solver.outcome import Progress
from wfm.commands.live import SearchDisplay, stop_on_interrupt


def progress(wall_s=1.0, objective=12_345_600_000, bound=11_111_040_000, violations=0):
    return Progress(
        wall_s=wall_s,
        phase="search",
        objective=objective,
        bound=bound,
        violations=violations,
    )


def shown(*steps, terminal=False, digits=2):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=100)
    with SearchDisplay(console, 90.0, "EUR", digits) as display:
        for step in steps:
            display(step)
    return stream.getvalue()


def test_a_line_names_best_bound_gap_and_time_left():
    # 123,456.00 EUR are 12,345,600 cents, 12,345,600,000 thousandths; a tenth less
    assert shown(progress()).strip() == (
        "search: best 123,456 EUR, bound 111,110 EUR, gap 10.00%, 89 s left"
    )


def test_currencies_without_minor_units():
    assert "best 12,345,600 EUR" in shown(progress(), digits=0)


def test_a_roster_that_breaks_rules_has_no_gap():
    said = shown(progress(violations=3))
    assert "best 123,456 EUR (3 breaches)" in said
    assert "gap –" in said


def test_nothing_found_yet():
    assert "best –, bound –, gap –" in shown(progress(objective=None, bound=None))


def test_without_a_terminal_there_is_a_line_each_ten_seconds():
    steps = [progress(wall_s=float(second)) for second in range(30)]
    assert len(shown(*steps).splitlines()) == 3


def test_on_a_terminal_there_is_a_table():
    said = shown(progress(), terminal=True)
    assert "Ctrl-C keeps the best roster" in said
    assert "123,456 EUR" in said


def test_the_first_ctrl_c_is_an_event_and_the_second_one_interrupts(capsys):
    def interrupt(_signum, _frame):
        raise InterruptedError

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with stop_on_interrupt() as stop:
            assert not stop.is_set()
            signal.raise_signal(signal.SIGINT)
            assert stop.is_set()
            with pytest.raises(InterruptedError):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is interrupt
    finally:
        signal.signal(signal.SIGINT, before)
    assert "best roster so far" in capsys.readouterr().err
