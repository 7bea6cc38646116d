"""Dataclasses that are made quickly.

Python's own decorator writes the source of up to seven methods of each class and compiles them one by one, about a
third of a millisecond a class; the classes of one build took longer than its derivatives.  This one leaves
``__init__`` to Python and gives all classes the same ``__eq__``, ``__hash__`` and ``__repr__``.  That nobody changes
what is frozen is held by mypy, to which this is the decorator that it knows, and in Python's development mode
(``python -X dev``), where it *is* that decorator.
"""

from __future__ import annotations

import sys
from dataclasses import field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "fields", "replace"]

if TYPE_CHECKING or sys.flags.dev_mode:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """As :func:`dataclasses.dataclass`, for the options that are in use here."""

        def made(plain):
            cls = dataclasses.dataclass(plain, repr=False, eq=False, slots=slots)
            methods = {"__repr__": _repr}
            if eq:
                compared = [field.name for field in fields(cls) if field.compare]
                cls._compared = attrgetter(*compared, *compared[:1]) if compared else type
                methods |= {"__eq__": _equal, "__hash__": _hash if frozen else None}
            for name, method in methods.items():
                if name not in plain.__dict__:
                    setattr(cls, name, method)
            return cls

        return made if cls is None else made(cls)


# ``_compared`` has what is compared as a tuple, which Python finds equal to itself even where its parts are arrays:
# the first value is there twice, since what gets one value alone gives it without a tuple.


def _equal(self: Any, other: Any) -> Any:
    if self is other:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = self._compared
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _repr(self: Any) -> str:
    shown = ", ".join(
        f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr
    )
    return f"{type(self).__qualname__}({shown})"
