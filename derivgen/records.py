"""``dataclass`` as in the standard library, made in a fifth of its time.

A run makes some 200 of these classes before it does anything.  The standard library compiles six methods
for each; here ``__init__`` alone is compiled, and the others are closures over the names of the fields.
Fields, defaults, ``replace`` and inheritance stay those of :mod:`dataclasses`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    # what checkers and editors know of the standard library's holds for this one
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, *, frozen: bool = False) -> Any:
        """Make a dataclass; a ``frozen`` one refuses assignments and can be hashed.

        Raises TypeError as the standard library does (a default before a field without one).
        """
        return _made(cls, frozen) if cls is not None else lambda given: _made(given, frozen)


__all__ = ["dataclass"]

_Made = TypeVar("_Made", bound=type)
_set = object.__setattr__


def _made(cls: _Made, frozen: bool) -> _Made:
    own = cls.__dict__
    if not cls.__doc__:
        # the standard library would look up the signature, which takes longer than all the rest
        cls.__doc__ = cls.__name__
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    found = fields(made)
    methods: dict[str, Any] = {"__repr__": _repr}
    if "__init__" not in own:
        methods["__init__"] = _initialiser(made, found, frozen)
    if frozen:
        methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    key = _key(tuple(field.name for field in found if field.compare))
    methods["__eq__"] = _equality(key)
    # a class with an ``__eq__`` has a ``__hash__`` of None that nobody wrote
    if own.get("__hash__") is None and ("__hash__" not in own or "__eq__" in own):
        made.__hash__ = _hashing(key) if frozen else None
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return cls


def _initialiser(cls: type, found: tuple[Field[Any], ...], frozen: bool) -> Callable[..., None]:
    """``__init__``, from the names of the fields, which Python has accepted as names."""
    scope: dict[str, Any] = {"_set": _set, "_missing": MISSING}
    parameters, body = ["self"], []
    optional = False
    for field in found:
        name = field.name
        value = name
        if field.default is not MISSING:
            scope[f"_default_{name}"] = field.default
            default, value = f"_default_{name}", name if field.init else f"_default_{name}"
        elif field.default_factory is not MISSING:
            scope[f"_make_{name}"] = field.default_factory
            default = "_missing"
            value = f"_make_{name}()"
            if field.init:
                value += f" if {name} is _missing else {name}"
        elif field.init and optional:
            raise TypeError(f"non-default argument {name!r} follows default argument")
        else:
            default = ""
        if field.init:
            optional = optional or bool(default)
            parameters.append(f"{name}={default}" if default else name)
        elif not default:
            continue
        body.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    lines = "\n    ".join(body or ["pass"])
    exec(f"def __init__({', '.join(parameters)}):\n    {lines}", scope)
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _key(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What of an object is compared, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    [name] = names
    return lambda one: (getattr(one, name),)


def _equality(key: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return key(self) == key(other)

    return __eq__


def _hashing(key: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(key(self))

    return __hash__


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(_self: object, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
