"""Lists of words."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """The words of a text that has spaces between them."""
    return frozenset(text.split())
