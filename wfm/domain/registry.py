"""Plug-in registry: one file, one registration, under the file's name."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Generic, TypeVar

from wfm.domain.errors import UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """Named plug-ins of one kind, found in one package.

    Parameters
    ----------
    kind
        What a plug-in is called in messages, for example ``"rule"``.
    package
        The package whose modules are imported by :meth:`discover`.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._items: dict[str, T] = {}
        self._is_read = False

    def add(self, name: str) -> Callable[[T], T]:
        """Register the decorated object; a second one of that name is an error."""

        def register(item: T) -> T:
            if name in self._items:
                msg = f"two {self.kind}s are registered as {name!r}"
                raise ValueError(msg)
            self._items[name] = item
            return item

        return register

    def discover(self) -> "Registry[T]":
        """Import every module of the package, once, so that each registers itself."""
        if self._is_read:
            return self
        package = importlib.import_module(self.package)
        for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"{self.package}.{module}")
        self._is_read = True
        return self

    def names(self) -> tuple[str, ...]:
        """Return the registered names, sorted."""
        return tuple(sorted(self.discover()._items))  # noqa: SLF001 - itself

    def __getitem__(self, name: str) -> T:
        """Return the plug-in called *name*.

        Raises
        ------
        UsageError
            If there is none; the message names the nearest one.
        """
        if name not in self._items and name not in (names := self.names()):
            near = get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {names}"
            msg = f"unknown {self.kind} {name!r}{hint}"
            raise UsageError(msg)
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the registered names, sorted."""
        return iter(self.names())
