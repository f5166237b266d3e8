"""Answers that are asked for again and again, kept by what they depend on."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from scenarios.digest import digest

K = TypeVar("K")
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
        answer = self._kept[key] if key in self._kept else make()
        self._keep(key, answer)
        return answer

    def all(
        self, names: Mapping[K, str], make: Callable[[list[K]], Mapping[K, R]]
    ) -> dict[K, R]:
        """Return the answers called *names*, each a digest of what it depends on.

        *make* is asked once for all that are not known.
        """
        known = {key: self._kept[n] for key, n in names.items() if n in self._kept}
        made = make([key for key in names if key not in known])
        found = {key: known[key] if key in known else made[key] for key in names}
        for key, name in names.items():
            self._keep(name, found[key])
        return found

    def _keep(self, name: str, answer: R) -> None:
        self._kept[name] = answer
        self._kept.move_to_end(name)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
