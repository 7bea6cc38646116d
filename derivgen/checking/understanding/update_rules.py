"""How a document updates its parameters: plain gradient descent or not, and what it calls the rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from derivgen.checking.evaluating.values import NoValue, Real
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import full_key
from derivgen.checking.understanding import align

#: names by which a learning rate goes, where nothing else tells
RATE_WORDS = ("eta", "alpha", "mu", "lr", "learning_rate", "learningrate", "epsilon", "gamma")


def unknown_step(*_: object, **__: object) -> NoReturn:
    """The step of a rule that is none of plain gradient descent."""
    raise NoValue("it is updated by a rule other than plain gradient descent")


def uphill(
    weight: Real, slope: Real, rate: Real, *_: object, **__: object
) -> tuple[Real, tuple[Real, ...]]:
    """The step of gradient ascent."""
    return weight + rate * slope, ()


def is_descent(side: t.Node, up: bool = False) -> bool:
    """True for ``w - eta dL/dw``, in any order of its factors; ``up`` for ``w + eta dL/dw``."""
    if not isinstance(side, t.Sum) or len(side.terms) != 2:
        return False
    (lost, kept), (negative, step) = side.terms
    parts = align.factors(step)
    bare = [part.body if isinstance(part, t.Transposed) else part for part in parts]
    kinds = [isinstance(part, t.Derivative) or _is_gradient(part) for part in bare]
    signed = negative is not up and not lost
    return isinstance(kept, t.Name) and signed and len(parts) == 2 and any(kinds)


def _is_gradient(node: t.Node) -> bool:
    """True for ``\\nabla w`` and ``\\nabla L``, which do not say of what, or by what."""
    return isinstance(node, t.Call) and node.function == "grad"


def rate_names(side: t.Node, key: str) -> Iterator[str]:
    """The names that stand beside a derivative in the last term of ``w - eta dL/dw``; of a quotient, above its bar."""
    if not isinstance(side, t.Sum) or len(side.terms) != 2:
        return
    parts = [
        above
        for part in align.factors(side.terms[1][1])
        for above in (align.factors(part.top) if isinstance(part, t.Quotient) else (part,))
    ]
    names = [full_key(part) for part in parts if isinstance(part, t.Name) and part.key != key]
    bare = [part.body if isinstance(part, t.Transposed) else part for part in parts]
    ruled = any(isinstance(part, t.Derivative) for part in bare)
    yield from (name for name in names if ruled or name in RATE_WORDS)
