"""What was found in the history, and what was done about it."""

from collections import Counter
from collections.abc import Sequence

from wfm.domain.plan import CleaningEntry
from wfm.io.problems import Problems
from wfm.io.sheets import Sheet

MAX_ENTRIES_PER_KIND = 100
MAX_FAULTY_SHARE = 0.01
_MAX_PROBLEMS_PER_QUEUE = 20


class HistoryLog:
    """Collects findings; the many of one kind and queue end in a count."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._entries: list[CleaningEntry] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._faults: dict[str, list[tuple[int, str, str, str]]] = {}

    def add(
        self,
        kind: str,
        queue_id: str,
        finding: str,
        action: str,
        *,
        row: int = 0,
        start: str = "",
    ) -> None:
        """Note one finding of *kind*."""
        self._counts[kind, queue_id] += 1
        if self._counts[kind, queue_id] <= MAX_ENTRIES_PER_KIND:
            entry = CleaningEntry(
                file=self._sheet.file,
                row=row,
                queue_id=queue_id,
                start=start,
                finding=finding,
                action=action,
            )
            self._entries.append(entry)

    def drop(self, i: int, queue_id: str, column: str, finding: str) -> None:
        """Note that row *i* of the sheet can't be used, because of *column*."""
        row, start = self._sheet.rows[i], self._sheet.texts("start")[i]
        fault = (row, self._sheet.header(column), finding, start)
        self._faults.setdefault(queue_id, []).append(fault)
        action = "row left out; the interval counts as missing"
        self.add("fault", queue_id, finding, action, row=row, start=start)

    def judge(self, row_counts: dict[str, int], problems: Problems) -> None:
        """Turn dropped rows into problems where they are too many of a queue."""
        for queue_id, faults in self._faults.items():
            total = row_counts.get(queue_id, 0)
            if len(faults) <= MAX_FAULTY_SHARE * total:
                continue
            for row, column, finding, _ in faults[:_MAX_PROBLEMS_PER_QUEUE]:
                problems.add(self._sheet.file, finding, row=row, column=column)
            if len(faults) > _MAX_PROBLEMS_PER_QUEUE:
                more = len(faults) - _MAX_PROBLEMS_PER_QUEUE
                row = faults[_MAX_PROBLEMS_PER_QUEUE][0]
                message = f"and {more} more faulty rows of {queue_id}, of {total}"
                problems.add(self._sheet.file, message, row=row)

    def entries(self) -> tuple[CleaningEntry, ...]:
        """Return all entries, the cut-off ones as counts at the end."""
        cut = [
            CleaningEntry(
                file=self._sheet.file,
                row=0,
                queue_id=queue_id,
                start="",
                finding=f"{count - MAX_ENTRIES_PER_KIND} more of kind {kind!r}",
                action="as above",
            )
            for (kind, queue_id), count in self._counts.items()
            if count > MAX_ENTRIES_PER_KIND
        ]
        in_rows = sorted((e for e in self._entries if e.row), key=lambda e: e.row)
        return (*in_rows, *(e for e in self._entries if not e.row), *cut)


def runs_of(indices: Sequence[int]) -> list[tuple[int, int]]:
    """Return ``(first position, length)`` of runs of consecutive *indices*."""
    runs: list[tuple[int, int]] = []
    for position, index in enumerate(indices):
        if runs and index == indices[position - 1] + 1:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((position, 1))
    return runs
