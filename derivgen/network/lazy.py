"""A table whose entries are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

Entry = TypeVar("Entry")


class LazyTable(Mapping[str, Entry]):
    """A mapping of names to what ``make`` makes of them, once and only when somebody looks.

    A program uses two of thirty activations, and making one can take sympy some milliseconds.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Entry]) -> None:
        self._made: dict[str, Entry | None] = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> Entry:
        made = self._made[name]
        if made is None:
            made = self._made[name] = self._make(name)
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
