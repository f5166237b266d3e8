"""Answers that are asked for again and again, kept by what they depend on."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from scenarios.digest import digest

R = TypeVar("R")
MOST_KEPT = 4096


class Remembered(Generic[R]):
    """Keeps the last answers of a process by a digest of what they depend on.

    Months of many scenarios ask the same of a queue: a chatbot for one leaves the
    others' contacts alone. The answer must depend on nothing but the *causes*.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[str, R] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, make: Callable[[], R], *causes: object) -> R:
        """Return the answer to *causes*, made if it is not known."""
        key = digest(*causes)
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
