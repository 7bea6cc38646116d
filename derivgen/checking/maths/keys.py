"""Keys of names that are told apart from others of the same spelling, and back."""

from __future__ import annotations

from typing import Final

#: marks that an author may put to what is a quantity of its own
PRIMES: Final = frozenset({"'", "*"})
_CAPITAL, _SMALL = 0x1D400, 0x1D41A
_BOLD: Final = {
    **{ord("A") + at: _CAPITAL + at for at in range(26)},
    **{ord("a") + at: _SMALL + at for at in range(26)},
}
_PLAIN: Final = {strong: letter for letter, strong in _BOLD.items()}


def bold(key: str) -> str:
    """The key of a bold name: ``𝐛_1`` for ``b_1``."""
    base, underscore, index = key.partition("_")
    return base.translate(_BOLD) + underscore + index


def primed(key: str, prime: str) -> str:
    """The key of a primed name that is a quantity of its own: ``y'_1`` for ``y_1`` and a prime."""
    base, underscore, index = key.rpartition("_")
    return f"{base}{prime}_{index}" if underscore else key + prime


def legible(key: str) -> str:
    """A key as its author writes it: with the prime behind the index."""
    for prime in PRIMES:
        base, found, index = key.partition(prime + "_")
        if found:
            return f"{base}_{index}{prime}"
    return key


def as_spelled(key: str) -> str:
    """A key as it is without being told apart: in plain letters, with the prime behind the index."""
    return legible(unbold(key))


def unbold(key: str) -> str:
    """A key in plain letters."""
    return key if key.isascii() else key.translate(_PLAIN)
