"""Who can't take part in a meeting or training, said after a search."""

from rich.console import Console

from wfm.commands.findings import say
from wfm.domain.roster import RosterInstance


def say_excused(console: Console, instance: RosterInstance) -> None:
    """Name who has no shift that could hold one of the plan's activities."""
    for item in instance.activities:
        if item.excused:
            names = ", ".join(sorted(item.excused))
            text = f"{item.activity}: no shift can hold it, excused: {names}"
            say(console, text, style="yellow")
