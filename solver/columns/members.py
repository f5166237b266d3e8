"""Which sets of shifts hold which shifts, asked once for all agents."""

from collections.abc import Iterable

from solver.constraints import ShiftSet, Spanned


class Members:
    """Sets as bits, and for every shift that is asked about the sets that hold it.

    Sets and shifts are told apart by identity, so those of one problem must be kept
    alive while it is asked.
    """

    def __init__(self) -> None:
        self._bit: dict[int, int] = {}
        self._sets: list[ShiftSet] = []
        self._known: dict[int, tuple[int, int]] = {}

    def bit(self, those: ShiftSet) -> int:
        """Return the number whose one bit stands for a set."""
        place = self._bit.setdefault(id(those), len(self._sets))
        if place == len(self._sets):
            self._sets.append(those)
        return 1 << place

    def bits(self, sets: Iterable[ShiftSet]) -> int:
        """Return the number whose bits stand for some sets."""
        total = 0
        for those in sets:
            total |= self.bit(those)
        return total

    def of(self, shift: Spanned) -> int:
        """Return the bits of all sets named so far that hold *shift*."""
        known, found = self._known.get(id(shift), (0, 0))
        if known < len(self._sets):
            for place in range(known, len(self._sets)):
                if self._sets[place].holds(shift):
                    found |= 1 << place
            self._known[id(shift)] = len(self._sets), found
        return found
