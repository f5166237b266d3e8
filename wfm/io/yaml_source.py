"""YAML 1.2 with the place of every key and value; the schema decides on types.

All scalars stay texts (only a bare ``~`` or ``null`` is None), so that ``22:00``,
``NO`` and ``010`` are what was written. PyYAML reads them as 1320, False and 8.
"""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wfm.domain.errors import Problem
from wfm.io.problems import Problems

Path: TypeAlias = tuple[str | int, ...]
Mark: TypeAlias = tuple[int, int]

_NULL_TAG = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlDocument:
    """One YAML file: plain data, and line and column of each key and value."""

    file: str
    data: Any
    keys: Mapping[Path, Mark] = field(default_factory=dict)
    values: Mapping[Path, Mark] = field(default_factory=dict)

    def place(self, path: Path, *, key: bool) -> Mark:
        """Return line and column of *path*, or of its nearest known parent."""
        while path:
            mark = (self.keys if key else self.values).get(path)
            if mark is None:
                mark = self.keys.get(path) or self.values.get(path)
            if mark is not None:
                return mark
            path = path[:-1]
        return self.values.get((), (1, 1))


class DocumentProblems:
    """Notes faults at places of one YAML document."""

    def __init__(self, document: YamlDocument, problems: Problems) -> None:
        self._document = document
        self._problems = problems
        self._places: list[Path] = []

    def is_faulty(self, path: Path) -> bool:
        """Return whether a fault was noted at *path* or below it."""
        return any(place[: len(path)] == path for place in self._places)

    @property
    def document(self) -> YamlDocument:
        """The document that the faults are in."""
        return self._document

    def of(self, document: YamlDocument) -> "DocumentProblems":
        """Return a notebook for another document, of the same collection."""
        return DocumentProblems(document, self._problems)

    def elsewhere(self, problems: Iterable[Problem]) -> None:
        """Note faults of other files that this one brings about."""
        for problem in problems:
            self._problems.add(
                problem.file,
                problem.message,
                row=problem.row,
                column=problem.column,
                expected=problem.expected,
            )

    def at_value(self, path: Path, message: str, expected: str = "") -> None:
        """Note a fault of the value at *path*."""
        self._add(path, message, expected, key=False)

    def at_key(self, path: Path, message: str, expected: str = "") -> None:
        """Note a fault of the key at *path*."""
        self._add(path, message, expected, key=True)

    def _add(self, path: Path, message: str, expected: str, *, key: bool) -> None:
        self._places.append(path)
        line, column = self._document.place(path, key=key)
        name = ".".join(str(part) for part in path)
        self._problems.add(
            self._document.file,
            f"{name}: {message}" if name else message,
            row=line,
            column=str(column),
            expected=expected,
        )


def load_yaml(text: str, file: str, problems: Problems) -> YamlDocument | None:
    """Return the document in *text*; ``None`` if it can't be parsed at all."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an anchor used twice is allowed
            node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        row, column = (mark.line + 1, str(mark.column + 1)) if mark else (0, "")
        problems.add(file, f"not YAML: {error.problem}", row=row, column=column)
        return None
    except YAMLError as error:
        problems.add(file, f"not YAML: {str(error).splitlines()[0]}")
        return None
    except RecursionError:
        problems.add(file, "not a plan: nested too deeply")
        return None
    builder = _Builder(file, problems)
    data = builder.build(node, ()) if node is not None else None
    return YamlDocument(file=file, data=data, keys=builder.keys, values=builder.values)


class _Builder:
    """Turns a node tree into plain data and remembers places."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self._open_nodes: set[int] = set()

    def build(self, node: Any, path: Path) -> Any:
        self.values[path] = _mark(node)
        if id(node) in self._open_nodes:
            line, column = _mark(node)
            message = "an anchor holds itself"
            self.problems.add(self.file, message, row=line, column=str(column))
            return None
        self._open_nodes.add(id(node))
        data = self._plain(node, path)
        self._open_nodes.discard(id(node))
        return data

    def _plain(self, node: Any, path: Path) -> Any:
        if node.id == "mapping":
            return self._mapping(node, path)
        if node.id == "sequence":
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        is_null = str(node.tag) == _NULL_TAG and node.style not in {"'", '"'}
        return None if is_null else node.value

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, column = _mark(key_node)
            if key_node.id != "scalar":
                message = "a key must be a plain word"
                self.problems.add(self.file, message, row=line, column=str(column))
                continue
            here = (*path, key_node.value)
            if here in self.keys:
                name, first = ".".join(map(str, here)), self.keys[here][0]
                message = f"{name}: the key stands twice, first in line {first}"
                self.problems.add(self.file, message, row=line, column=str(column))
                continue
            self.keys[here] = (line, column)
            result[key_node.value] = self.build(value_node, here)
        return result


def _mark(node: Any) -> Mark:
    return node.start_mark.line + 1, node.start_mark.column + 1
