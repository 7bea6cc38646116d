"""Exponents that a copied text has beside its brackets, and no longer above them: ``(r1 − x1)2`` is a square."""

from __future__ import annotations

import re

from derivgen.checking.reading.traced import Traced, join

#: an exponent that slipped down behind a sum in brackets
LOST_POWER = re.compile(r"\([^()=≈\n]{1,80}[+−-][^()=≈\n]{1,80}\)(?P<power>[23])(?![\w.(])")


def with_squares(body: Traced) -> Traced:
    """A text with the exponents behind its brackets."""
    parts: list[Traced] = []
    at = 0
    for found in LOST_POWER.finditer(body.text):
        power = found.start("power")
        parts += [body.cut(at, power), Traced.put_in("^", body.source_of(power))]
        at = power
    return join([*parts, body.cut(at, len(body.text))]) if parts else body


def raised(body: Traced, span: tuple[int, int]) -> list[Traced]:
    """A part of a text as an exponent."""
    place = body.source_of(span[0])
    return [Traced.put_in("^{", place), body.cut(*span), Traced.put_in("}", place)]
