"""Numbers in the digits of a formula editor, which a copy has with a gap behind the point: ``𝟎. 𝟓``."""

from __future__ import annotations

import re
import unicodedata

from derivgen.checking.reading.traced import Traced, join

_DIGITS = "[\U0001d7ce-\U0001d7ff]"
_NUMBER = re.compile(rf"{_DIGITS}+(?:\.[ ]?{_DIGITS}+)?")


def in_plain_digits(body: Traced) -> Traced:
    """A text with such numbers in digits that can be typed."""
    parts: list[Traced] = []
    at = 0
    for found in _NUMBER.finditer(body.text):
        number = unicodedata.normalize("NFKC", found[0]).replace(" ", "")
        parts += [body.cut(at, found.start()), Traced.put_in(number, body.source_of(found.start()))]
        at = found.end()
    return join([*parts, body.cut(at, len(body.text))]) if parts else body
